import { useCallback, useSyncExternalStore } from 'react'
import { now } from '../clock/ticker.ts'
import { dropDraft, type DraftFile, nothingWritten, readDraft, writeDraft, type Written } from './drafts.ts'

const drafts = new Map<string, Written>()
const listeners = new Set<() => void>()

/** The draft of a conversation, and the setter of its words. Kept on this device at every keystroke. */
export function useDraft(userId: string, conversationId: string): [Written, (text: string) => void] {
  const written = useSyncExternalStore(subscribe, () => draftOf(userId, conversationId))
  return [written, useCallback((text: string) => setDraft(userId, conversationId, { text }), [userId, conversationId])]
}

export function draftOf(userId: string, conversationId: string): Written {
  const name = `${userId} ${conversationId}`
  const held = drafts.get(name)
  if (held !== undefined) return held
  const kept = readDraft(localStorage, userId, conversationId)
  const written = kept === null ? nothingWritten : { text: kept.text, files: kept.files }
  drafts.set(name, written)
  return written
}

/** Other words or other files; what is not given stays. */
export function setDraft(userId: string, conversationId: string, change: Partial<Written>): void {
  const written = { ...draftOf(userId, conversationId), ...change }
  drafts.set(`${userId} ${conversationId}`, written)
  if (written.text === '' && written.files.length === 0) dropDraft(localStorage, userId, conversationId)
  else writeDraft(localStorage, userId, conversationId, written, now())
  for (const listener of listeners) listener()
}

/** One file of a draft otherwise. Nothing happens when it is not there any more. */
export function setDraftFile(userId: string, conversationId: string, key: string, change: Partial<DraftFile>): void {
  const { files } = draftOf(userId, conversationId)
  if (files.some((each) => each.key === key))
    setDraft(userId, conversationId, { files: files.map((each) => (each.key === key ? { ...each, ...change } : each)) })
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
