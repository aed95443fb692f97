import { useCallback, useSyncExternalStore } from 'react'
import { now } from '../clock/ticker.ts'
import type { DraftFile, Written } from './drafts.ts'
import { holdDrafts } from './held.ts'

const drafts = holdDrafts(() => localStorage)
const listeners = new Set<() => void>()

/** The draft of a conversation, and the setter of its words. Kept on this device at every keystroke, and the same in every tab. */
export function useDraft(userId: string, conversationId: string): [Written, (text: string) => void] {
  const written = useSyncExternalStore(subscribe, () => draftOf(userId, conversationId))
  return [written, useCallback((text: string) => setDraft(userId, conversationId, { text }), [userId, conversationId])]
}

export function draftOf(userId: string, conversationId: string): Written {
  return drafts.read(userId, conversationId)
}

/** Other words or other files; what is not given stays. */
export function setDraft(userId: string, conversationId: string, change: Partial<Written>): void {
  drafts.write(userId, conversationId, { ...draftOf(userId, conversationId), ...change }, now())
  tell()
}

/** One file of a draft otherwise. Nothing happens when it is not there any more. */
export function setDraftFile(userId: string, conversationId: string, key: string, change: Partial<DraftFile>): void {
  const { files } = draftOf(userId, conversationId)
  if (files.some((each) => each.key === key))
    setDraft(userId, conversationId, { files: files.map((each) => (each.key === key ? { ...each, ...change } : each)) })
}

function subscribe(listener: () => void): () => void {
  // What another tab wrote.
  if (listeners.size === 0) addEventListener('storage', tell)
  listeners.add(listener)
  return () => {
    listeners.delete(listener)
    if (listeners.size === 0) removeEventListener('storage', tell)
  }
}

function tell(): void {
  for (const listener of listeners) listener()
}
