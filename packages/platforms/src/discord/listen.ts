import { PlatformError } from '../error.ts'
import { idOf, listOf, nameOf, parseJson, recordOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { ListenIo, Platform } from '../platform.ts'
import type { Socket } from '../socket.ts'
import { callApi, defaultApiUrl } from './api.ts'
import { idsOf } from './poll.ts'

/** GUILDS and GUILD_MESSAGES, neither of which has to be granted: what was said is read by REST (Discord, "Gateway Intents"). */
const intents = (1 << 0) | (1 << 9)

/**
 * The Gateway (Discord, "Gateway Events"), for hints alone: hello, beats, identify, and then whether a message came, changed or went where we watch. A session that broke is
 * begun anew rather than resumed, since reading catches up anyway.
 */
export const listen: NonNullable<Platform['listen']> = async (io, { ready, hint, signal }) => {
  const socket = await io.openSocket(`${await gatewayUrl(io)}/?v=10&encoding=json`, { signal })
  const heart = beating(socket)
  const places = openPlaces(io)
  try {
    for await (const text of socket.texts) {
      const { op, t: type, s: sequence, d } = frameIn(text)
      heart.sequence = typeof sequence === 'number' ? sequence : heart.sequence
      if (op === 10) {
        heart.begin(Number(recordOf(d).heartbeat_interval))
        socket.send(JSON.stringify({ op: 2, d: identity(io) }))
      } else if (op === 11) heart.answered = true
      else if (op === 1) heart.beat()
      else if (op === 7 || op === 9) socket.close(4000)
      else if (type === 'READY') ready()
      else if (places.tells(type, recordOf(d))) hint()
    }
  } finally {
    heart.end()
    socket.close()
  }
  if (!signal.aborted) throw endOf((await socket.closed).code)
}

function identity(io: ListenIo): JsonRecord {
  return { token: io.credentials.botToken, intents, properties: { os: 'linux', browser: 'answerback', device: 'answerback' } }
}

/** Where the Gateway is; `rate_limited` when no session may be begun for now. The token goes to Discord's own hosts, or to whoever stands in for it, and nowhere else. */
async function gatewayUrl(io: ListenIo): Promise<string> {
  const answer = recordOf((await callApi(io, { path: '/gateway/bot' })).json)
  const { remaining, reset_after: resetMs } = recordOf(answer.session_start_limit)
  if (remaining === 0)
    throw new PlatformError('rate_limited', 'Discord allows no more live connections for now', {
      retryAfterMs: typeof resetMs === 'number' && resetMs > 0 ? Math.min(resetMs, 86_400_000) : 3_600_000,
    })
  const url = nameOf(answer.url) ?? ''
  const apiUrl = io.settings.apiUrl || defaultApiUrl
  if (!URL.canParse(url) || !isTrusted(new URL(url), new URL(apiUrl)))
    throw new PlatformError('unavailable', 'Discord did not say where its Gateway is')
  return url.replace(/\/+$/, '')
}

function isTrusted(gateway: URL, api: URL): boolean {
  if (api.href.startsWith(defaultApiUrl)) return gateway.protocol === 'wss:' && /(^|\.)discord\.gg$/.test(gateway.hostname)
  return gateway.hostname === api.hostname && (gateway.protocol === 'wss:' || (gateway.protocol === 'ws:' && api.protocol === 'http:'))
}

/** Codes after which trying again is of no use (Discord, "Gateway Close Event Codes"); all others break and come back. */
function endOf(code: number): PlatformError {
  if (code === 4004) return new PlatformError('reauthorize', 'Discord does not take the bot token')
  if (code >= 4010 && code <= 4014) return new PlatformError('rejected', `Discord refuses a live connection (${code})`)
  return new PlatformError('unavailable', `The live connection broke (${code})`)
}

/** A beat that nobody answered before the next one means that the connection is dead. */
function beating(socket: Socket) {
  let timer: NodeJS.Timeout | undefined
  const heart = {
    sequence: null as number | null,
    answered: true,
    beat: (): void => socket.send(JSON.stringify({ op: 1, d: heart.sequence })),
    begin(everyMs: number): void {
      clearInterval(timer)
      timer = setInterval(
        () => {
          if (!heart.answered) return socket.close(4000)
          heart.answered = false
          heart.beat()
        },
        everyMs >= 10 && everyMs <= 600_000 ? everyMs : 40_000,
      )
    },
    end: (): void => clearInterval(timer),
  }
  return heart
}

const messageTypes = new Set(['MESSAGE_CREATE', 'MESSAGE_UPDATE', 'MESSAGE_DELETE', 'MESSAGE_DELETE_BULK'])

/** Knows which channels and threads are watched. Of a place that nobody has named yet it says yes: a hint too many costs one look. */
function openPlaces(io: ListenIo): { tells(type: unknown, d: JsonRecord): boolean } {
  const { guildId, channels, forums } = io.settings
  const watched = new Set([...idsOf(channels), ...idsOf(forums)])
  const others = new Set<string>()
  const learn = (thread: JsonRecord): void => {
    const [id, parent] = [idOf(thread.id), idOf(thread.parent_id)]
    if (id === null || parent === null) return
    if (watched.has(parent)) others.delete(id)
    else others.add(id)
  }
  return {
    tells(type, d) {
      if ((type === 'GUILD_CREATE' ? idOf(d.id) : idOf(d.guild_id)) !== guildId) return false
      if (type === 'GUILD_CREATE') {
        for (const id of listOf(d.channels).flatMap((each) => idOf(recordOf(each).id) ?? [])) if (!watched.has(id)) others.add(id)
        listOf(d.threads).forEach((each) => learn(recordOf(each)))
      }
      if (type === 'THREAD_CREATE') learn(d)
      if (type === 'THREAD_LIST_SYNC') listOf(d.threads).forEach((each) => learn(recordOf(each)))
      const isOwn = type === 'MESSAGE_CREATE' && idOf(recordOf(d.author).id) === io.self.accountId
      return typeof type === 'string' && messageTypes.has(type) && !isOwn && !others.has(idOf(d.channel_id) ?? '')
    },
  }
}

function frameIn(text: string): JsonRecord {
  try {
    return recordOf(parseJson(text))
  } catch {
    return {}
  }
}
