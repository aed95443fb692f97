import { z } from 'zod'
import type { Logger } from 'pino'
import type { PoolConfig } from 'pg'
import type { ChangeFrame } from '@answerback/core/api'
import { relayOverPostgres } from './relay-postgres.ts'
import { relayOverRedis } from './relay-redis.ts'

/** A person who looks at a conversation, as one process knows it. */
export type Present = { id: string; name: string; typing: boolean }

/**
 * What the processes of one installation tell each other. `seq` stands for a change whose frame is too long for the carrier: browsers then ask.
 * `presence` is everybody whom `from` knows to look at that conversation. `cut`: the sockets of that room are to be closed.
 */
export type Told =
  | { kind: 'change'; workspaceId: string; frame: ChangeFrame }
  | { kind: 'seq'; workspaceId: string; seq: number }
  | { kind: 'presence'; from: string; workspaceId: string; conversationId: string; people: Present[] }
  | { kind: 'cut'; room: string; removed?: boolean | undefined }

export type Relay = {
  /** To every other process that listens. Never throws and never waits; what cannot be told is lost, and found again by its number. */
  tell(told: Told): void
  /** Begins to hear the others, never oneself. Once a connection. */
  listen(hear: (told: Told) => void): Promise<void>
  /** What was told is on its way out first, for a second at most. */
  close(): Promise<void>
}

/** What a carrier moves: text of at most `maxBytes`. */
export type Carrier = {
  maxBytes: number
  send(text: string): Promise<unknown>
  listen(hear: (text: string) => void): Promise<void>
  close(): Promise<void>
}

/** Messages that are on their way at once; more are dropped, since a carrier that is this slow would only be slowed. */
const maxOnTheWay = 500
/** How long closing waits for what was told last. */
const lastWordsMs = 1_000

/** Through Redis when `redisUrl` is given, else through PostgreSQL. `id` is this process; `prefix` sets installations on one Redis apart. */
export function openRelay(options: { redisUrl?: string; prefix: string; postgres: PoolConfig; id: string; log: Logger }): Relay {
  const { id, log } = options
  const lost = (error: Error) => log.debug({ reason: error.message }, 'live: other processes were not told, their browsers will ask')
  const carrier = options.redisUrl
    ? relayOverRedis(options.redisUrl, `${options.prefix}:live`, lost)
    : relayOverPostgres(options.postgres, lost)
  const onTheWay = new Set<Promise<unknown>>()
  return {
    tell(told) {
      const text = short({ id, told }, carrier.maxBytes)
      if (text === null || onTheWay.size >= maxOnTheWay) return
      const sent: Promise<unknown> = carrier
        .send(text)
        .catch(lost)
        .finally(() => onTheWay.delete(sent))
      onTheWay.add(sent)
    },
    listen: (hear) =>
      carrier.listen((text) => {
        const letter = read(text)
        if (letter && letter.id !== id) hear(letter.told)
      }),
    async close() {
      if (onTheWay.size > 0) await Promise.race([Promise.all(onTheWay), new Promise((resolve) => setTimeout(resolve, lastWordsMs).unref())])
      await carrier.close()
    },
  }
}

type Letter = { id: string; told: Told }

function short(letter: Letter, maxBytes: number): string | null {
  const text = JSON.stringify(letter)
  if (Buffer.byteLength(text) <= maxBytes) return text
  if (letter.told.kind !== 'change') return null
  const { workspaceId, frame } = letter.told
  return JSON.stringify({ id: letter.id, told: { kind: 'seq', workspaceId, seq: frame.seq } } satisfies Letter)
}

const shape = z.object({
  id: z.string(),
  told: z.union([
    z.object({ kind: z.enum(['change', 'seq', 'presence']), workspaceId: z.string() }).loose(),
    z.object({ kind: z.literal('cut'), room: z.string(), removed: z.boolean().optional() }),
  ]),
})

/** Another version of this program may run beside this one while they are replaced: what is not understood is left. */
function read(text: string): Letter | null {
  try {
    return shape.parse(JSON.parse(text)) as unknown as Letter
  } catch {
    return null
  }
}
