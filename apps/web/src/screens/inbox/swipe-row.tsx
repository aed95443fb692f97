import type { ConversationRow } from '@answerback/core/api'
import type { ReactNode } from 'react'

/** On a phone a row can be pulled aside; without dragging, the thread offers the same actions. */
export function SwipeRow({ children }: { row: ConversationRow; children: ReactNode }) {
  return <>{children}</>
}
