import type { ListQuery } from '@answerback/core/api'
import { readSearch } from '../inbox/views.ts'

/** What the address of the queue may say. */
export type QueueSearch = {
  channelId?: string | undefined
  assignee?: string | undefined
  due?: 'late' | 'soon' | undefined
  liked?: true | undefined
}

export function readQueueSearch(search: Record<string, unknown>): QueueSearch {
  const { channelId, assignee, due, liked } = readSearch(search)
  return { ...(channelId && { channelId }), ...(assignee && { assignee }), ...(due && { due }), ...(liked && { liked }) }
}

/** Everybody who waits, those snoozed too, longest first; the groups are cut from it by the clock, so `due` narrows on screen only. */
export function queueListQuery(search: QueueSearch): ListQuery {
  const query: ListQuery = { state: 'unanswered', limit: 100 }
  if (search.channelId !== undefined) query.channelId = search.channelId
  if (search.assignee !== undefined) query.assignee = search.assignee
  return query
}
