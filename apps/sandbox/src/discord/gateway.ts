import { randomUUID } from 'node:crypto'
import type { Peer } from '../http/sockets.ts'
import { fateOfStatic } from '../oauth/tokens.ts'
import type { Happening, JsonObject } from '../world/item.ts'
import type { Context } from '../context.ts'
import { guildChannels, threadRoots } from './channels.ts'
import { beginsThread, channelOf } from './ids.ts'
import { botUser, channelIdOf, instant, message, thread, thumb } from './views.ts'

type Session = { peer: Peer; intents: number; seq: number; missedBeats: number; identified: boolean }

const intents = { guilds: 1 << 0, messages: 1 << 9, reactions: 1 << 10, content: 1 << 15 }
const known = (1 << 27) - 1
const beatMs = 41_250

/** The Gateway: says hello, wants an identify, then tells of what happens as far as the intents go. Sessions are not kept, so none is resumed. */
export class Gateway {
  #context: Context
  #sessions = new Set<Session>()

  constructor(context: Context) {
    this.#context = context
    context.world.listen((happening) => {
      if (happening.item.platform === 'discord') for (const session of this.#sessions) this.#tell(session, happening)
    })
  }

  /** Somebody connected. */
  open(peer: Peer): void {
    const session: Session = { peer, intents: 0, seq: 0, missedBeats: 0, identified: false }
    this.#sessions.add(session)
    const watch = setInterval(() => {
      session.missedBeats += 1
      if (session.missedBeats > 2) peer.close(4009, 'Session timed out.')
    }, beatMs).unref()
    peer.onGone = () => {
      clearInterval(watch)
      this.#sessions.delete(session)
    }
    peer.onText = (text) => this.#hear(session, text)
    send(session, { op: 10, d: { heartbeat_interval: beatMs, _trace: [] } })
  }

  #hear(session: Session, text: string): void {
    const { op, d } = parsed(text)
    if (op === 1) {
      session.missedBeats = 0
      return send(session, { op: 11 })
    }
    if (op === 2) return this.#identify(session, (d ?? {}) as JsonObject)
    if (op === 6) return send(session, { op: 9, d: false })
    if (op === null) return session.peer.close(4002, 'Error while decoding payload.')
    if (!session.identified) return session.peer.close(4003, 'Not authenticated.')
    if (![3, 4, 8, 31].includes(op)) session.peer.close(4001, 'Unknown opcode.')
  }

  #identify(session: Session, asked: JsonObject): void {
    const { secrets, faults } = this.#context
    if (session.identified) return session.peer.close(4005, 'Already authenticated.')
    const token = String(asked['token'] ?? '').replace(/^Bot /, '')
    if (fateOfStatic(this.#context, 'discord', token, secrets.discord.token) !== 'good')
      return session.peer.close(4004, 'Authentication failed.')
    const wanted = asked['intents']
    if (typeof wanted !== 'number' || wanted < 0 || (wanted & ~known) !== 0) return session.peer.close(4013, 'Invalid intent(s).')
    if ((wanted & intents.content) !== 0 && faults.quirks['withoutMessageContent'] === true)
      return session.peer.close(4014, 'Disallowed intent(s).')
    const { guildId, botId } = secrets.discord
    session.identified = true
    session.intents = wanted
    const url = gatewayUrl(this.#context)
    dispatch(session, 'READY', {
      v: 10,
      user: botUser(this.#context),
      guilds: [{ id: guildId, unavailable: true }],
      session_id: randomUUID().replaceAll('-', ''),
      resume_gateway_url: url,
      shard: [0, 1],
      application: { id: botId, flags: 1 << 19 },
    })
    if ((wanted & intents.guilds) === 0) return
    const threads = threadRoots(this.#context).map((root) => thread(this.#context, root))
    dispatch(session, 'GUILD_CREATE', {
      id: guildId,
      name: 'Fieldnote',
      unavailable: false,
      joined_at: instant(0),
      large: false,
      member_count: 40,
      members: [],
      presences: [],
      voice_states: [],
      channels: guildChannels(this.#context),
      threads: threads.filter((each) => (each['thread_metadata'] as { archived: boolean }).archived === false),
    })
  }

  #tell(session: Session, happening: Happening): void {
    const context = this.#context
    const { kind, item } = happening
    const { guildId } = context.secrets.discord
    if (!session.identified) return
    const wants = (intent: number): boolean => (session.intents & intent) !== 0
    const place = { id: item.id, channel_id: channelIdOf(context, item), guild_id: guildId }
    if (kind === 'added' && beginsThread(item) && channelOf(item) === item.id && wants(intents.guilds))
      dispatch(session, 'THREAD_CREATE', { ...thread(context, item), newly_created: true })
    if ((kind === 'added' || kind === 'edited') && wants(intents.messages)) {
      const words = wants(intents.content) ? {} : silenced(context, item.authorId, message(context, item))
      const member = { nick: null, roles: [], joined_at: instant(0) }
      const told = { ...message(context, item), guild_id: guildId, member, ...words }
      dispatch(session, kind === 'added' ? 'MESSAGE_CREATE' : 'MESSAGE_UPDATE', told)
    }
    if (kind === 'added' && beginsThread(item) && channelOf(item) !== item.id && wants(intents.guilds))
      dispatch(session, 'THREAD_CREATE', { ...thread(context, item), newly_created: true })
    if (kind === 'removed' && wants(intents.messages)) dispatch(session, 'MESSAGE_DELETE', place)
    if ((kind === 'liked' || kind === 'unliked') && wants(intents.reactions)) {
      const { id, ...where } = place
      const told = { user_id: happening.actorId, ...where, message_id: id, emoji: { id: null, name: thumb }, burst: false, type: 0 }
      dispatch(session, kind === 'liked' ? 'MESSAGE_REACTION_ADD' : 'MESSAGE_REACTION_REMOVE', told)
    }
  }
}

/** Where the Gateway is, as `GET /gateway` says it. */
export function gatewayUrl(context: Context): string {
  return `${context.publicUrl().replace(/^http/, 'ws')}/discord/gateway`
}

/** Without that intent only what is for the bot has words. */
function silenced({ secrets }: Context, authorId: string, told: JsonObject): JsonObject {
  const { botId } = secrets.discord
  const forBot = authorId === botId || (told['mentions'] as { id: string }[]).some(({ id }) => id === botId)
  return forBot ? {} : { content: '' }
}

function dispatch(session: Session, type: string, d: JsonObject): void {
  session.seq += 1
  send(session, { op: 0, s: session.seq, t: type, d })
}

function send({ peer }: Session, payload: JsonObject): void {
  peer.send(JSON.stringify({ t: null, s: null, d: null, ...payload }))
}

function parsed(text: string): { op: number | null; d?: unknown } {
  try {
    const { op, d } = JSON.parse(text) as { op?: unknown; d?: unknown }
    return { op: typeof op === 'number' ? op : null, d }
  } catch {
    return { op: null }
  }
}
