import type { ConversationState } from '@answerback/core/api'
import { readSearch } from '../inbox/views.ts'

/** What the address of the search may say. */
export type FoundSearch = { q?: string | undefined; state?: ConversationState | undefined; channelId?: string | undefined }

const states: readonly ConversationState[] = ['waiting', 'snoozed', 'answered', 'closed', 'moderated', 'withdrawn']

export function readFoundSearch(search: Record<string, unknown>): FoundSearch {
  const { channelId, q } = readSearch(search)
  const state = states.find((each) => each === search.state)
  return { ...(q && { q }), ...(state && { state }), ...(channelId && { channelId }) }
}
