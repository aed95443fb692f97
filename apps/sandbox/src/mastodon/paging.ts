import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Context } from '../context.ts'
import { baseUrlOf } from '../http/base.ts'
import { searchParams } from '../http/body.ts'
import { pageLimit } from '../http/paging.ts'
import { MastodonError } from './errors.ts'

/**
 * One page of a list by `max_id`, `since_id`, `min_id` and `limit`, newest first. `min_id` gives
 * the page right above the id, `since_id` the newest page above it. Sets the `Link` header:
 * `next` with the last id, `prev` with the first; none on an empty page.
 */
export function pageOf<T extends { id: string }>(
  context: Context,
  request: FastifyRequest,
  reply: FastifyReply,
  entries: T[],
  limits: { usual: number; max: number },
): T[] {
  const query = searchParams(request)
  const maxId = idOf(query, 'max_id')
  const sinceId = idOf(query, 'since_id')
  const minId = idOf(query, 'min_id')
  const { quirks } = context.faults
  const asked = Math.min(limitOf(query, limits.usual), limits.max)
  const limit = pageLimit(context, asked)
  const within = entries
    .filter(({ id }) => maxId === null || BigInt(id) < maxId)
    .filter(({ id }) => sinceId === null || BigInt(id) > sinceId)
    .filter(({ id }) => minId === null || BigInt(id) > minId)
    .sort((a, b) => (BigInt(a.id) < BigInt(b.id) ? 1 : -1))
  const page = minId === null ? within.slice(0, limit) : within.slice(-limit)
  const [first, last] = [page[0], page.at(-1)]
  if (first && last && !quirks.noLinkHeader) {
    const links = [
      `<${pageUrl(request, query, 'max_id', last.id)}>; rel="next"`,
      `<${pageUrl(request, query, 'min_id', first.id)}>; rel="prev"`,
    ]
    reply.header('link', links.join(', '))
  }
  return page
}

function pageUrl(request: FastifyRequest, query: URLSearchParams, name: string, id: string): string {
  const path = (request.raw.url ?? '').replace(/^\/mastodon/, '').split('?')[0] ?? ''
  const kept = [...query].filter(([key]) => !['max_id', 'min_id', 'since_id'].includes(key))
  const pairs = [...kept.map(([key, value]) => `${key}=${encodeURIComponent(value)}`), `${name}=${id}`]
  return `${baseUrlOf(request, 'mastodon')}${path}?${pairs.join('&')}`
}

function idOf(query: URLSearchParams, name: string): bigint | null {
  const text = query.get(name)
  if (text === null || text === '') return null
  return /^\d+$/.test(text) ? BigInt(text) : 0n
}

function limitOf(query: URLSearchParams, usual: number): number {
  const text = query.get('limit')
  if (text === null || text === '') return usual
  const limit = Number(text)
  if (!Number.isInteger(limit) || limit < 1) throw new MastodonError(400, 'Invalid limit')
  return limit
}
