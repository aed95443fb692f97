import { Client, Pool, type PoolConfig } from 'pg'
import type { Carrier } from './relay.ts'

const channel = 'answerback_live'
const firstRestMs = 500
const longestRestMs = 5_000

/** NOTIFY and LISTEN (https://www.postgresql.org/docs/current/sql-notify.html): payloads must be shorter than 8000 bytes. */
export function relayOverPostgres(postgres: PoolConfig, lost: (error: Error) => void): Carrier {
  const writers = new Pool({ ...postgres, max: 1 })
  writers.on('error', lost)
  let listener: Client | null = null
  let closing = false

  /** Resolves once it listens; goes on by itself after a lost connection. */
  async function listen(hear: (text: string) => void): Promise<void> {
    const client = new Client({ ...postgres, keepAlive: true })
    client.on('error', lost)
    client.on('notification', ({ payload }) => payload !== undefined && hear(payload))
    try {
      await client.connect()
      await client.query(`listen ${channel}`)
    } catch (error) {
      void client.end().catch(lost)
      throw error
    }
    // A try that failed ends as well, and whoever tried goes on by itself: only one that listened is followed by another.
    client.on('end', () => void listenAgain(hear))
    listener = client
    if (closing) await client.end()
  }

  async function listenAgain(hear: (text: string) => void): Promise<void> {
    for (let restMs = firstRestMs; !closing; restMs = Math.min(longestRestMs, restMs * 2)) {
      await new Promise((resolve) => setTimeout(resolve, restMs))
      if (closing) return
      try {
        return await listen(hear)
      } catch (error) {
        lost(error as Error)
      }
    }
  }

  return {
    maxBytes: 7_900,
    send: (text) => writers.query('select pg_notify($1, $2)', [channel, text]),
    listen,
    async close() {
      closing = true
      await Promise.allSettled([writers.end(), listener?.end()])
    },
  }
}
