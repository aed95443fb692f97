import { io, type Socket } from 'socket.io-client'
import type { World } from './world.ts'
import { bodyOf } from './body-of.ts'

/** A browser: it keeps its cookie, and says where its requests come from. */
export type Visitor = {
  request(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<{ status: number; body: any }>
  /** What it would send as `Cookie`. */
  cookie(): string
}

export function openVisitor(
  world: Pick<World, 'url'>,
  userAgent = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
): Visitor {
  const jar = new Map<string, string>()
  const cookie = () => [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
  return {
    cookie,
    async request(method, path, body, headers = {}) {
      const response = await fetch(`${world.url}${path}`, {
        method,
        headers: {
          origin: world.url,
          'user-agent': userAgent,
          ...(jar.size > 0 && { cookie: cookie() }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        body: body === undefined ? undefined : JSON.stringify(body),
      })
      for (const set of response.headers.getSetCookie()) {
        const [, name, value] = /^([^=]+)=([^;]*)/.exec(set)!
        jar.set(name!, value!)
      }
      return { status: response.status, body: await bodyOf(response) }
    },
  }
}

/** The token of a link. */
export function tokenOf(url: string): string {
  return new URL(url).searchParams.get('token')!
}

/** A visitor who came in: a person of a workspace. */
export type Joined = Visitor & { id: string; email: string }

/** A browser in which somebody new is signed in, who joined the workspace with this role. Their address begins with their name. */
export async function join(world: World, name: string, role: string, key = world.keys.owner): Promise<Joined> {
  const email = `${name.toLowerCase()}@people.example`
  const invited = await world.request('POST', '/api/v1/invitations', { body: { email, role }, key })
  const visitor = openVisitor(world)
  const accepted = await visitor.request('POST', '/api/v1/invitations/accept', {
    token: tokenOf(invited.body.url),
    name,
    password: passwordOf(name),
  })
  if (accepted.status !== 201) throw new Error(`${name} could not join: ${JSON.stringify(accepted)}`)
  return { ...visitor, id: accepted.body.userId, email }
}

export function passwordOf(name: string): string {
  return `${name} likes long passwords`
}

/** A browser's socket; resolves once the server took it, rejects with the server's word when it does not. */
export function openSocket(world: Pick<World, 'url'>, visitor: Pick<Visitor, 'cookie'>, workspace?: string): Promise<Socket> {
  const socket = io(world.url, {
    transports: ['websocket'],
    reconnection: false,
    forceNew: true,
    extraHeaders: { cookie: visitor.cookie(), origin: world.url },
    ...(workspace !== undefined && { auth: { workspace } }),
  })
  return new Promise((resolve, reject) => {
    socket.once('hello', () => resolve(socket))
    socket.once('connect_error', (error) => {
      socket.close()
      reject(error)
    })
  })
}

/** Milliseconds until the server closed it. */
export async function untilCut(socket: Socket, act: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  const cut = new Promise<number>((resolve) => socket.once('disconnect', () => resolve(performance.now() - startedAt)))
  await act()
  return cut
}
