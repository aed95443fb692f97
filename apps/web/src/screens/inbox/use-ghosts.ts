import type { ConversationRow } from '@answerback/core/api'
import { compareRows, type ListSort } from '@answerback/core/list-view'
import { useEffect, useLayoutEffect, useMemo, useState, useSyncExternalStore } from 'react'
import { now } from '../../clock/ticker.ts'
import { recentlyEnded } from '../../live/ended-rows.ts'

/** A line of the list: a row, or what is left of one that just ended. `row` keeps its place by the wait it had. */
export type Line = { row: ConversationRow; ended: ConversationRow | null }
type Ghost = Line & { at: number }

const ghostMs = 4_000
const lookMs = 500

/**
 * The rows, with a ghost for each that ended in front of the reader's eyes, for four seconds. `lingers` holds one longer (under the
 * pointer, or focused).
 */
export function useGhosts(rows: ConversationRow[], sort: ListSort, listKey: string, lingers: (id: string) => boolean): Line[] {
  const [keeper] = useState(keepGhosts)
  const ghosts = useSyncExternalStore(keeper.subscribe, keeper.ghosts)
  // Before the paint: a row turns into its ghost, it does not vanish and come back.
  useLayoutEffect(() => keeper.take(rows, listKey), [keeper, rows, listKey])
  const any = ghosts.length > 0
  useEffect(() => {
    if (!any) return
    const timer = setInterval(() => keeper.letGo(lingers), lookMs)
    return () => clearInterval(timer)
  }, [any, keeper, lingers])
  return useMemo(() => linesOf(rows, ghosts, sort), [rows, ghosts, sort])
}

/** Rows and ghosts in one order; a ghost whose row came back is not shown. */
function linesOf(rows: ConversationRow[], ghosts: readonly Line[], sort: ListSort): Line[] {
  const lines: Line[] = rows.map((row) => ({ row, ended: null }))
  const present = new Set(rows.map((row) => row.id))
  const compare = compareRows(sort)
  for (const ghost of ghosts) {
    if (present.has(ghost.row.id)) continue
    present.add(ghost.row.id)
    const at = lines.findIndex((line) => compare(ghost.row, line.row) < 0)
    lines.splice(at === -1 ? lines.length : at, 0, ghost)
  }
  return lines
}

function keepGhosts() {
  let seen: { rows: ConversationRow[]; listKey: string } | null = null
  let ghosts: readonly Ghost[] = []
  const listeners = new Set<() => void>()
  const set = (next: readonly Ghost[]) => {
    if (next.length === ghosts.length && next.every((ghost, index) => ghost === ghosts[index])) return
    ghosts = next
    for (const listener of listeners) listener()
  }
  return {
    ghosts: () => ghosts,
    subscribe: (listener: () => void) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    take: (rows: ConversationRow[], listKey: string) => {
      const before = seen?.listKey === listKey ? seen.rows : []
      const same = seen?.listKey === listKey
      seen = { rows, listKey }
      set(same ? [...ghosts, ...newGhosts(before, rows)] : [])
    },
    letGo: (lingers: (id: string) => boolean) => set(ghosts.filter((ghost) => now() - ghost.at < ghostMs || lingers(ghost.row.id))),
  }
}

function newGhosts(before: ConversationRow[], rows: ConversationRow[]): Ghost[] {
  const present = new Set(rows.map((row) => row.id))
  return before.flatMap((row) => {
    const ended = present.has(row.id) ? null : recentlyEnded(row.id)
    return ended === null ? [] : [{ row, ended, at: now() }]
  })
}
