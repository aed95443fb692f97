import type { Counts } from '@answerback/core/api'
import { sortOf } from '@answerback/core/list-view'
import { ArrowUp } from 'lucide-react'
import { type RefObject, useCallback, useRef } from 'react'
import { useCommandHandlers } from '../../keys/handlers.ts'
import { useMe } from '../../ui/me.tsx'
import { useWords } from '../../words/words.tsx'
import { ChannelAlert } from './channel-alert.tsx'
import { EmptyList } from './empty-list.tsx'
import { ListHead } from './list-head.tsx'
import { Pills } from './pills.tsx'
import { Rows, type RowsHandle } from './rows.tsx'
import { useGhosts } from './use-ghosts.ts'
import { useHeldBack } from './use-held-back.ts'
import type { useList } from './use-list.ts'
import { isFiltered, type ListSearch, queryOf, type View, waitingIn } from './views.ts'

type Props = {
  view: View
  search: ListSearch
  counts: Counts
  list: ReturnType<typeof useList>
  cursorId: string | null
  selectedId: string | null
  onOpen: (id: string) => void
  rowsRef: RefObject<RowsHandle | null>
}

/** The list column: headline, order, filters, and everybody in it. */
export function ListPane({ view, search, counts, list, cursorId, selectedId, onOpen, rowsRef }: Props) {
  const t = useWords()
  const scroller = useRef<HTMLDivElement>(null)
  const me = useMe()
  const query = queryOf(view, search)
  const sort = sortOf(query)
  const listKey = JSON.stringify(query)
  const held = useHeldBack(list.rows, sort === 'newest', listKey)
  const lingers = useCallback(
    (id: string) => scroller.current?.querySelector(`[data-id="${id}"]:hover, [data-id="${id}"]:focus`) != null,
    [],
  )
  const lines = useGhosts(held.rows, sort, listKey, lingers)
  const waiting = waitingIn(view, search, counts, me.user.id)
  const total =
    waiting === null ? (listed(view, counts, search) ?? (list.hasNextPage ? null : list.rows.length)) : waiting.count - waiting.snoozed

  useCommandHandlers(held.count > 0 ? { showNew: held.show } : {})

  return (
    <section className="list" aria-label={t(`nav.${view}`)}>
      <ListHead
        view={view}
        search={search}
        counts={counts}
        total={waiting?.count ?? total ?? list.rows.length}
        snoozed={waiting?.snoozed ?? 0}
      />
      <Pills view={view} search={search} counts={counts} />
      <ChannelAlert />
      {list.isPending ? (
        <Skeletons />
      ) : list.isError && list.rows.length === 0 ? (
        <div className="note-pane">
          <p>{t('app.failed')}</p>
          <button type="button" className="btn s" onClick={() => void list.refetch()}>
            {t('app.tryAgain')}
          </button>
        </div>
      ) : lines.length === 0 ? (
        <EmptyList view={view} search={search} counts={counts} />
      ) : (
        <div
          className="rows-box"
          onPointerEnter={() => held.setBusy(true)}
          onPointerLeave={() => held.setBusy((scroller.current?.scrollTop ?? 0) > 16)}
        >
          {held.count > 0 && (
            <button type="button" className="new-pill" onClick={held.show}>
              <ArrowUp className="i sm" aria-hidden="true" />
              {t('list.newCount', { count: held.count })}
            </button>
          )}
          <Rows
            key={listKey}
            ref={rowsRef}
            scroller={scroller}
            lines={lines}
            label={t(`list.label.${view}`)}
            total={total ?? -1}
            cursorId={cursorId}
            selectedId={selectedId}
            onOpen={onOpen}
            onNearEnd={() => {
              if (list.hasNextPage && !list.isFetchingNextPage) void list.fetchNextPage()
            }}
            onScrolled={(top) => held.setBusy(top > 16)}
            prepended={false}
          />
        </div>
      )}
    </section>
  )
}

/** How many a list has in which nobody waits unseen; null where only loading to the end would tell. */
function listed(view: View, counts: Counts, search: ListSearch): number | null {
  return !isFiltered(search) && (view === 'snoozed' || view === 'failed') ? counts[view] : null
}

function Skeletons() {
  const t = useWords()
  return (
    <div className="rows" aria-busy="true" aria-label={t('app.loading')}>
      {Array.from({ length: 8 }, (_, index) => (
        <div key={index} className="row skeleton" aria-hidden="true">
          <span />
          <span />
          <span />
        </div>
      ))}
    </div>
  )
}
