import { useCallback, useSyncExternalStore } from 'react'
import { now } from '../clock/ticker.ts'
import { dropDraft, readDraft, writeDraft } from './drafts.ts'

const texts = new Map<string, string>()
const listeners = new Set<() => void>()

/** The draft of a conversation and its setter. Kept on this device at every keystroke. */
export function useDraft(userId: string, conversationId: string): [string, (text: string) => void] {
  const text = useSyncExternalStore(subscribe, () => draftText(userId, conversationId))
  return [text, useCallback((next: string) => setDraft(userId, conversationId, next), [userId, conversationId])]
}

export function draftText(userId: string, conversationId: string): string {
  const name = `${userId} ${conversationId}`
  const held = texts.get(name)
  if (held !== undefined) return held
  const kept = readDraft(localStorage, userId, conversationId)?.text ?? ''
  texts.set(name, kept)
  return kept
}

export function setDraft(userId: string, conversationId: string, text: string): void {
  texts.set(`${userId} ${conversationId}`, text)
  if (text === '') dropDraft(localStorage, userId, conversationId)
  else writeDraft(localStorage, userId, conversationId, text, now())
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
