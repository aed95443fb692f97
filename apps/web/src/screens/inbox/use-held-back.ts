import type { ConversationRow } from '@answerback/core/api'
import { useEffect, useMemo, useRef, useState } from 'react'

/**
 * Newest first: what arrives while somebody reads further down, or is about to press a row, waits behind "3 new" instead of moving
 * the rows under the pointer. In any other order nothing is held back.
 */
export function useHeldBack(rows: ConversationRow[], active: boolean, listKey: string, isBusy: () => boolean) {
  const shown = useRef<{ key: string; ids: Set<string> }>({ key: '', ids: new Set() })
  const [, refresh] = useState(0)
  const busy = useRef(isBusy)
  busy.current = isBusy
  const result = useMemo(() => {
    const first = shown.current.key !== listKey || shown.current.ids.size === 0
    if (!active || first || !busy.current()) return { rows, count: 0 }
    const oldestShown = rows.findIndex((row) => shown.current.ids.has(row.id))
    const visible = rows.filter((row, index) => shown.current.ids.has(row.id) || index > oldestShown)
    return visible.length === rows.length ? { rows, count: 0 } : { rows: visible, count: rows.length - visible.length }
  }, [rows, active, listKey])
  useEffect(() => {
    shown.current = { key: listKey, ids: new Set(result.rows.map((row) => row.id)) }
  }, [result, listKey])
  return {
    ...result,
    show: () => {
      shown.current = { key: '', ids: new Set() }
      refresh((n) => n + 1)
    },
  }
}
