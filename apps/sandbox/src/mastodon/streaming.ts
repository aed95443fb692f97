import type { IncomingMessage } from 'node:http'
import type { Caller, Peer } from '../http/sockets.ts'
import type { Happening, JsonObject } from '../world/item.ts'
import { statusEntity } from './entities.ts'
import type { Mastodon } from './routes.ts'

/** What can be listened to here: notifications alone, or the home timeline with them. */
const streams = ['user', 'user:notification']

/** The streaming API by WebSocket: events with their payload as JSON in a text. Nothing is sent again to who was not there. */
export class Streaming {
  #mastodon: Mastodon
  #listeners = new Map<Peer, Set<string>>()

  constructor(mastodon: Mastodon) {
    this.#mastodon = mastodon
    mastodon.notifications.listen((notice) => this.#send(streams, 'notification', () => mastodon.notifications.entity(notice)))
    mastodon.world.listen((happening) => this.#hear(happening))
  }

  /** Lets in who has the token: as a bearer, in the query, or as the protocol. */
  door({ url, request }: Caller): { refuse: { status: number; body: JsonObject } } | { protocol?: string; open: (peer: Peer) => void } {
    const protocol = request.headers['sec-websocket-protocol']
    const token = bearer(request) ?? url.searchParams.get('access_token') ?? protocol
    const { secrets, tokens, faults } = this.#mastodon
    const good = token !== undefined && (token === secrets.mastodon.accessToken || tokens.get(token) !== undefined)
    if (!good || faults.tokens.mastodon !== 'valid') return { refuse: { status: 401, body: { error: 'Invalid access token' } } }
    const first = url.searchParams.get('stream')
    return { ...(protocol !== undefined && { protocol }), open: (peer) => this.#open(peer, first) }
  }

  #open(peer: Peer, first: string | null): void {
    const wanted = new Set<string>()
    this.#listeners.set(peer, wanted)
    peer.onGone = () => this.#listeners.delete(peer)
    const subscribe = (stream: string): void => {
      if (streams.includes(stream)) wanted.add(stream)
      else peer.send(JSON.stringify({ error: 'Unknown stream type', status: 400 }))
    }
    if (first !== null) subscribe(first)
    peer.onText = (text) => {
      const { type, stream } = parsed(text)
      if (type === 'subscribe') subscribe(String(stream))
      if (type === 'unsubscribe') wanted.delete(String(stream))
    }
  }

  /** Of statuses only the brand's own are on its home timeline: it follows nobody. */
  #hear({ kind, item }: Happening): void {
    if (item.platform !== 'mastodon' || item.authorId !== this.#mastodon.world.brand('mastodon').id) return
    const status = () => statusEntity(this.#mastodon, item)
    if (kind === 'added') this.#send(['user'], 'update', status)
    if (kind === 'edited') this.#send(['user'], 'status.update', status)
    if (kind === 'removed') this.#send(['user'], 'delete', () => item.id)
  }

  #send(to: string[], event: string, payloadOf: () => JsonObject | string): void {
    if (this.#listeners.size === 0) return
    const payload = payloadOf()
    const text = typeof payload === 'string' ? payload : JSON.stringify(payload)
    for (const [peer, wanted] of this.#listeners)
      for (const stream of wanted) if (to.includes(stream)) peer.send(JSON.stringify({ stream: [stream], event, payload: text }))
  }
}

function bearer(request: IncomingMessage): string | undefined {
  return /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1]
}

function parsed(text: string): { type?: unknown; stream?: unknown } {
  try {
    return JSON.parse(text) as { type?: unknown; stream?: unknown }
  } catch {
    return {}
  }
}
