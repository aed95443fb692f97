import type { FastifyRequest } from 'fastify'
import type { Context } from '../context.ts'
import { queryFields, searchParams } from '../http/body.ts'
import { pageNumbered } from '../http/paging.ts'
import type { Item } from '../world/item.ts'
import { WordPressError, invalidParam, refused } from './errors.ts'
import type { Answer, Caller } from './routes.ts'
import { commentView, isKept, numberOf, parentNumber, postView, siteOffsetMs, statusOf } from './views.ts'

/** `GET /comments`: approved ones, unless the caller may ask for others. Pages by number; totals in headers. */
export function listComments(context: Context, request: FastifyRequest, caller: Caller): Answer {
  const query = queryFields(request)
  const edit = contextOf(query, caller, 'Sorry, you are not allowed to edit comments.')
  const status = query['status'] ?? 'approve'
  for (const name of ['status', 'author_email'] as const)
    if (query[name] !== undefined && query[name] !== 'approve' && !caller.mayModerate)
      throw refused(caller.signedIn, 'rest_forbidden_param', `Query parameter not permitted: ${name}`)
  const type = query['type'] ?? 'comment'
  const lists = {
    include: numbers(request, 'include'),
    exclude: numbers(request, 'exclude'),
    parent: numbers(request, 'parent'),
    post: numbers(request, 'post'),
    author: numbers(request, 'author'),
  }
  const after = instantOf(query, 'after')
  const before = instantOf(query, 'before')
  const found = [...context.world.items.wordpress.values()].filter((item) => {
    if (!isKept(item) || type !== 'comment' || !isOfStatus(item, status)) return false
    const id = numberOf(item.id)
    const author = context.world.author(item)
    if (lists.include && !lists.include.includes(id)) return false
    if (lists.exclude?.includes(id)) return false
    if (lists.parent && !lists.parent.includes(parentNumber(item))) return false
    if (lists.post && !lists.post.includes(numberOf(item.rootId))) return false
    if (lists.author && !lists.author.includes(author.isBrand ? Number(author.id) : 0)) return false
    // By the site's own clock, whatever zone was asked in.
    const local = Math.floor((item.createdAt + siteOffsetMs) / 1000) * 1000
    return !(after !== null && local <= after) && !(before !== null && local >= before)
  })
  const sorted = sortBy(found, query, { names: ['date', 'date_gmt', 'id', 'include', 'post', 'parent', 'type'], usual: 'date_gmt' })
  const view = { base: caller.base, edit, embed: '_embed' in query }
  return paged(context, request, sorted, caller, {
    view: (item) => commentView(context, item, view),
    usual: 10,
    pastEnd: 'rest_comment_invalid_page',
  })
}

/** `GET /comments/{id}`, also from the trash. */
export function oneComment(context: Context, request: FastifyRequest, caller: Caller): Answer {
  const query = queryFields(request)
  const item = commentOf(context, request)
  if (statusOf(item) !== 'approved' && !caller.mayModerate)
    throw refused(caller.signedIn, 'rest_cannot_read', 'Sorry, you are not allowed to read this comment.')
  const edit = contextOf(query, caller, 'Sorry, you are not allowed to edit this comment.')
  return { body: commentView(context, item, { base: caller.base, edit, embed: '_embed' in query }) }
}

/** `GET /posts`: what is published, newest first. */
export function listPosts(context: Context, request: FastifyRequest, caller: Caller): Answer {
  const query = queryFields(request)
  const edit = contextOf(query, caller, 'Sorry, you are not allowed to edit posts in this post type.')
  const include = numbers(request, 'include')
  const after = instantOf(query, 'after')
  const found = context.world
    .posts('wordpress', true)
    .filter((item) => (!include || include.includes(numberOf(item.id))) && !(after !== null && item.createdAt + siteOffsetMs <= after))
  const sorted = sortBy(found, query, { names: ['date', 'id', 'include', 'modified', 'title', 'slug', 'author'], usual: 'date' })
  const view = { base: caller.base, edit, embed: false }
  return paged(context, request, sorted, caller, {
    view: (item) => postView(context, item, view),
    usual: 10,
    pastEnd: 'rest_post_invalid_page_number',
  })
}

/** `GET /posts/{id}`. */
export function onePost(context: Context, request: FastifyRequest, caller: Caller): Answer {
  const item = postOf(context, Number((request.params as { id: string }).id))
  if (!item) throw new WordPressError(404, 'rest_post_invalid_id', 'Invalid post ID.')
  const edit = contextOf(queryFields(request), caller, 'Sorry, you are not allowed to edit this post.')
  return { body: postView(context, item, { base: caller.base, edit, embed: false }) }
}

/** The comment that a route names. */
export function commentOf(context: Context, request: FastifyRequest): Item {
  const { id } = request.params as { id: string }
  const item = commentByNumber(context, Number(id))
  if (!/^\d+$/.test(id) || !item) throw new WordPressError(404, 'rest_comment_invalid_id', 'Invalid comment ID.')
  return item
}

