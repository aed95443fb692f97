import type { ConversationRow } from '@answerback/core/api'
import { createContext, useContext } from 'react'
import { hasPendingReply } from './row-words.ts'

/** The list beside the open thread. `open` keeps the view and its filters in the address; with `reply` it goes straight to writing. */
export type ListHandle = {
  rows: ConversationRow[]
  open: (id: string, how?: { reply: boolean }) => void
  close: () => void
  takeWish: (id: string) => boolean
}

export const ListContext = createContext<ListHandle>({ rows: [], open: () => {}, close: () => {}, takeWish: () => false })

export function useListHandle(): ListHandle {
  return useContext(ListContext)
}

/** The next one who waits after `fromId`, around the end; `step` -1 goes back. Whoever already has a reply on its way is passed over. */
export function nextWaiting(rows: ConversationRow[], fromId: string | null, step: 1 | -1 = 1): string | null {
  const from = rows.findIndex((row) => row.id === fromId)
  const start = from === -1 ? (step === 1 ? -1 : 0) : from
  for (let n = 1; n <= rows.length; n += 1) {
    const row = rows[(start + step * n + rows.length * 2) % rows.length]
    if (row !== undefined && row.id !== fromId && row.waitingSince !== null && !hasPendingReply(row)) return row.id
  }
  return null
}
