import type { ConversationRow } from '@answerback/core/api'
import { compareRows, type ListSort } from '@answerback/core/list-view'
import { useEffect, useMemo, useRef, useState } from 'react'
import { recentlyEnded } from '../../live/ended-rows.ts'

/** A line of the list: a row, or what is left of one that just ended. `row` keeps its place by the wait it had. */
export type Line = { row: ConversationRow; ended: ConversationRow | null }

const ghostMs = 4_000

/**
 * The rows with a ghost for each that ended in front of the reader's eyes, for four seconds. `lingers` holds one longer (under the
 * pointer, or focused).
 */
export function useGhosts(rows: ConversationRow[], sort: ListSort, listKey: string, lingers: (id: string) => boolean): Line[] {
  const before = useRef<{ key: string; rows: Map<string, ConversationRow> }>({ key: listKey, rows: new Map() })
  const [ghosts, setGhosts] = useState<Map<string, Line>>(new Map())
  useEffect(() => {
    const held = before.current
    before.current = { key: listKey, rows: new Map(rows.map((row) => [row.id, row])) }
    if (held.key !== listKey) return setGhosts(new Map())
    const left: Line[] = []
    for (const [id, row] of held.rows) {
      const ended = before.current.rows.has(id) ? null : recentlyEnded(id)
      if (ended !== null) left.push({ row, ended })
    }
    setGhosts((now) => {
      const next = new Map([...now].filter(([id]) => !before.current.rows.has(id)))
      for (const line of left) next.set(line.row.id, line)
      return left.length === 0 && next.size === now.size ? now : next
    })
    for (const { row } of left) collapseLater(row.id)
  }, [rows, listKey])

  const linger = useRef(lingers)
  linger.current = lingers
  function collapseLater(id: string): void {
    setTimeout(() => {
      if (linger.current(id)) return collapseLater(id)
      setGhosts((now) => new Map([...now].filter(([key]) => key !== id)))
    }, ghostMs)
  }

  return useMemo(() => {
    const lines: Line[] = rows.map((row) => ({ row, ended: null }))
    if (ghosts.size === 0) return lines
    const present = new Set(rows.map((row) => row.id))
    const compare = compareRows(sort)
    for (const ghost of ghosts.values()) {
      if (present.has(ghost.row.id)) continue
      const at = lines.findIndex((line) => compare(ghost.row, line.row) < 0)
      lines.splice(at === -1 ? lines.length : at, 0, ghost)
    }
    return lines
  }, [rows, ghosts, sort])
}
