import { Client } from 'pg'

/** After a refused password the server is left alone for so long, then twice as long each time. */
const firstRestMs = 1_000
const longestRestMs = 60_000
/** SQLSTATE invalid_authorization_specification and invalid_password. */
const refusals = new Set(['28000', '28P01'])

type Refused = (error: Error, restMs: number) => void
type Done = (error: Error) => void

/**
 * A client class for roles whose password may be changed by another process. Once the server refuses it, all who want a connection get the same refusal at once and the
 * server hears nothing, for 1 s first and a minute at most; then one of them tries. `onRefused` hears of each refusal by the server itself. `nowMs` never goes back.
 */
export function calmClient(onRefused: Refused, nowMs: () => number = () => performance.now()): typeof Client {
  let refused: { error: Error; restMs: number; untilMs: number } | null = null
  let trying = false

  function settle(error: (Error & { code?: string }) | null): void {
    if (error === null) refused = null
    else if (refusals.has(error.code ?? '') && (refused === null || nowMs() >= refused.untilMs)) {
      const restMs = refused === null ? firstRestMs : Math.min(longestRestMs, refused.restMs * 2)
      refused = { error, restMs, untilMs: nowMs() + restMs }
      onRefused(error, restMs)
    }
  }

  async function inTurn<T>(attempt: () => Promise<T>): Promise<T> {
    const tries = refused !== null
    if (refused !== null && (trying || nowMs() < refused.untilMs)) throw refused.error
    if (tries) trying = true
    try {
      const connected = await attempt()
      settle(null)
      return connected
    } catch (error) {
      settle(error as Error)
      throw error
    } finally {
      if (tries) trying = false
    }
  }

  return class CalmClient extends Client {
    override connect(): Promise<Client>
    override connect(done: Done | ((error: null, client: Client) => void)): void
    override connect(done?: Done | ((error: null, client: Client) => void)): Promise<Client> | void {
      const connecting = inTurn(() => super.connect())
      if (done === undefined) return connecting
      const told = done as (error: Error | null, client?: Client) => void
      // Outside the promise: what the caller throws is not ours to catch.
      connecting.then(
        (client) => setImmediate(told, null, client),
        (error: Error) => setImmediate(told, error),
      )
    }
  }
}
