import diagnostics from 'node:diagnostics_channel'
import { lookup } from 'node:dns/promises'
import { isIP, type LookupFunction } from 'node:net'
import { Agent, fetch as undiciFetch, ping, WebSocket } from 'undici'
import { Problem } from '@answerback/core/problem'
import { socketsOver, type OpenSocket } from '@answerback/platforms/socket'
import { isPrivateAddress } from './private-address.ts'

/** Every address of a name. Rejects when the name is not known. */
export type Resolve = (hostname: string) => Promise<{ address: string; family: number }[]>

const ofSystem: Resolve = (hostname) => lookup(hostname, { all: true })

const maxRedirects = 3
/** What one message of a live connection may hold; a platform's largest is a list of channels. */
const maxMessageBytes = 8 * 1024 * 1024
const privateWords = 'this leads to a private address. If that is meant, name the host in ALLOW_PRIVATE_HOSTS.'

/**
 * Throws `host_not_allowed` when a URL is not http(s), carries a user name, or leads to a private or loopback address and its host (or host:port) is not
 * among `allowed`. Every address that the name resolves to is checked. For words at the moment of connecting: what is called later, `guardFetch` checks itself.
 */
export async function checkHost(url: string, allowed: readonly string[], resolve: Resolve = ofSystem): Promise<void> {
  const { hostname, host } = readable(url)
  if (isAllowed(hostname, host, allowed)) return
  const bare = bareOf(hostname)
  const addresses = isIP(bare) ? [{ address: bare }] : await resolve(bare).catch(() => refuse(url, 'this name is not known'))
  if (addresses.length === 0 || addresses.some((each) => isPrivateAddress(each.address))) refuse(url, privateWords)
}

/**
 * A fetch that connects only to an address it has checked: the name is resolved once, every address is judged, and the connection goes to one of those, so that
 * no second answer of a name server can lead elsewhere. A redirect is checked like a first call and takes no credentials to another origin. `openSocket` opens WebSockets in
 * the same way, and follows no redirect.
 */
export function guardFetch(options: {
  allowed: readonly string[]
  resolve?: Resolve
}): typeof fetch & { close(): Promise<void>; openSocket: OpenSocket } {
  const resolve = options.resolve ?? ofSystem
  const webSocket = { maxPayloadSize: maxMessageBytes }
  const guarded = new Agent({ connect: { lookup: checkedLookup(resolve) }, webSocket })
  const open = new Agent({ webSocket })
  const wayTo = (url: string): Agent => {
    const { hostname, host } = readable(url)
    const free = isAllowed(hostname, host, options.allowed)
    const bare = bareOf(hostname)
    // An address is never looked up, so the lookup below does not see it.
    if (!free && isIP(bare) && isPrivateAddress(bare)) refuse(url, privateWords)
    return free ? open : guarded
  }
  const once = async (url: string, init: RequestInit): Promise<Response> =>
    (await undiciFetch(url, { ...(init as object), redirect: 'manual', dispatcher: wayTo(url) })) as unknown as Response
  const openSocket = socketsOver({
    open: (url, headers) => new WebSocket(url, { headers, dispatcher: wayTo(url.replace(/^ws/i, 'http')) }),
    ping: (wire) => ping(wire as WebSocket),
    onPong: (wire, listener) => void pongs.set(wire, listener),
  })
  const guardedFetch: typeof fetch = async (input, init = {}) => {
    if (input instanceof Request) throw new TypeError('Give the guarded fetch a URL and its options.')
    let url = String(input)
    let request = { ...init }
    for (let redirects = 0; ; redirects += 1) {
      const response = await once(url, request)
      const location = response.headers.get('location')
      if (init.redirect === 'manual' || response.status < 300 || response.status >= 400 || location === null) return response
      await response.body?.cancel()
      if (init.redirect === 'error' || redirects >= maxRedirects || !URL.canParse(location, url))
        throw new TypeError(`${new URL(url).host} sent us elsewhere`)
      const next = new URL(location, url)
      request = afterRedirect(request, response.status, next.origin === new URL(url).origin)
      url = next.href
    }
  }
  return Object.assign(guardedFetch, { openSocket, close: async () => void (await Promise.all([guarded.destroy(), open.destroy()])) })
}

/** Who waits for a sign of life on which connection. */
const pongs = new WeakMap<object, () => void>()
diagnostics.subscribe('undici:websocket:pong', (message) => pongs.get((message as { websocket: object }).websocket)?.())

/** Resolves, judges every address, and hands on only those: what is connected to is what was checked. */
function checkedLookup(resolve: Resolve): LookupFunction {
  return (hostname, options, done) => {
    resolve(hostname).then(
      (addresses) => {
        const [first] = addresses
        if (!first || addresses.some((each) => isPrivateAddress(each.address))) {
          // A code of those that say: nothing was sent.
          return done(Object.assign(new Error(`${hostname}: ${privateWords}`), { code: 'EHOSTUNREACH' }), '', 0)
        }
        if (options.all) done(null, addresses)
        else done(null, first.address, first.family)
      },
      (error: NodeJS.ErrnoException) => done(error, '', 0),
    )
  }
}

/** As fetch does it: a 303, and a 301 or 302 after a POST, is asked for with GET. Nobody's credentials go to another origin. */
function afterRedirect(request: RequestInit, status: number, sameOrigin: boolean): RequestInit {
  const headers = new Headers(request.headers)
  const method = request.method?.toUpperCase() ?? 'GET'
  const asksOnly = status === 303 || ((status === 301 || status === 302) && method === 'POST')
  if (!sameOrigin) for (const name of ['authorization', 'cookie', 'proxy-authorization']) headers.delete(name)
  // A body may hold a password; it stays with the origin it was meant for.
  if (!asksOnly && !sameOrigin && request.body != null) throw new TypeError('The server sent us elsewhere with what was meant for it')
  if (!asksOnly) return { ...request, headers }
  for (const name of ['content-type', 'content-length']) headers.delete(name)
  const { body: _body, ...rest } = request
  return { ...rest, method: method === 'HEAD' ? 'HEAD' : 'GET', headers }
}

function readable(url: string): URL {
  if (!URL.canParse(url)) return refuse(url, 'this is not a whole URL, as in https://example.org')
  const parsed = new URL(url)
  if (parsed.protocol !== 'https:' && parsed.protocol !== 'http:') return refuse(url, 'only http and https are used')
  if (parsed.username !== '' || parsed.password !== '')
    return refuse(`${parsed.protocol}//${parsed.host}`, 'leave the user name out of the address')
  return parsed
}

function isAllowed(hostname: string, host: string, allowed: readonly string[]): boolean {
  return allowed.includes(host) || allowed.includes(hostname)
}

function bareOf(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, '')
}

function refuse(url: string, why: string): never {
  throw new Problem('host_not_allowed', `The address ${url} cannot be used: ${why}`, { invalidParams: [{ name: 'settings', reason: why }] })
}
