import { Redis } from 'ioredis'
import type { Carrier } from './relay.ts'

/** About as many messages are kept for a listener that lost its connection for a moment. */
const kept = 1_000
const restMs = 500

/** A Redis stream (https://redis.io/docs/latest/develop/data-types/streams/): one entry a message, every listener reads on from the last it saw. */
export function relayOverRedis(url: string, stream: string, lost: (error: Error) => void): Carrier {
  // Without a connection a message is lost at once: kept for later it would only fill the memory.
  const writer = new Redis(url, { enableOfflineQueue: false, maxRetriesPerRequest: 0 })
  writer.on('error', lost)
  // Only what is told while it connects for the first time waits: a command's only words.
  const begun = new Promise<void>((resolve) => void writer.once('ready', resolve).once('error', () => resolve()))
  let reader: Redis | null = null
  let closing = false

  async function follow(from: Redis, last: string, hear: (text: string) => void): Promise<void> {
    while (!closing) {
      try {
        const answer = await from.xread('COUNT', 100, 'BLOCK', 5_000, 'STREAMS', stream, last)
        for (const [id, fields] of answer?.[0]?.[1] ?? []) {
          last = id
          hear(fields[1]!)
        }
      } catch (error) {
        if (closing) return
        lost(error as Error)
        await new Promise((resolve) => setTimeout(resolve, restMs))
      }
    }
  }

  return {
    maxBytes: 1 << 20,
    async send(text) {
      await begun
      await writer.xadd(stream, 'MAXLEN', '~', kept, '*', 'told', text)
    },
    async listen(hear) {
      // A connection of its own: a blocking read holds up whatever comes after it.
      reader = new Redis(url, { maxRetriesPerRequest: null, keepAlive: 10_000 })
      reader.on('error', lost)
      const newest = await reader.xrevrange(stream, '+', '-', 'COUNT', 1)
      void follow(reader, newest[0]?.[0] ?? '0-0', hear)
    },
    async close() {
      closing = true
      writer.disconnect()
      reader?.disconnect()
    },
  }
}
