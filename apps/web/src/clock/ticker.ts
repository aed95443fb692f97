import { useCallback, useSyncExternalStore } from 'react'

let offsetMs = 0
let timer: ReturnType<typeof setInterval> | undefined
const listeners = new Set<() => void>()

/** Milliseconds since 1970 by the server's clock, as far as we know it. */
export function now(): number {
  return Date.now() + offsetMs
}

/** Sets our clock by the server's (`/me` carries its time). */
export function setServerNow(iso: string): void {
  offsetMs = Date.parse(iso) - Date.now()
}

/**
 * A value derived from the time, recomputed once a second for the whole page and re-rendered only when it differs.
 * `derive` must return a primitive.
 */
export function useAtNow<T extends string | number | boolean | null>(derive: (now: number) => T): T {
  return useSyncExternalStore(
    subscribe,
    useCallback(() => derive(now()), [derive]),
  )
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  timer ??= setInterval(() => {
    for (const each of listeners) each()
  }, 1_000)
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
}
