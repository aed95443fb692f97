import type { Context } from '../context.ts'
import { pageLimit, readCursor, writeCursor } from '../http/paging.ts'
import type { Item, JsonObject } from '../world/item.ts'
import { GraphError } from './errors.ts'

/** What an edge of posts or comments was asked for. */
type EdgeQuery = {
  limit?: string
  after?: string
  before?: string
  since?: string
  until?: string
  order?: string
}

/** One page of an edge, and the cursors with which `paging.next` and `.previous` are made. */
type EdgePage = { items: Item[]; before?: string; after?: string; more: boolean; less: boolean }

/** How an edge is written: a node for each item, and the address of a page by its query. */
export type EdgeView = { node: (item: Item) => JsonObject; url: (query: Record<string, string>) => string }

/** An edge of items as `{ data, paging }`, oldest first unless `query.order` says otherwise. */
export function edgeOf(context: Context, items: Item[], query: Record<string, string>, view: EdgeView, max = 100): JsonObject {
  const page = pageOf(context, items, query, max)
  const edge: JsonObject = { data: page.items.map(view.node) }
  if (!page.before || !page.after) return edge
  const paging: JsonObject = { cursors: { before: page.before, after: page.after } }
  const { after: _after, before: _before, ...rest } = query
  if (page.less) paging['previous'] = view.url({ ...rest, before: page.before })
  if (page.more) paging['next'] = view.url({ ...rest, after: page.after })
  return { ...edge, paging }
}

/**
 * Cuts one page out of `items`. Default 25, at most `max` entries; a limit of 0 gives none. Cursors
 * name a place in the order, so they outlive the item they were made from.
 */
function pageOf(context: Context, items: Item[], query: EdgeQuery, max: number): EdgePage {
  const newestFirst = query.order === 'reverse_chronological'
  const since = query.since === undefined ? -Infinity : readTime(query.since)
  const until = query.until === undefined ? Infinity : readTime(query.until)
  const sorted = items
    .filter((item) => item.createdAt >= since && item.createdAt <= until)
    .sort((a, b) => (newestFirst ? compare(b, a) : compare(a, b)))
  const limit = readLimit(context, query.limit, max)
  const places = sorted.map(placeOf)
  const beyond = (place: string, cursor: string) => (newestFirst ? place < cursor : place > cursor)
  let start = 0
  if (query.after) {
    const cursor = readCursor(query.after) ?? ''
    start = places.findIndex((place) => beyond(place, cursor))
    if (start < 0) start = sorted.length
  } else if (query.before) {
    const cursor = readCursor(query.before) ?? ''
    const end = places.filter((place) => place !== cursor && !beyond(place, cursor)).length
    start = Math.max(0, end - limit)
    return cut(sorted, start, end)
  }
  return cut(sorted, start, start + limit)
}

function cut(sorted: Item[], start: number, end: number): EdgePage {
  const items = sorted.slice(start, end)
  const [first, last] = [items[0], items.at(-1)]
  const more = items.length > 0 && end < sorted.length
  if (!first || !last) return { items, more, less: start > 0 }
  return { items, before: cursorOf(first), after: cursorOf(last), more, less: start > 0 }
}

function compare(a: Item, b: Item): number {
  return placeOf(a) < placeOf(b) ? -1 : 1
}

function placeOf(item: Item): string {
  return `${String(item.createdAt).padStart(15, '0')}:${item.id}`
}

function cursorOf(item: Item): string {
  return writeCursor(placeOf(item))
}

function readLimit(context: Context, limit: string | undefined, max: number): number {
  if (limit === undefined) return 25
  const wanted = Number(limit)
  if (!Number.isInteger(wanted) || wanted < 0) throw new GraphError(100, '(#100) Param limit must be a positive integer')
  const allowed = Math.min(wanted, max)
  return pageLimit(context, allowed)
}

function readTime(text: string): number {
  if (/^\d+$/.test(text)) return Number(text) * 1000
  const time = Date.parse(text.replace(/([+-]\d\d)(\d\d)$/, '$1:$2'))
  if (Number.isNaN(time)) throw new GraphError(100, '(#100) Param since must be a valid time')
  return time
}
