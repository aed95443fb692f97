import type { ConversationRow } from '@answerback/core/api'

const keptMs = 30_000
const ended = new Map<string, { row: ConversationRow; at: number }>()

/** Notes rows that just stopped waiting, so that a list may say who answered before it closes the gap. */
export function noteEnded(rows: ConversationRow[], now: number): void {
  for (const [id, { at }] of ended) if (now - at > keptMs) ended.delete(id)
  for (const row of rows) {
    if (row.state === 'waiting' || row.state === 'snoozed') ended.delete(row.id)
    else ended.set(row.id, { row, at: now })
  }
}

/** The row as it ended, when that was in the last half minute. */
export function recentlyEnded(id: string): ConversationRow | null {
  return ended.get(id)?.row ?? null
}
