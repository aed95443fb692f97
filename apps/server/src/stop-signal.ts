type Signals = { on(name: 'SIGINT' | 'SIGTERM', listener: () => void): unknown }

/** A second signal this soon is the same wish: Ctrl-C reaches us from the terminal and once more from npm, which forwards it. */
const sameWishMs = 500

/**
 * Calls `stop` on the first SIGINT or SIGTERM, and `force` on any that comes later than half a second after it.
 * `now` in milliseconds.
 */
export function onStopSignal(source: Signals, now: () => number, { stop, force }: { stop: () => void; force: () => void }): void {
  let firstAt: number | null = null
  const heed = () => {
    if (firstAt === null) {
      firstAt = now()
      stop()
    } else if (now() - firstAt > sameWishMs) force()
  }
  source.on('SIGINT', heed)
  source.on('SIGTERM', heed)
}
