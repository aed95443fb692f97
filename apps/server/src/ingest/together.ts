type Waiting = { ids: string[]; done: () => void; failed: (error: unknown) => void }

/**
 * Runs `run` over ids from many callers, one call at a time: while one is in flight the next gathers, so one alone goes at once and a storm goes in few large
 * transactions. At most `maxIds` in a call, unless one caller alone brings more. Each promise settles as the call that took its ids.
 */
export function together(maxIds: number, run: (ids: string[]) => Promise<void>): (ids: string[]) => Promise<void> {
  const waiting: Waiting[] = []
  let inFlight = false

  async function work(): Promise<void> {
    inFlight = true
    while (waiting.length > 0) {
      const batch = takeBatch(waiting, maxIds)
      try {
        await run([...new Set(batch.flatMap((each) => each.ids))])
        for (const each of batch) each.done()
      } catch (error) {
        for (const each of batch) each.failed(error)
      }
    }
    inFlight = false
  }

  return (ids) =>
    new Promise((done, failed) => {
      waiting.push({ ids, done, failed })
      if (!inFlight) void work()
    })
}

function takeBatch(waiting: Waiting[], maxIds: number): Waiting[] {
  let ids = 0
  const fits = waiting.findIndex((each, index) => (ids += each.ids.length) > maxIds && index > 0)
  return waiting.splice(0, fits === -1 ? waiting.length : fits)
}
