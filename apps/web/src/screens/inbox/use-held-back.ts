import type { ConversationRow } from '@answerback/core/api'
import { useState } from 'react'

/**
 * Newest first: what arrives while somebody reads further down, or is about to press a row, waits behind "3 new" instead of moving
 * the rows under the pointer. `setBusy` says that this is so. In any other order nothing is held back.
 */
export function useHeldBack(rows: ConversationRow[], active: boolean, listKey: string) {
  const [frozen, setFrozen] = useState<{ key: string; ids: ReadonlySet<string> } | null>(null)
  const held = active && frozen !== null && frozen.key === listKey ? frozen.ids : null
  const visible = held === null ? rows : withoutNew(rows, held)
  return {
    rows: visible,
    count: rows.length - visible.length,
    setBusy: (busy: boolean) => {
      if (!active || busy === (held !== null)) return
      setFrozen(busy ? { key: listKey, ids: idsOf(rows) } : null)
    },
    show: () => setFrozen({ key: listKey, ids: idsOf(rows) }),
  }
}

/** What was on screen, and whatever older rows were fetched below it since. */
function withoutNew(rows: ConversationRow[], ids: ReadonlySet<string>): ConversationRow[] {
  const last = rows.findLastIndex((row) => ids.has(row.id))
  return rows.filter((row, index) => ids.has(row.id) || index > last)
}

function idsOf(rows: ConversationRow[]): Set<string> {
  return new Set(rows.map((row) => row.id))
}
