import type { Context } from '../context.ts'

/** How many entries a page really gets: half of what was asked while pages are to come short. */
export function pageLimit(context: Context, asked: number): number {
  return context.faults.quirks.shortPages && asked > 1 ? Math.ceil(asked / 2) : asked
}

/**
 * One page of entries that have a place each (sortable text), highest place first. `next` is the place of the last one, where the next page begins
 * below; null on the last page. Places outlive their entries: nothing is skipped or repeated when something is deleted in between.
 */
export function pageBelow<T>(
  context: Context,
  entries: readonly T[],
  placeOf: (entry: T) => string,
  query: { below: string | null; limit: number },
): { page: T[]; next: string | null } {
  const { below } = query
  const placed = entries.map((entry) => ({ entry, place: placeOf(entry) }))
  const rest = placed.filter(({ place }) => below === null || place < below).sort((a, b) => (a.place < b.place ? 1 : -1))
  const page = rest.slice(0, pageLimit(context, query.limit))
  const last = page.at(-1)
  return { page: page.map(({ entry }) => entry), next: last && rest.length > page.length ? last.place : null }
}

/** One page by its number, the first is 1. What comes in between shifts entries to the next page, as on the real servers that page so. */
export function pageNumbered<T>(
  context: Context,
  entries: readonly T[],
  query: { page: number; limit: number },
): { page: T[]; more: boolean } {
  const limit = pageLimit(context, query.limit)
  const start = (Math.max(1, query.page) - 1) * limit
  return { page: entries.slice(start, start + limit), more: entries.length > start + limit }
}

/** A cursor that looks like nothing: a place in base64url. */
export function writeCursor(place: string): string {
  return Buffer.from(place).toString('base64url')
}

/** The place in such a cursor; null without one. */
export function readCursor(cursor: string | null | undefined): string | null {
  return cursor ? Buffer.from(cursor, 'base64url').toString('utf8') : null
}