/** The comment with this number, also one in the trash. */
export function commentByNumber({ world }: Context, number: number): Item | undefined {
  return [...world.items.wordpress.values()].find((item) => isKept(item) && numberOf(item.id) === number)
}

/** The published post with this number. */
export function postOf({ world }: Context, number: number): Item | undefined {
  return [...world.items.wordpress.values()].find(
    (item) => item.parentId === null && item.deletedAt === null && numberOf(item.id) === number,
  )
}

function contextOf(query: Record<string, string>, { signedIn, mayModerate }: Caller, words: string): boolean {
  const { context = 'view' } = query
  if (!['view', 'embed', 'edit'].includes(context)) throw invalidParam('context', 'context is not one of view, embed, and edit.')
  if (context === 'edit' && !mayModerate) throw refused(signedIn, 'rest_forbidden_context', words)
  return context === 'edit'
}

/** `all` is what is shown and what waits; spam and trash have to be asked for by name. */
function isOfStatus(item: Item, wanted: string): boolean {
  const status = statusOf(item)
  if (wanted === 'all') return status === 'approved' || status === 'hold'
  return status === (wanted === 'approve' ? 'approved' : wanted)
}

/** A list of numbers: with commas, or the name repeated with brackets. */
function numbers(request: FastifyRequest, name: string): number[] | null {
  const params = searchParams(request)
  const given = [...params.getAll(name), ...params.getAll(`${name}[]`)].flatMap((each) => each.split(',')).filter((each) => each !== '')
  if (given.length === 0) return null
  if (given.some((each) => !/^\d+$/.test(each.trim()))) throw invalidParam(name, `${name}[0] is not of type integer.`)
  return given.map(Number)
}

/** Without a zone it is taken as UTC, and compared with the site's local dates all the same. */
function instantOf(query: Record<string, string>, name: string): number | null {
  const given = query[name]
  if (given === undefined) return null
  const at = Date.parse(/(Z|[+-]\d\d:?\d\d)$/i.test(given) ? given : `${given}Z`)
  if (!/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/.test(given) || Number.isNaN(at)) throw invalidParam(name, 'Invalid date.')
  return at
}

function sortBy(items: Item[], query: Record<string, string>, by: { names: string[]; usual: string }): Item[] {
  const { orderby = by.usual, order = 'desc' } = query
  if (!by.names.includes(orderby)) throw invalidParam('orderby', `orderby is not one of ${by.names.join(', ')}.`)
  if (order !== 'asc' && order !== 'desc') throw invalidParam('order', 'order is not one of asc, and desc.')
  const placeOf = (item: Item): number =>
    orderby.startsWith('date')
      ? Math.floor(item.createdAt / 1000)
      : orderby === 'post'
        ? numberOf(item.rootId)
        : orderby === 'parent'
          ? parentNumber(item)
          : 0
  const sign = order === 'asc' ? 1 : -1
  return items.toSorted((a, b) => sign * (placeOf(a) - placeOf(b) || numberOf(a.id) - numberOf(b.id)))
}

/** One page with `X-WP-Total`, `X-WP-TotalPages` and `Link`. Past the last one it is an error, or nothing, as the version has it. */
function paged(
  context: Context,
  request: FastifyRequest,
  items: Item[],
  { base }: Caller,
  { view, usual, pastEnd }: { view: (item: Item) => object; usual: number; pastEnd: string },
): Answer {
  const params = searchParams(request)
  const number = (name: string, otherwise: number, most: number): number => {
    const given = params.get(name)
    if (given === null) return otherwise
    if (!/^\d+$/.test(given)) throw invalidParam(name, `${name} is not of type integer.`)
    if (Number(given) < 1 || Number(given) > most) throw invalidParam(name, `${name} must be between 1 (inclusive) and ${most} (inclusive)`)
    return Number(given)
  }
  const limit = number('per_page', usual, 100)
  const page = number('page', 1, Number.MAX_SAFE_INTEGER)
  const shown = pageNumbered(context, items, { page, limit }).page
  const each = context.faults.quirks.shortPages && limit > 1 ? Math.ceil(limit / 2) : limit
  const pages = Math.ceil(items.length / each)
  if (page > Math.max(pages, 1) && context.faults.quirks['emptyPastEnd'] !== true)
    throw new WordPressError(400, pastEnd, 'The page number requested is larger than the number of pages available.')
  const path = `${base}${(request.raw.url ?? '').replace(/^\/wordpress/, '').split('?')[0]}`
  const link = (to: number, rel: string): string => {
    const there = new URLSearchParams(params)
    there.set('page', String(to))
    return `<${path}?${there.toString()}>; rel="${rel}"`
  }
  const links = [
    ...(page > 1 ? [link(Math.min(page - 1, Math.max(pages, 1)), 'prev')] : []),
    ...(page < pages ? [link(page + 1, 'next')] : []),
  ]
  return {
    headers: { 'x-wp-total': String(items.length), 'x-wp-totalpages': String(pages), ...(links.length > 0 && { link: links.join(', ') }) },
    body: shown.map(view),
  }
}
