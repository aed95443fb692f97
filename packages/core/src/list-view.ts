import type { ConversationRow, ConversationState, ListQuery } from './api.ts'
import { waitGroup } from './wait.ts'

export type ListSort = 'waiting' | 'newest'

/**
 * The order a list has when its query names none: people who wait come longest wait first, all else newest first.
 */
export function sortOf(query: Pick<ListQuery, 'state' | 'sort'>): ListSort {
  if (query.sort) return query.sort
  const state = query.state ?? 'waiting'
  return state === 'waiting' || state === 'snoozed' || state === 'unanswered' ? 'waiting' : 'newest'
}

/**
 * Whether `row` stands in the list of `query`, as the server would say. `now` in milliseconds decides `due`; `meId` is who `me` means.
 */
export function belongsTo(row: ConversationRow, query: ListQuery, meId: string, now: number): boolean {
  const state: ConversationState | 'unanswered' | 'all' = query.state ?? 'waiting'
  // In the order of waits, those who do not wait come not at all.
  if (sortOf(query) === 'waiting' && row.waitingSince === null) return false
  if (state === 'unanswered' && row.waitingSince === null) return false
  if (state !== 'all' && state !== 'unanswered' && row.state !== state) return false
  if (query.platform && row.platform !== query.platform) return false
  if (query.channelId && row.channelId !== query.channelId) return false
  if (query.assignee && !isWith(row.assigneeId, query.assignee, meId)) return false
  if (query.due && dueGroup(row, now) !== (query.due === 'late' ? 'late' : 'due_soon')) return false
  if (asksForFailed(query) && !hasFailedReply(row)) return false
  if (asksForLiked(query) && !(row.acknowledged && row.waitingSince !== null)) return false
  return true
}

/** Order of two rows: `waiting` earliest `waitingSince` first (nobody waiting last), `newest` latest activity first; then by id, so it is total. */
export function compareRows(sort: ListSort): (a: ConversationRow, b: ConversationRow) => number {
  return sort === 'waiting' ? compareWaits : compareActivity
}

/** A reply of this conversation failed, or nobody knows whether it went out. */
export function hasFailedReply(row: Pick<ConversationRow, 'reply'>): boolean {
  return row.reply?.state === 'rejected' || row.reply?.state === 'needs_check'
}

/** How far the row's wait has come against its own target; null when nobody waits. `now` in milliseconds. */
export function dueGroup(
  { waitingSince, dueSoonAt, dueAt }: Pick<ConversationRow, 'waitingSince' | 'dueSoonAt' | 'dueAt'>,
  now: number,
): 'late' | 'due_soon' | 'waiting' | null {
  if (waitingSince === null || dueSoonAt === null || dueAt === null) return null
  return waitGroup({ since: Date.parse(waitingSince), dueSoonAt: Date.parse(dueSoonAt), dueAt: Date.parse(dueAt) }, now)
}

function isWith(assigneeId: string | null, wanted: string, meId: string): boolean {
  if (wanted === 'none') return assigneeId === null
  return assigneeId === (wanted === 'me' ? meId : wanted)
}

function asksForFailed(query: ListQuery): boolean {
  return isYes(query.failed)
}

function asksForLiked(query: ListQuery): boolean {
  return isYes(query.liked)
}

/** In a query string a flag is text; `false` and an empty one ask for nothing. */
function isYes(flag: unknown): boolean {
  return flag === true || flag === 'true' || flag === '1'
}

function compareWaits(a: ConversationRow, b: ConversationRow): number {
  const left = a.waitingSince === null ? Infinity : Date.parse(a.waitingSince)
  const right = b.waitingSince === null ? Infinity : Date.parse(b.waitingSince)
  if (left !== right) return left - right
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0
}

function compareActivity(a: ConversationRow, b: ConversationRow): number {
  const difference = Date.parse(b.lastActivityAt) - Date.parse(a.lastActivityAt)
  if (difference !== 0) return difference
  return a.id < b.id ? 1 : a.id > b.id ? -1 : 0
}
