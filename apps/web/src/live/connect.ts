import type { ChangeFrame, Counts, ListQuery, Me, PresenceFrame } from '@answerback/core/api'
import type { InfiniteData, QueryClient } from '@tanstack/react-query'
import { io, type Socket } from 'socket.io-client'
import { ApiProblem, read } from '../api/call.ts'
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

/** The live channel of one signed-in page. `sendPresence` with null leaves. */
export type Live = { sendPresence: (conversationId: string | null, typing: boolean) => void; stop: () => void }

/**
 * Keeps `cache` current: frames of the socket, `/changes` after a gap, a reconnect or a minute out of sight, and every 20 s while
 * the socket is down. The socket is never trusted alone.
 */
export function connectLive(cache: QueryClient, me: Me): Live {
  let seq = me.seq
  let newest: ReadonlyMap<string, number> = new Map()
  let wanted = seq
  let catching: Promise<void> | null = null
  let hiddenAt: number | null = null
  let lostTimer: ReturnType<typeof setTimeout> | undefined
  let pollTimer: ReturnType<typeof setInterval> | undefined

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
    for (let more = true; more; ) {
      const before = seq
      try {
        const answer = await read<ChangeFrame & { more: boolean }>(`/changes?since=${seq}`)
        take(answer, true)
        more = answer.more || (wanted > seq && seq > before)
        if (socket.connected) setConnection('live')
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

  const socket: Socket = io({ path: '/socket.io', withCredentials: true, transports: ['websocket', 'polling'], reconnectionDelayMax: 10_000 })
  socket.on('hello', ({ seq: theirs }: { seq: number }) => {
    clearTimeout(lostTimer)
    clearInterval(pollTimer)
    lostTimer = pollTimer = undefined
    setConnection('live')
    wanted = Math.max(wanted, theirs)
    if (theirs !== seq) void catchUpNow()
  })
  socket.on('change', (frame: ChangeFrame) => take(frame, false))
  socket.on('presence', (frame: PresenceFrame) => notePresence(frame, me.user.id, now()))
  const onLost = () => {
    lostTimer ??= setTimeout(() => {
      setConnection(navigator.onLine ? 'polling' : 'offline')
      pollTimer ??= setInterval(() => void catchUpNow(), pollMs)
      void catchUpNow()
    }, lostAfterMs)
  }
  socket.on('disconnect', onLost)
  socket.on('connect_error', onLost)

  const onVisibility = () => {
    if (document.visibilityState === 'hidden') hiddenAt = now()
    else if (hiddenAt !== null && now() - hiddenAt > hiddenMs) void catchUpNow()
  }
  const onOnline = () => void catchUpNow()
  const onOffline = () => setConnection('offline')
  document.addEventListener('visibilitychange', onVisibility)
  addEventListener('online', onOnline)
  addEventListener('offline', onOffline)
  const expiry = setInterval(() => expirePresence(now()), 5_000)

  return {
    sendPresence: (conversationId, typing) => void socket.volatile.emit('presence', { conversationId, typing }),
    stop: () => {
      socket.close()
      clearTimeout(lostTimer)
      clearInterval(pollTimer)
      clearInterval(expiry)
      document.removeEventListener('visibilitychange', onVisibility)
      removeEventListener('online', onOnline)
      removeEventListener('offline', onOffline)
    },
  }
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

/** An open thread is asked for again when its row changed; so is what moves with the clock or with health. */
function refreshOpen(cache: QueryClient, frame: ChangeFrame): void {
  for (const { id } of frame.rows) void cache.invalidateQueries({ queryKey: ['conversation', id] })
  for (const { id } of frame.gone) void cache.invalidateQueries({ queryKey: ['conversation', id] })
  void cache.invalidateQueries({ queryKey: queueQuery.queryKey })
  if (frame.channels) void cache.invalidateQueries({ queryKey: channelsQuery.queryKey })
}
