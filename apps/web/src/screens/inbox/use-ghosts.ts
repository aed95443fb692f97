import type { ConversationRow } from '@answerback/core/api'
import { compareRows, type ListSort } from '@answerback/core/list-view'
import { useEffect, useMemo, useState } from 'react'
import { now } from '../../clock/ticker.ts'
import { recentlyEnded } from '../../live/ended-rows.ts'

/** A line of the list: a row, or what is left of one that just ended. `row` keeps its place by the wait it had. */
export type Line = { row: ConversationRow; ended: ConversationRow | null }
type Ghost = Line & { at: number }

const ghostMs = 4_000

/**
 * The rows, with a ghost for each that ended in front of the reader's eyes, for four seconds. `lingers` holds one longer (under the
 * pointer, or focused).
 */
export function useGhosts(rows: ConversationRow[], sort: ListSort, listKey: string, lingers: (id: string) => boolean): Line[] {
  const [seen, setSeen] = useState({ rows, listKey })
  const [ghosts, setGhosts] = useState<readonly Ghost[]>([])
  if (seen.rows !== rows || seen.listKey !== listKey) {
    setSeen({ rows, listKey })
    setGhosts(seen.listKey === listKey ? [...ghosts, ...newGhosts(seen.rows, rows)] : [])
  }
  useEffect(() => {
    if (ghosts.length === 0) return
    const timer = setInterval(() => {
      setGhosts((held) => {
        const kept = held.filter((ghost) => now() - ghost.at < ghostMs || lingers(ghost.row.id))
        return kept.length === held.length ? held : kept
      })
    }, 500)
    return () => clearInterval(timer)
  }, [ghosts, lingers])

  return useMemo(() => {
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
  }, [rows, ghosts, sort])
}

function newGhosts(before: ConversationRow[], rows: ConversationRow[]): Ghost[] {
  const present = new Set(rows.map((row) => row.id))
  return before.flatMap((row) => {
    const ended = present.has(row.id) ? null : recentlyEnded(row.id)
    return ended === null ? [] : [{ row, ended, at: now() }]
  })
}
