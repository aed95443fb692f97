import { useSyncExternalStore } from 'react'

/** `live`: the socket is up. `polling`: the socket is down, HTTP answers. `offline`: nothing answers. */
export type Connection = 'live' | 'polling' | 'offline'

let current: Connection = 'live'
const listeners = new Set<() => void>()

export function setConnection(next: Connection): void {
  if (next === current) return
  current = next
  for (const listener of listeners) listener()
}

export function useConnection(): Connection {
  return useSyncExternalStore(subscribe, () => current)
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
