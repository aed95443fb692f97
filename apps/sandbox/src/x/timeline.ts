import { pageBelow, readCursor, writeCursor } from '../http/paging.ts'
import type { Item, JsonObject } from '../world/item.ts'
import { invalid } from './errors.ts'
import { idOf, names } from './ids.ts'
import type { X } from './routes.ts'
import { askedOf, includesOf, postView } from './views.ts'

type Query = Record<string, string>

/** One page of posts, newest first: `since_id`, `until_id`, the two times, `max_results`, and the token of the page before. An empty one has nothing but its `meta`. */
export function pageOf(x: X, items: Item[], query: Query, limits: { least: number; usual: number; most: number }): JsonObject {
  const limit = limitOf(query['max_results'], limits)
  const { since_id: sinceId, until_id: untilId, start_time: startTime, end_time: endTime } = query
  for (const [name, value] of Object.entries({ since_id: sinceId, until_id: untilId }))
    if (value !== undefined && !/^\d{1,19}$/.test(value))
      throw invalid(name, value, `The \`${name}\` query parameter value [${value}] is not valid`)
  const within = items.filter((item) => {
    const place = placeOf(item)
    if (sinceId !== undefined && place <= padded(sinceId)) return false
    if (untilId !== undefined && place >= padded(untilId)) return false
    if (startTime !== undefined && item.createdAt < Date.parse(startTime)) return false
    return endTime === undefined || item.createdAt < Date.parse(endTime)
  })
  const { page, next } = pageBelow(x, within, placeOf, { below: readCursor(query['pagination_token'] ?? query['next_token']), limit })
  const asked = askedOf(query)
  const includes = includesOf(x, page, asked)
  const [newest, oldest] = [page[0], page.at(-1)]
  if (!newest || !oldest) return { meta: { result_count: 0 } }
  return {
    data: page.map((item) => postView(x, item, asked)),
    ...(Object.keys(includes).length > 0 ? { includes } : {}),
    meta: {
      result_count: page.length,
      newest_id: idOf(newest),
      oldest_id: idOf(oldest),
      ...(next === null ? {} : { next_token: writeCursor(next) }),
    },
  }
}

function limitOf(given: string | undefined, { least, usual, most }: { least: number; usual: number; most: number }): number {
  if (given === undefined) return usual
  const limit = Number(given)
  if (!Number.isInteger(limit) || limit < least || limit > most)
    throw invalid('max_results', given, `The \`max_results\` query parameter value [${given}] is not between ${least} and ${most}`)
  return limit
}

function placeOf(item: Item): string {
  return padded(idOf(item))
}

function padded(id: string): string {
  return id.padStart(19, '0')
}

/** What others wrote with the brand's name in it, the name in front of a reply included. What the platform lost is not there. */
export function mentionsOf(x: X): Item[] {
  const brand = x.world.brand('x')
  return livingPosts(x).filter((item) => item.authorId !== brand.id && names(item.text, brand.handle) && !x.lost.has(item.id))
}

/** Posts and replies of one account; `exclude=replies` leaves those away. */
export function postsOf(x: X, authorId: string, query: Query): Item[] {
  const exclude = new Set((query['exclude'] ?? '').split(','))
  return livingPosts(x).filter((item) => item.authorId === authorId && !(exclude.has('replies') && item.parentId !== null))
}

export function quotesOf(x: X, id: string): Item[] {
  return livingPosts(x).filter((item) => item.quotedId === id)
}

const weekMs = 7 * 86_400_000

/** Posts of the last seven days that meet a query: `conversation_id:`, `from:`, `to:`, `in_reply_to_tweet_id:`, `quotes_of_tweet_id:`, `is:reply`, `is:quote`, `@name` and words; `-` before one turns it round. */
export function search(x: X, query: string | undefined): Item[] {
  if (query === undefined || query.trim() === '') throw invalid('query', '', 'The `query` query parameter can not be empty')
  if (query.length > 512) throw invalid('query', query, 'The `query` query parameter can not be longer than 512 characters')
  const parts = [...query.matchAll(/(-?)("[^"]*"|\S+)/g)].map(([, minus, part = '']) => ({
    wanted: minus === '',
    part: part.replaceAll('"', ''),
  }))
  if (parts.some(({ part }) => /^(OR|\(.*|.*\))$/.test(part))) throw invalid('query', query, 'The pretend X knows neither OR nor brackets')
  const since = x.world.clock('x') - weekMs
  return livingPosts(x).filter((item) => item.createdAt >= since && parts.every(({ part, wanted }) => meets(x, item, part) === wanted))
}

function meets(x: X, item: Item, part: string): boolean {
  const { world } = x
  const [operator = '', value = ''] = part.split(/:(.*)/s)
  const isNamed = (id: string | undefined) =>
    id !== undefined && (id === value || world.accounts.x.get(id)?.handle === value.replace('@', ''))
  switch (part.includes(':') ? operator : '') {
    case 'conversation_id':
      return item.rootId === value
    case 'from':
      return isNamed(item.authorId)
    case 'to':
      return isNamed(world.items.x.get(item.parentId ?? '')?.authorId)
    case 'in_reply_to_tweet_id':
      return item.parentId === value
    case 'quotes_of_tweet_id':
      return item.quotedId === value
    case 'is':
      return value === 'reply' ? item.parentId !== null : value === 'quote' ? item.quotedId !== null : false
    case 'lang':
      return item.lang === value
    default:
      return part.startsWith('@') ? names(item.text, part.slice(1)) : item.text.toLowerCase().includes(part.toLowerCase())
  }
}

function livingPosts(x: X): Item[] {
  return [...x.world.items.x.values()].filter((item) => item.deletedAt === null)
}
