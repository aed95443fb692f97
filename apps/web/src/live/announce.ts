import type { ConversationRow, Counts } from '@answerback/core/api'
import { useSyncExternalStore } from 'react'

/** What the polite live region says next. `arrived` people wrote since it spoke last. */
export type Announcement = { arrived: number; counts: Counts }

const quietMs = 10_000
const known = new Map<string, string>()
const listeners = new Set<() => void>()
let arrived = 0
let spoken: Announcement | null = null
let timer: ReturnType<typeof setTimeout> | undefined

/** Collects what arrived and speaks at most every ten seconds; a tick of the clock is never announced. */
export function tellArrivals(rows: ConversationRow[], counts: Counts): void {
  for (const row of rows) {
    if (row.state !== 'waiting' || known.get(row.id) === row.lastMessage.id) continue
    if (row.waitingMessage !== null && row.lastMessage.id === row.waitingMessage.id) arrived += 1
    known.set(row.id, row.lastMessage.id)
  }
  if (arrived === 0) return
  timer ??= setTimeout(() => {
    timer = undefined
    spoken = { arrived, counts }
    arrived = 0
    for (const listener of listeners) listener()
  }, quietMs)
}

export function useAnnouncement(): Announcement | null {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => spoken,
  )
}
