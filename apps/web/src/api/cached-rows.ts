import type { Conversation, ConversationRow, ListQuery } from '@answerback/core/api'
import type { InfiniteData } from '@tanstack/react-query'
import { now } from '../clock/ticker.ts'
import { applyToList, type HeldPage } from '../live/apply-frame.ts'
import { noteEnded } from '../live/ended-rows.ts'
import { cache } from './queries.ts'

const none: ReadonlySet<string> = new Set()

/** The row as any list or open thread holds it, the newest of them. */
export function findRow(id: string): ConversationRow | null {
  const held = cache.getQueriesData<InfiniteData<HeldPage>>({ queryKey: ['list'] }).flatMap(([, data]) => {
    return data?.pages.flatMap((page) => page.items.filter((row) => row.id === id)) ?? []
  })
  const open = cache.getQueryData<Conversation>(['conversation', id])
  if (open !== undefined) held.push(open)
  return held.reduce<ConversationRow | null>((newest, row) => (newest === null || row.seq > newest.seq ? row : newest), null)
}

/** Puts a row as we expect it to become into every list and the open thread, until the server says how it really is. */
export function putRow(row: ConversationRow, meId: string): void {
  noteEnded([row], now())
  for (const [key, data] of cache.getQueriesData<InfiniteData<HeldPage>>({ queryKey: ['list'] })) {
    if (data === undefined) continue
    const list = { query: key[1] as ListQuery, pages: data.pages }
    const next = applyToList(list, [row], none, meId, now())
    if (next !== list) cache.setQueryData<InfiniteData<HeldPage>>(key, { ...data, pages: next.pages })
  }
  cache.setQueryData<Conversation>(['conversation', row.id], (open) =>
    open === undefined || open.seq > row.seq ? open : { ...open, ...rowOnly(row) },
  )
}

/** Without what only an open thread has, so that a thread's own lists are never overwritten by a row's. */
function rowOnly(row: ConversationRow): ConversationRow {
  const { messages: _messages, turns: _turns, replies: _replies, events: _events, ...rest } = row as Conversation
  return rest
}
