import type { Context } from '../context.ts'
import { kindOf } from '../http/file-kind.ts'

/** What a picture in a thread may take, and how long: beyond that it is only a link. */
const maxBytes = 8 * 1024 * 1024
const patienceMs = 8_000
const maxPixels = 100_000_000
/** So many at once in one process, and so many that wait their turn. */
const maxAtOnce = 12
const maxWaiting = 200

export type Fetched = { type: string; name: string; data: Buffer }

/**
 * Fetches a picture or film that somebody showed elsewhere, through the guard, with nothing of ours. What it is its bytes say, so that no page and no drawing with scripts gets through. Null when
 * the address is none that may be asked, does not answer in time, or holds something else or too much.
 */
export async function fetchMedia(ctx: Context, url: string): Promise<Fetched | null> {
  if (!mayAsk(ctx, url)) return null
  if (!(await enter())) return null
  try {
    const signal = AbortSignal.timeout(patienceMs)
    const response = await ctx.fetch(url, { signal, headers: { accept: 'image/*, video/*' } })
    const data = await readWithin(response)
    const kind = data && kindOf(data)
    if (!kind || !/^(image|video)\//.test(kind.type) || (kind.width ?? 0) * (kind.height ?? 0) > maxPixels) return null
    return { type: kind.type, name: `media.${kind.type.split('/')[1]}`, data }
  } catch (error) {
    ctx.log.debug({ host: new URL(url).host, reason: (error as Error).message }, 'media: could not be fetched')
    return null
  } finally {
    leave()
  }
}

/** By https, or by http where a host was allowed by name. */
function mayAsk(ctx: Context, url: string): boolean {
  if (!URL.canParse(url)) return false
  const { protocol, host, hostname } = new URL(url)
  return protocol === 'https:' || (protocol === 'http:' && (ctx.env.allowedHosts.includes(host) || ctx.env.allowedHosts.includes(hostname)))
}

async function readWithin(response: Response): Promise<Buffer | null> {
  const said = Number(response.headers.get('content-length') ?? 0)
  if (!response.ok || response.body === null || said > maxBytes) {
    await response.body?.cancel()
    return null
  }
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of response.body as unknown as AsyncIterable<Uint8Array>) {
    length += part.length
    // Leaving the loop gives the connection up.
    if (length > maxBytes) return null
    parts.push(part)
  }
  return Buffer.concat(parts)
}

let inside = 0
const waiting: (() => void)[] = []

async function enter(): Promise<boolean> {
  if (inside < maxAtOnce) {
    inside += 1
    return true
  }
  if (waiting.length >= maxWaiting) return false
  await new Promise<void>((resolve) => waiting.push(resolve))
  return true
}

/** Whoever waits longest takes the place that gets free. */
function leave(): void {
  const next = waiting.shift()
  if (next) next()
  else inside -= 1
}
