import type { ChangeFrame, Counts, ListQuery, Me, PresenceFrame } from '@answerback/core/api'
import type { SearchPage } from '@answerback/core/search-api'
import type { InfiniteData, QueryClient } from '@tanstack/react-query'
import type { Socket } from 'socket.io-client'
import { ApiProblem, read, tellRemoved } from '../api/call.ts'
import { chosenWorkspace } from '../api/workspace-choice.ts'
import { staffQuery } from '../api/access-queries.ts'
import { channelsQuery, countsQuery, meQuery, queueQuery } from '../api/queries.ts'
import { now } from '../clock/ticker.ts'
import { tellArrivals } from './announce.ts'
import { applyFrame, type Held, type HeldPage } from './apply-frame.ts'
import { setConnection } from './connection.ts'
import { noteEnded } from './ended-rows.ts'
import { expirePresence, notePresence } from './presence.ts'

const pollMs = 20_000
const lostAfterMs = 5_000
const hiddenMs = 60_000

/** The live channel of one signed-in page. `start` returns the way to stop it. `sendPresence` with null leaves. */
export type Live = { start: () => () => void; sendPresence: (conversationId: string | null, typing: boolean) => void }

/**
 * Keeps `cache` current: frames of the socket, `/changes` after a gap, a reconnect or a minute out of sight, and every 20 s while
 * the socket is down. The socket is never trusted alone.
 */
export function openLive(cache: QueryClient, me: Me): Live {
  let seq = me.seq
  let newest: ReadonlyMap<string, number> = new Map()
  let wanted = seq
  let catching: Promise<void> | null = null
  let hiddenAt: number | null = null
  let lostTimer: ReturnType<typeof setTimeout> | undefined
  let pollTimer: ReturnType<typeof setInterval> | undefined
  let socket: Socket | null = null
  let lookingAt: string | null = null

  function take(frame: ChangeFrame, catchUp: boolean): void {
    wanted = Math.max(wanted, frame.seq)
    const held: Held = { seq, newest, lists: heldLists(cache), counts: cache.getQueryData(countsQuery.queryKey) ?? null }
    const { held: next, outcome } = applyFrame(held, frame, me.user.id, now(), catchUp)
    if (outcome === 'gap') void catchUpNow()
    if (outcome !== 'applied') return
    seq = next.seq
    newest = next.newest
    noteEnded(frame.rows, now())
    tellArrivals(frame.rows, frame.counts)
    writeLists(cache, held, next)
    cache.setQueryData<Counts>(countsQuery.queryKey, frame.counts)
    refreshOpen(cache, frame)
  }

  function catchUpNow(): Promise<void> {
    catching ??= catchUp().finally(() => (catching = null))
    return catching
  }

  async function catchUp(): Promise<void> {
    for (let more = true; more;) {
      const before = seq
      try {
        const answer = await read<ChangeFrame & { more: boolean }>(`/changes?since=${seq}`)
        take(answer, true)
        more = answer.more || (wanted > seq && seq > before)
        if (socket?.connected) setConnection('live')
        else if (pollTimer !== undefined) setConnection('polling')
      } catch (error) {
        more = false
        if (!(error instanceof ApiProblem)) throw error
        if (error.status === 410) await startAfresh()
        else if (error.status === 0) setConnection('offline')
      }
    }
  }

  /** The changes between are no longer kept: everything is asked for again. */
  async function startAfresh(): Promise<void> {
    const fresh = await cache.fetchQuery({ ...meQuery, staleTime: 0 })
    seq = wanted = fresh.seq
    newest = new Map()
    cache.setQueryData<Counts>(countsQuery.queryKey, fresh.counts)
    await cache.invalidateQueries()
  }

  /** The socket's own code comes after the first paint. */
  async function openSocket(stillWanted: () => boolean): Promise<void> {
    const { io } = await import('socket.io-client')
    if (!stillWanted()) return
    const workspace = chosenWorkspace()
    socket = io({
      path: '/socket.io',
      withCredentials: true,
      transports: ['websocket', 'polling'],
      reconnectionDelayMax: 10_000,
      ...(workspace !== null && { auth: { workspace } }),
    })
    socket.on('hello', ({ seq: theirs }: { seq: number }) => {
      stopPolling()
      setConnection('live')
      wanted = Math.max(wanted, theirs)
      if (theirs !== seq) void catchUpNow()
      if (lookingAt !== null) sendPresence(lookingAt, false)
    })
    socket.on('change', (frame: ChangeFrame) => take(frame, false))
    socket.on('presence', (frame: PresenceFrame) => notePresence(frame, me.user.id, now()))
    socket.on('removed', tellRemoved)
    socket.on('disconnect', (reason) => {
      // The server closed it on purpose: another role, or no place here any more. Which of them, `/me` says; then on with a new one.
      if (reason === 'io server disconnect') void askWhoIAm()
      pollSoon()
    })
    socket.on('connect_error', (error) => {
      if (error.message === 'unauthorized') void askWhoIAm()
      pollSoon()
    })
  }

  async function askWhoIAm(): Promise<void> {
    await cache.invalidateQueries({ queryKey: meQuery.queryKey })
    if (cache.getQueryState(meQuery.queryKey)?.status === 'success') socket?.connect()
  }

  function pollSoon(): void {
    lostTimer ??= setTimeout(() => {
      setConnection(navigator.onLine ? 'polling' : 'offline')
      pollTimer ??= setInterval(() => void catchUpNow(), pollMs)
      void catchUpNow()
    }, lostAfterMs)
  }

  function stopPolling(): void {
    clearTimeout(lostTimer)
    clearInterval(pollTimer)
    lostTimer = pollTimer = undefined
  }

  function sendPresence(conversationId: string | null, typing: boolean): void {
    lookingAt = conversationId
    socket?.volatile.emit('presence', { conversationId, typing })
  }

  function start(): () => void {
    const running = new AbortController()
    const { signal } = running
    const onVisibility = () => {
      if (document.visibilityState === 'hidden') hiddenAt = now()
      else if (hiddenAt !== null && now() - hiddenAt > hiddenMs) void catchUpNow()
    }
    document.addEventListener('visibilitychange', onVisibility, { signal })
    addEventListener('online', () => void catchUpNow(), { signal })
    addEventListener('offline', () => setConnection('offline'), { signal })
    const expiry = setInterval(() => expirePresence(now()), 5_000)
    openSocket(() => !signal.aborted).catch(pollSoon)
    return () => {
      running.abort()
      socket?.close()
      socket = null
      stopPolling()
      clearInterval(expiry)
    }
  }

  return { start, sendPresence }
}

