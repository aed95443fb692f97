import type { PresenceFrame } from '@answerback/core/api'
import { useSyncExternalStore } from 'react'

type Person = PresenceFrame['people'][number]
const goneAfterMs = 40_000
const nobody: Person[] = []
const present = new Map<string, { people: Person[]; at: number }>()
const listeners = new Set<() => void>()

/** Takes a presence frame; `meId` is left out, since nobody needs to be told of themselves. */
export function notePresence(frame: PresenceFrame, meId: string, now: number): void {
  const people = frame.people.filter((person) => person.id !== meId)
  if (people.length === 0) present.delete(frame.conversationId)
  else present.set(frame.conversationId, { people, at: now })
  tell()
}

/** Forgets whoever gave no sign for 40 s. */
export function expirePresence(now: number): void {
  let changed = false
  for (const [id, { at }] of present) if (now - at > goneAfterMs) changed = present.delete(id) || changed
  if (changed) tell()
}

/** The colleagues who look at or write in a conversation now. */
export function usePresence(conversationId: string): Person[] {
  return useSyncExternalStore(subscribe, () => present.get(conversationId)?.people ?? nobody)
}

function tell(): void {
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
