import type { ConversationRow } from '@answerback/core/api'
import { sortOf } from '@answerback/core/list-view'
import { useQuery } from '@tanstack/react-query'
import { Outlet, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { read } from '../../api/call.ts'
import { channelsQuery, countsQuery } from '../../api/queries.ts'
import { useCommandHandlers } from '../../keys/handlers.ts'
import { useMe } from '../../ui/me.tsx'
import { showToast } from '../../ui/toasts.tsx'
import { isPhone } from '../../ui/use-phone.ts'
import { useWords } from '../../words/words.tsx'
import { AllAnswered } from './all-answered.tsx'
import { ListContext, nextWaiting } from './list-context.ts'
import { ListPane } from './list-pane.tsx'
import { NoChannels } from './no-channels.tsx'
import type { RowsHandle } from './rows.tsx'
import { useList } from './use-list.ts'
import { isFiltered, isView, queryOf } from './views.ts'
import '../../style/list.css'

/** The live inbox: the list, and beside it (on a phone above it) the open thread. */
export function InboxScreen() {
  const t = useWords()
  const me = useMe()
  const navigate = useNavigate()
  const params = useParams({ strict: false })
  const search = useSearch({ from: '/inside/inbox-layout' })
  const openId = params.conversationId ?? null
  const view = isView(params.view) ? params.view : (search.view ?? 'waiting')
  const query = useMemo(() => queryOf(view, search), [view, search])
  const list = useList(query)
  const { data: counts } = useQuery({ ...countsQuery, initialData: me.counts })
  const { data: channels = me.channels } = useQuery(channelsQuery)
  const [cursor, setCursor] = useState<string | null>(null)
  const rowsRef = useRef<RowsHandle>(null)
  /** Whom the next thread to open is to be answered at once. */
  const wish = useRef<string | null>(null)
  const cursorId = openId ?? cursor

  const open = useCallback(
    (id: string, how?: { reply: boolean }) => {
      wish.current = how?.reply === true ? id : null
      setCursor(id)
      void navigate({
        to: '/c/$conversationId',
        params: { conversationId: id },
        search: { ...search, message: undefined, q: undefined, view: view === 'waiting' ? undefined : view },
        replace: openId !== null,
      })
    },
    [navigate, search, view, openId],
  )
  const close = useCallback(() => {
    // From what was found one goes back to it.
    if (search.q !== undefined) return void navigate({ to: '/search', search: { q: search.q } })
    if (openId !== null) setCursor(openId)
    void navigate({
      to: '/inbox/{-$view}',
      params: { view: view === 'waiting' ? undefined : view },
      search: { ...search, view: undefined },
    })
    if (openId !== null) requestAnimationFrame(() => rowsRef.current?.focus(openId))
  }, [navigate, search, view, openId])
  const takeWish = useCallback((id: string) => {
    const wished = wish.current === id
    if (wished) wish.current = null
    return wished
  }, [])
  const handle = useMemo(() => ({ rows: list.rows, open, close, takeWish }), [list.rows, open, close, takeWish])

  /** Desktop: the thread follows the cursor. Phone: only the cursor moves. */
  const moveTo = (id: string | undefined) => {
    if (id === undefined) return
    setCursor(id)
    if (!isPhone()) open(id)
    requestAnimationFrame(() => rowsRef.current?.focus(id))
  }
  const step = (by: 1 | -1) => {
    const at = list.rows.findIndex((row) => row.id === cursorId)
    moveTo((at === -1 ? list.rows[0] : list.rows[at + by])?.id)
  }
  /** In this list, or else the one who has waited longest anywhere. */
  const stepWaiting = async (by: 1 | -1) => {
    const fromTheStart = cursorId === null && sortOf(query) === 'newest'
    const here = fromTheStart ? null : nextWaiting(list.rows, cursorId, by)
    if (here !== null) return open(here)
    const { items } = await read<{ items: ConversationRow[] }>('/conversations?state=waiting&limit=5').catch(() => ({ items: [] }))
    const elsewhere = nextWaiting(items, openId, 1)
    if (elsewhere === null) showToast({ text: t('toast.nobodyElse') })
    else void navigate({ to: '/c/$conversationId', params: { conversationId: elsewhere } })
  }
  useCommandHandlers({
    next: () => step(1),
    previous: () => step(-1),
    nextWaiting: () => void stepWaiting(1),
    previousWaiting: () => void stepWaiting(-1),
    open: () => {
      const id = cursorId ?? list.rows[0]?.id
      if (id === undefined) return
      if (id !== openId) open(id)
      requestAnimationFrame(() => document.querySelector<HTMLElement>('#thread')?.focus())
    },
    ...(openId === null ? {} : { back: close }),
  })

  // The thread is no part of the first screen, and is there before anybody has chosen a row.
  useEffect(() => void import('../thread/thread-pane.tsx'), [])
  useEffect(() => {
    if (openId === null) document.title = t('title.waiting', { count: counts.waiting, name: me.workspace.name })
  }, [openId, counts.waiting, me.workspace.name, t])

  const calm =
    openId === null &&
    view === 'waiting' &&
    !isFiltered(search) &&
    list.isSuccess &&
    list.rows.length === 0 &&
    counts.waiting === counts.snoozed
  return (
    <ListContext value={handle}>
      <div className="inbox" data-open={openId !== null || undefined}>
        {calm ? (
          channels.length === 0 ? (
            <NoChannels />
          ) : (
            <AllAnswered counts={counts} />
          )
        ) : (
          <>
            <ListPane
              view={view}
              search={search}
              counts={counts}
              list={list}
              cursorId={cursorId}
              selectedId={openId}
              onOpen={open}
              rowsRef={rowsRef}
            />
            <Outlet />
          </>
        )}
      </div>
    </ListContext>
  )
}
