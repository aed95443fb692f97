import type { ChangeFrame, ConversationRow, Counts, ListQuery } from '@answerback/core/api'
import { belongsTo, compareRows, sortOf } from '@answerback/core/list-view'

/** A page as loaded. `reach` is its last row as the server gave it: up to there the page is complete, whatever left it since. */
export type HeldPage = { items: ConversationRow[]; nextCursor: string | null; reach: ConversationRow | null }

/** A list as loaded so far. `nextCursor` null on the last page says that all of it is here. */
export type HeldList = { query: ListQuery; pages: HeldPage[] }

/** What the browser holds: up to which change, the lists, the counts. `newest` remembers the highest seq seen per conversation. */
export type Held = { seq: number; lists: HeldList[]; counts: Counts | null; newest: ReadonlyMap<string, number> }

/**
 * `applied`: the frame is in. `known`: it was applied before, nothing changed. `gap`: something between is missing, nothing was
 * changed, ask `/changes?since=` with `held.seq`.
 */
export type Applied = { held: Held; outcome: 'applied' | 'known' | 'gap' }

/**
 * One committed change into what the browser holds. Pure; the same frame twice, late or out of order does no harm.
 * `catchUp` marks an answer of `/changes`, which may span many changes.
 */
export function applyFrame(held: Held, frame: ChangeFrame, meId: string, now: number, catchUp = false): Applied {
  if (frame.seq <= held.seq) return { held, outcome: 'known' }
  if (!catchUp && frame.seq !== held.seq + 1) return { held, outcome: 'gap' }
  const rows = frame.rows.filter((row) => row.seq >= (held.newest.get(row.id) ?? 0))
  const gone = new Set(frame.gone.map((each) => each.id))
  const newest = new Map(held.newest)
  for (const row of rows) newest.set(row.id, row.seq)
  const lists = held.lists.map((list) => applyToList(list, rows, gone, meId, now))
  return { held: { seq: frame.seq, lists, counts: frame.counts, newest }, outcome: 'applied' }
}

/** One list after `rows` changed and `gone` vanished. Returns the same object when nothing in it changed. */
export function applyToList(list: HeldList, rows: ConversationRow[], gone: ReadonlySet<string>, meId: string, now: number): HeldList {
  let pages = list.pages
  for (const row of rows) pages = placeRow({ query: list.query, pages }, row, meId, now)
  if (gone.size > 0 && pages.some((page) => page.items.some((row) => gone.has(row.id)))) {
    pages = pages.map((page) => ({ ...page, items: page.items.filter((row) => !gone.has(row.id)) }))
  }
  return pages === list.pages ? list : { query: list.query, pages }
}

function placeRow({ query, pages }: HeldList, row: ConversationRow, meId: string, now: number): HeldPage[] {
  const held = pages.flatMap((page) => page.items).find((item) => item.id === row.id)
  if (held !== undefined && held.seq > row.seq) return pages
  const belongs = belongsTo(row, query, meId, now)
  if (held === undefined && !belongs) return pages
  const without = held === undefined ? pages : pages.map((page) => withoutRow(page, row.id))
  return belongs ? insert(without, row, compareRows(sortOf(query))) : without
}

function withoutRow(page: HeldPage, id: string): HeldPage {
  return page.items.some((item) => item.id === id) ? { ...page, items: page.items.filter((item) => item.id !== id) } : page
}

/** Into the first page that reaches beyond it. Past the end of what is loaded it comes with the page that is still to be fetched. */
function insert(pages: HeldPage[], row: ConversationRow, compare: (a: ConversationRow, b: ConversationRow) => number): HeldPage[] {
  const at = pages.findIndex((page) => page.nextCursor === null || (page.reach !== null && compare(row, page.reach) <= 0))
  if (at === -1) return pages
  return pages.map((page, index) => {
    if (index !== at) return page
    const before = page.items.findIndex((item) => compare(row, item) < 0)
    const items = [...page.items]
    items.splice(before === -1 ? items.length : before, 0, row)
    return { ...page, items }
  })
}
