import type { ConversationRow } from '@answerback/core/api'
import { belongsTo, dueGroup } from '@answerback/core/list-view'
import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { channelsQuery, queueQuery } from '../../api/queries.ts'
import { now, useAtNow } from '../../clock/ticker.ts'
import { useCommandHandlers } from '../../keys/handlers.ts'
import { useMe } from '../../ui/me.tsx'
import { useWords } from '../../words/words.tsx'
import { useList } from '../inbox/use-list.ts'
import { useActions } from '../thread/use-actions.ts'
import { Download } from './download.tsx'
import { QueueFilters } from './queue-filters.tsx'
import { QueueReview } from './queue-review.tsx'
import { QueueRow } from './queue-row.tsx'
import { queueListQuery } from './queue-search.ts'
import { QueueStrip } from './queue-strip.tsx'
import '../../style/pages.css'
import '../../style/queue.css'

const groups = ['late', 'due_soon', 'waiting', 'snoozed'] as const

/** The lead's queue: how many people wait and how long, in groups against the target, who is snoozed after them, with what was set aside below. */
export function QueueScreen() {
  const t = useWords()
  const me = useMe()
  const navigate = useNavigate()
  const actions = useActions()
  const search = useSearch({ from: '/inside/queue' })
  const query = useMemo(() => queueListQuery(search), [search])
  const list = useList(query)
  const { data: summary } = useQuery(queueQuery)
  const { data: channels } = useSuspenseQuery(channelsQuery)
  const [cursorId, setCursor] = useState<string | null>(null)
  const table = useRef<HTMLTableElement>(null)
  const { rows, hasNextPage, isFetching, fetchNextPage } = list
  useMinute()
  const shown = rows.filter((row) => belongsTo(row, { ...query, ...narrowing(search) }, me.user.id, now()))

  useEffect(() => {
    document.title = t('title.queue', { name: me.workspace.name })
  }, [t, me.workspace.name])
  // The groups are only true when everybody is here.
  useEffect(() => {
    if (hasNextPage && !isFetching && rows.length < 1_000) void fetchNextPage()
  }, [hasNextPage, isFetching, fetchNextPage, rows.length])

  const open = useCallback((id: string) => void navigate({ to: '/c/$conversationId', params: { conversationId: id } }), [navigate])
  const cursor = shown.find((row) => row.id === cursorId) ?? null
  const step = (by: 1 | -1) => {
    const at = shown.findIndex((row) => row.id === cursorId)
    const next = at === -1 ? shown[0] : shown[at + by]
    if (next === undefined) return
    setCursor(next.id)
    table.current?.querySelector<HTMLElement>(`tr[data-id="${next.id}"]`)?.focus()
  }
  useCommandHandlers({
    next: () => step(1),
    previous: () => step(-1),
    ...(cursor === null
      ? {}
      : {
          open: () => open(cursor.id),
          take: () => void actions.assign(cursor, me.user.id),
          assign: () => document.getElementById(`assign-${cursor.id}`)?.click(),
        }),
  })

  return (
    <section className="page queue">
      <header className="phead">
        <h1 tabIndex={-1}>{t('queue.title')}</h1>
        <Download search={search} />
      </header>
      <div className="wrap">
        {summary !== undefined && <QueueStrip summary={summary} />}
        <QueueFilters search={search} channels={channels} />
        {list.isPending ? null : list.isError && rows.length === 0 ? (
          <div className="note-pane">
            <p>{t('app.failed')}</p>
            <button type="button" className="btn s" onClick={() => void list.refetch()}>
              {t('app.tryAgain')}
            </button>
          </div>
        ) : shown.length === 0 ? (
          <div className="note-pane">
            <p>{Object.keys(search).length > 0 ? t('queue.emptyFiltered') : t('queue.empty')}</p>
            {Object.keys(search).length > 0 && (
              <button type="button" className="btn s" onClick={() => void navigate({ to: '/queue', search: {} })}>
                {t('queue.clear')}
              </button>
            )}
          </div>
        ) : (
          <table className="t q" ref={table} aria-busy={isFetching}>
            <caption className="sr">{t('queue.caption')}</caption>
            <thead>
              <tr>
                {(['waiting', 'against', 'who', 'said', 'with'] as const).map((name) => (
                  <th key={name} scope="col" className={`c-${name}`}>
                    {t(`queue.col.${name}`)}
                  </th>
                ))}
                <th scope="col" className="num c-action">
                  <span className="sr">{t('queue.col.action')}</span>
                </th>
              </tr>
            </thead>
            {groups.map((group) => (
              <Group
                key={group}
                group={group}
                rows={shown.filter((row) => (row.state === 'snoozed' ? 'snoozed' : dueGroup(row, now())) === group)}
                cursorId={cursorId ?? shown[0]?.id ?? null}
                actions={actions}
                onOpen={open}
                onFocus={setCursor}
              />
            ))}
          </table>
        )}
        {summary !== undefined && <QueueReview summary={summary} />}
      </div>
    </section>
  )
}

type GroupProps = {
  group: (typeof groups)[number]
  rows: ConversationRow[]
  cursorId: string | null
  actions: ReturnType<typeof useActions>
  onOpen: (id: string) => void
  onFocus: (id: string) => void
}

function Group({ group, rows, cursorId, actions, onOpen, onFocus }: GroupProps) {
  const t = useWords()
  if (rows.length === 0) return null
  return (
    <tbody>
      <tr className="grp">
        <th colSpan={6} scope="rowgroup">
          {t(`queue.group.${group}`)}
          <span className="n">{rows.length}</span>
        </th>
      </tr>
      {rows.map((row) => (
        <QueueRow key={row.id} row={row} cursor={row.id === cursorId} actions={actions} onOpen={onOpen} onFocus={onFocus} />
      ))}
    </tbody>
  )
}

/** Re-renders with the minute, so that nobody stays in a group that the clock has left. */
function useMinute(): void {
  useAtNow(useCallback((at: number) => Math.floor(at / 15_000), []))
}

function narrowing(search: { due?: 'late' | 'soon' | undefined; liked?: true | undefined }) {
  return { ...(search.due && { due: search.due }), ...(search.liked && { liked: 'true' }) }
}
