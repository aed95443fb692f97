/** A trouble that lasts is told once in so long. */
const calmMs = 30_000

/** What comes many times a second, such as retries while a database is away, is told at once and then now and then, with how often it came since. `nowMs` never goes back. */
export function calmly(tell: (error: Error, more: { times?: number }) => void, nowMs = () => performance.now()): (error: unknown) => void {
  let [times, toldAtMs] = [0, -Infinity]
  return (error) => {
    times += 1
    if (nowMs() - toldAtMs < calmMs) return
    tell(error as Error, times > 1 ? { times } : {})
    ;[times, toldAtMs] = [0, nowMs()]
  }
}
