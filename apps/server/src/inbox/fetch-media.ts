import { Problem } from '@answerback/core/problem'
import type { Context } from '../context.ts'
import { kindOf } from '../http/file-kind.ts'
import { readWithin } from '../http/read-within.ts'
import { enterRoom, leaveRoom } from './media-room.ts'

/** What a picture in a thread may take: beyond that it is only a link. */
const maxBytes = 8 * 1024 * 1024
const maxPixels = 100_000_000
const maxRedirects = 3
/** Short, as a browser has six connections to us and each picture that it waits for holds one. */
const patienceMs = 3_000
/** With less time than this a host is not to blame for not answering. */
const fairMs = 2_000
const rememberedMs = 3 * 60_000
const maxRemembered = 2_000

export type Fetched = { type: string; name: string; data: Buffer }

/** Who wants to see it: `ownHost` (host:port) is where the message's channel is. `signal` aborts when nobody waits for it any more. */
type Viewer = { workspaceId: string; ownHost: string; signal: AbortSignal }

/**
 * Fetches a picture or film that somebody showed elsewhere, the first of these that is one, through the guard, with nothing of ours. What it is its bytes say, so that no page and no drawing with
 * scripts gets through. Null when none is an address that may be asked, answers in time, and holds a picture or film of a reasonable size; what failed is not asked again for some minutes. Throws
 * `unavailable` when there was no room to ask.
 */
export async function fetchMedia(ctx: Context, urls: string[], viewer: Viewer): Promise<Fetched | null> {
  const signal = AbortSignal.any([viewer.signal, AbortSignal.timeout(patienceMs)])
  for (const url of urls) {
    if (!mayAsk(ctx, url, viewer.ownHost) || hasFailed(ctx, url)) continue
    const guest = { workspaceId: viewer.workspaceId, host: new URL(url).host }
    if (!(await enterRoom(guest, signal))) {
      if (viewer.signal.aborted) return null
      throw new Problem('unavailable', 'Too many pictures are being fetched. Ask again in a few seconds.', { retryAfterSeconds: 5 })
    }
    try {
      const file = await fetchOne(ctx, url, viewer.ownHost, signal)
      if (file) return file
    } finally {
      leaveRoom(guest)
    }
  }
  return null
}

async function fetchOne(ctx: Context, url: string, ownHost: string, signal: AbortSignal): Promise<Fetched | null> {
  const beganAt = performance.now()
  try {
    const data = await readPicture(await follow(ctx, url, ownHost, signal))
    const kind = data && kindOf(data)
    if (kind && /^(image|video)\//.test(kind.type) && (kind.width ?? 0) * (kind.height ?? 0) <= maxPixels)
      return { type: kind.type, name: `media.${kind.type.split('/')[1]}`, data }
  } catch (error) {
    ctx.log.debug({ host: new URL(url).host, reason: (error as Error).message }, 'media: could not be fetched')
    if (signal.aborted && performance.now() - beganAt < fairMs) return null
  }
  rememberFailure(ctx, url)
  return null
}

/** Redirects are followed here, as each leads to an address that has to be judged for this message. */
async function follow(ctx: Context, url: string, ownHost: string, signal: AbortSignal): Promise<Response> {
  let address = url
  for (let redirects = 0; redirects <= maxRedirects && mayAsk(ctx, address, ownHost); redirects += 1) {
    const response = await ctx.fetch(address, { signal, redirect: 'manual', headers: { accept: 'image/*, video/*' } })
    const location = response.headers.get('location')
    if (response.status < 300 || response.status >= 400 || location === null) return response
    await response.body?.cancel()
    address = URL.canParse(location, address) ? new URL(location, address).href : ''
  }
  throw new TypeError('It sent us elsewhere')
}

/** By https. A host that was allowed although it is private, also by http, and only where it is the channel's own: strangers write these addresses. */
function mayAsk(ctx: Context, url: string, ownHost: string): boolean {
  if (!URL.canParse(url)) return false
  const { protocol, host, hostname } = new URL(url)
  if (protocol !== 'https:' && protocol !== 'http:') return false
  const allowed = ctx.env.allowedHosts.includes(host) || ctx.env.allowedHosts.includes(hostname)
  return allowed ? host === ownHost : protocol === 'https:'
}

async function readPicture(response: Response): Promise<Buffer | null> {
  const said = Number(response.headers.get('content-length') ?? 0)
  if (response.ok && response.body !== null && said <= maxBytes) return readWithin(response, maxBytes)
  await response.body?.cancel()
  return null
}

/** Until when an address is not asked again, oldest first. */
const failures = new Map<string, number>()

function hasFailed(ctx: Context, url: string): boolean {
  const untilMs = failures.get(url)
  return untilMs !== undefined && ctx.now().getTime() < untilMs
}

function rememberFailure(ctx: Context, url: string): void {
  failures.delete(url)
  failures.set(url, ctx.now().getTime() + rememberedMs)
  for (const oldest of failures.keys()) {
    if (failures.size <= maxRemembered) return
    failures.delete(oldest)
  }
}
