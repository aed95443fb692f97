import { retryAfterMsOf } from '@answerback/platforms/http'
import type { Context } from '../context.ts'
import { readWithin } from '../http/read-within.ts'

const timeoutMs = 10_000
const maxBytes = 2 * 1024 * 1024
const longestMaxAgeMs = 24 * 3_600_000

/** What came of asking. `same`: nothing since (304). `gone`: never again (410). `waitMs`: how much patience its server asks for, 0 for none. */
export type Fetched = { waitMs: number } & (
  | { kind: 'read'; body: string; etag: string | null; lastModified: string | null }
  | { kind: 'same' }
  | { kind: 'gone' | 'failed'; why: string }
)

/** Asks for a feed with what is known of it (RFC 9110, 13), within 10 seconds and 2 MiB, over the fetch that calls nobody inside. Never throws. */
export async function fetchFeed(
  ctx: Pick<Context, 'fetch' | 'now'>,
  { url, etag, lastModified }: { url: string; etag: string | null; lastModified: string | null },
): Promise<Fetched> {
  const headers = {
    accept: 'application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5',
    'user-agent': 'Answerback (feed reader)',
    ...(etag !== null && { 'if-none-match': etag }),
    ...(lastModified !== null && { 'if-modified-since': lastModified }),
  }
  try {
    const response = await ctx.fetch(url, { headers, signal: AbortSignal.timeout(timeoutMs) })
    const waitMs = patienceOf(response.headers, ctx.now())
    if (response.status === 304) return { kind: 'same', waitMs }
    if (response.status === 410) return { kind: 'gone', why: 'its server says that it is gone for good', waitMs }
    if (!response.ok) return { kind: 'failed', why: `its server answered ${response.status}`, waitMs }
    const bytes = await readWithin(response, maxBytes)
    if (bytes === null) return { kind: 'failed', why: 'it is larger than 2 MiB', waitMs }
    return {
      kind: 'read',
      body: new TextDecoder().decode(bytes),
      etag: response.headers.get('etag'),
      lastModified: response.headers.get('last-modified'),
      waitMs,
    }
  } catch (error) {
    const { name, message } = error as Error
    return {
      kind: 'failed',
      why: name === 'TimeoutError' ? 'it did not answer within 10 seconds' : `it could not be reached (${message})`,
      waitMs: 0,
    }
  }
}

function patienceOf(headers: Headers, now: Date): number {
  const maxAgeSeconds = Number(/(?:^|[\s,])max-age=(\d{1,9})/.exec(headers.get('cache-control') ?? '')?.[1] ?? 0)
  return Math.max(Math.min(maxAgeSeconds * 1000, longestMaxAgeMs), retryAfterMsOf(headers, now) ?? 0)
}