type ListEntry = { query: ListQuery; pages: HeldPage[]; key: readonly unknown[]; data: InfiniteData<HeldPage> }

function heldLists(cache: QueryClient): ListEntry[] {
  return cache.getQueriesData<InfiniteData<HeldPage>>({ queryKey: ['list'] }).flatMap(([key, data]) => {
    return data === undefined ? [] : [{ query: key[1] as ListQuery, pages: data.pages, key, data }]
  })
}

function writeLists(cache: QueryClient, before: Held, after: Held): void {
  before.lists.forEach((list, index) => {
    const next = after.lists[index]
    if (next === undefined || next === list) return
    const { key, data } = list as ListEntry
    cache.setQueryData<InfiniteData<HeldPage>>(key, { ...data, pages: next.pages })
  })
}

/**
 * A thread is asked for again when its row changed, also one that was open earlier: opened once more it must not show, not even for a moment, what was taken back
 * meanwhile. So is what was found there by its words, and what moves with the clock or with health.
 */
function refreshOpen(cache: QueryClient, frame: ChangeFrame): void {
  const changed = new Set([...frame.rows, ...frame.gone].map(({ id }) => id))
  for (const id of changed) void cache.invalidateQueries({ queryKey: ['conversation', id], refetchType: 'all' })
  for (const [queryKey, found] of cache.getQueriesData<InfiniteData<SearchPage>>({ queryKey: ['search'] })) {
    if (found?.pages.some((page) => page.items.some((hit) => changed.has(hit.conversation.id))) !== true) continue
    cache.removeQueries({ queryKey, exact: true, type: 'inactive' })
    void cache.invalidateQueries({ queryKey, exact: true })
  }
  void cache.invalidateQueries({ queryKey: queueQuery.queryKey })
  if (frame.settings) for (const queryKey of [meQuery.queryKey, ['reasons'], ['targets']]) void cache.invalidateQueries({ queryKey })
  if (frame.staff) for (const { queryKey } of [meQuery, staffQuery]) void cache.invalidateQueries({ queryKey })
  if (frame.channels) void cache.invalidateQueries({ queryKey: channelsQuery.queryKey })
}
