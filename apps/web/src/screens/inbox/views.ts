import type { Counts, ListQuery } from '@answerback/core/api'

export const views = ['waiting', 'mine', 'unassigned', 'snoozed', 'answered', 'closed', 'failed'] as const
export type View = (typeof views)[number]

/** What the address may say beside the view. Everything is optional and unknown values are dropped. */
export type ListSearch = {
  view?: View | undefined
  sort?: 'waiting' | 'newest' | undefined
  channelId?: string | undefined
  assignee?: string | undefined
  due?: 'late' | 'soon' | undefined
  liked?: true | undefined
  /** The message that an open thread is shown at, and what was looked for when it was found. */
  message?: string | undefined
  q?: string | undefined
}

const pageSize = 50

/** Reads the search of the address, whatever somebody typed there. */
export function readSearch(search: Record<string, unknown>): ListSearch {
  const result: ListSearch = {}
  if (isView(search.view)) result.view = search.view
  if (search.sort === 'waiting' || search.sort === 'newest') result.sort = search.sort
  if (isId(search.channelId)) result.channelId = search.channelId
  if (isId(search.assignee) || search.assignee === 'me' || search.assignee === 'none') result.assignee = search.assignee
  if (search.due === 'late' || search.due === 'soon') result.due = search.due
  if (search.liked === true || search.liked === 'true') result.liked = true
  if (isId(search.message)) result.message = search.message
  if (typeof search.q === 'string' || typeof search.q === 'number') result.q = String(search.q).slice(0, 200)
  return result
}

export function isView(value: unknown): value is View {
  return views.some((view) => view === value)
}

/** The query of a view with its filters. */
export function queryOf(view: View, search: ListSearch): ListQuery {
  const query: ListQuery = { ...base[view], limit: pageSize }
  if (search.sort !== undefined) query.sort = search.sort
  if (search.channelId !== undefined) query.channelId = search.channelId
  if (search.assignee !== undefined && query.assignee === undefined) query.assignee = search.assignee
  if (search.due !== undefined) query.due = search.due
  if (search.liked === true) query.liked = 'true'
  return query
}

/** Whether anything narrows the view, beside its order. */
export function isFiltered(search: ListSearch): boolean {
  return search.channelId !== undefined || search.assignee !== undefined || search.due !== undefined || search.liked !== undefined
}

/** How many wait in a view, and how many of them are snoozed and so not in its list; null where the counts do not know. */
export function waitingIn(view: View, search: ListSearch, counts: Counts, meId: string): { count: number; snoozed: number } | null {
  if (search.assignee !== undefined || search.due !== undefined || search.liked !== undefined) return null
  const { snoozedOf } = counts
  const { channelId } = search
  if (channelId !== undefined)
    return view === 'waiting' ? { count: counts.byChannel[channelId] ?? 0, snoozed: snoozedOf.byChannel[channelId] ?? 0 } : null
  if (view === 'mine') return { count: counts.byAssignee[meId] ?? 0, snoozed: snoozedOf.byAssignee[meId] ?? 0 }
  if (view === 'unassigned') return { count: counts.unassigned, snoozed: snoozedOf.unassigned }
  return view === 'waiting' ? { count: counts.waiting, snoozed: counts.snoozed } : null
}

const base: Record<View, ListQuery> = {
  waiting: { state: 'waiting' },
  mine: { state: 'waiting', assignee: 'me' },
  unassigned: { state: 'waiting', assignee: 'none' },
  snoozed: { state: 'snoozed' },
  answered: { state: 'answered' },
  closed: { state: 'closed' },
  failed: { state: 'all', failed: 'true' },
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-f-]{36}$/i.test(value)
}
