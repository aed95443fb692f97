import { expect, test } from 'vitest'
import type { Io, PollResult, RawDelivery } from '../platform.ts'
import { lemmy } from './adapter.ts'

const self = {
  accountId: 'https://lemmy.example/u/brand',
  handle: 'brand@lemmy.example',
  ownedIds: ['https://lemmy.example/u/brand'],
  host: 'lemmy.example',
  settings: { home: 'lemmy.example', personId: '7' },
}
type Call = { method: string; path: string; query: Record<string, string>; body: unknown }
type Answer = { status?: number; body: unknown }

/** A server made of a function; `calls` are those that it got. */
function serve(api: string, answer: (call: Call) => Answer): { io: Io; calls: Call[] } {
  const calls: Call[] = []
  const fetch: Io['fetch'] = async (url, init) => {
    const { pathname, searchParams } = new URL(url instanceof Request ? url.url : url)
    const body: unknown = typeof init?.body === 'string' ? JSON.parse(init.body) : null
    const call = { method: init?.method ?? 'GET', path: pathname, query: Object.fromEntries(searchParams), body }
    calls.push(call)
    const { status = 200, body: answered } = answer(call)
    return new Response(typeof answered === 'string' ? answered : JSON.stringify(answered), { status })
  }
  const io: Io = {
    fetch,
    now: () => new Date('2026-11-22T12:00:00Z'),
    settings: { url: 'https://lemmy.example', apiUrl: 'https://lemmy.example', api, personId: '7', home: 'lemmy.example' },
    credentials: { jwt: 'token' },
    save: async () => {},
    self,
  }
  return { io, calls }
}

const person = { id: 7, name: 'brand', display_name: 'Brand' }
const login = { username: 'brand', password: 'secret' }

test('connecting asks for version 4 first, and takes 3 where the server knows no other', async () => {
  const four = serve('', ({ path }) => {
    if (path === '/api/v4/site') return { body: { version: '1.0.2' } }
    if (path === '/api/v4/account/auth/login') return { body: { jwt: 'fresh', registration_created: false, verify_email_sent: false } }
    return { body: { local_user_view: { person: { ...person, ap_id: self.accountId } } } }
  })
  const connected = await lemmy.connect.open(four.io, { url: 'lemmy.example', ...login })
  expect(connected).toMatchObject({
    account: { externalId: self.accountId, handle: 'brand@lemmy.example', name: 'Brand' },
    settings: { api: 'v4', personId: '7', home: 'lemmy.example' },
    credentials: { jwt: 'fresh' },
  })
  expect(JSON.stringify(connected)).not.toContain('secret')
  const three = serve('', ({ path }) => {
    if (path.startsWith('/api/v4')) return { status: 404, body: '<h1>Not found</h1>' }
    if (path === '/api/v3/user/login') return { body: { jwt: 'fresh' } }
    return { body: { version: '0.19.9', my_user: { local_user_view: { person: { ...person, actor_id: self.accountId } } } } }
  })
  await expect(lemmy.connect.open(three.io, { url: 'lemmy.example', ...login })).resolves.toMatchObject({ settings: { api: 'v3' } })
})

test('a server that is not well is not taken for an old one, and an account that waits is told so', async () => {
  const unwell = serve('', ({ path }) => (path === '/api/v4/site' ? { status: 502, body: '' } : { body: { version: '0.19.9' } }))
  await expect(lemmy.connect.open(unwell.io, login)).rejects.toMatchObject({ kind: 'unavailable' })
  const waiting = serve('', ({ path }) =>
    path.endsWith('/site') ? { body: { version: '1.0.2' } } : { body: { registration_created: true, verify_email_sent: true } },
  )
  const failure = await lemmy.connect.open(waiting.io, login).catch((error: unknown) => error)
  expect(failure).toMatchObject({ kind: 'rejected', message: expect.stringContaining('e-mail') as string })
})

/** Comments below our post, of version 4, three a page. */
function threadServer(): { io: Io; calls: Call[]; comments: { id: number; at: string }[] } {
  const comments: { id: number; at: string }[] = []
  const view = ({ id, at }: { id: number; at: string }): object => ({
    comment: { id, post_id: 40, path: `0.${id}`, content: `comment ${id}`, published_at: at, ap_id: `https://lemmy.example/comment/${id}` },
    creator: { id: 22, name: 'kai', ap_id: 'https://other.example/u/kai' },
    post: { id: 40, creator_id: 7 },
  })
  const served = serve('v4', ({ path, query }) => {
    if (!path.endsWith('/comment/list')) return { body: { items: [] } }
    const sorted = comments.toSorted((a, b) => (a.at < b.at ? 1 : -1))
    const from = Number(query.page_cursor?.slice(1) ?? 0)
    const next_page = sorted.length > from + 3 ? `P${from + 3}` : null
    return { body: { items: sorted.slice(from, from + 3).map(view), next_page } }
  })
  return { ...served, comments }
}

function idsOf(result: PollResult): string[] {
  return result.pages.flatMap((page) => {
    const delivery: RawDelivery = { ...page, receivedAt: '2026-11-22T12:00:00.000Z' }
    return lemmy.normalize(delivery, self).facts.map((fact) => fact.externalId)
  })
}

test('version 4 is read by cursor, to the mark; what comes late with an old date is found within the hour, or at once where a thread is to be read whole', async () => {
  const { io, calls, comments } = threadServer()
  for (let id = 1; id <= 8; id += 1) comments.push({ id, at: `2026-11-22T11:0${id}:00Z` })
  const posts = [{ externalId: 'lemmy.example/post/40', ref: {} }]
  const first = await lemmy.poll(io, { cursor: null, posts, open: [] })
  expect(idsOf(first)).toHaveLength(8)
  comments.push({ id: 9, at: '2026-11-22T10:00:00Z' })
  calls.length = 0
  const second = await lemmy.poll(io, { cursor: first.cursor, posts, open: [] })
  expect(calls.filter(({ path }) => path.endsWith('/comment/list'))).toHaveLength(1)
  expect(idsOf(second)).not.toContain('lemmy.example/comment/9')
  const whole = await lemmy.poll(io, { cursor: second.cursor, posts: [{ ...posts[0]!, whole: true }], open: [] })
  expect({ ids: idsOf(whole).length, read: whole.read }).toEqual({ ids: 9, read: ['lemmy.example/post/40'] })
  io.now = () => new Date('2026-11-22T13:01:00Z')
  expect(idsOf(await lemmy.poll(io, { cursor: second.cursor, posts, open: [] }))).toContain('lemmy.example/comment/9')
})

test('what came by in a list is not asked for again, and what did not is', async () => {
  const { io, calls, comments } = threadServer()
  comments.push({ id: 1, at: '2026-11-22T11:00:00Z' })
  const posts = [{ externalId: 'lemmy.example/post/40', ref: {} }]
  await lemmy.poll(io, { cursor: null, posts, open: ['1', '2'].map((id) => ({ externalId: `lemmy.example/comment/${id}` })) })
  expect(calls.filter(({ path }) => path === '/api/v4/comment').map(({ query }) => query.id)).toEqual(['2'])
})

test('the same number on two servers, or of a post and a comment, is not the same thing', () => {
  const view = { comment: { id: 40, post_id: 40, path: '0.40', content: 'x' }, creator: { id: 1, name: 'kai' }, post: { id: 40 } }
  const body = JSON.stringify({ comments: [view] })
  const delivery: RawDelivery = { kind: 'thread', request: {}, body, receivedAt: '2026-11-22T12:00:00.000Z' }
  const [here] = lemmy.normalize(delivery, self).facts
  const [there] = lemmy.normalize(delivery, { ...self, settings: { home: 'other.example', personId: '7' } }).facts
  expect(here).toMatchObject({ externalId: 'lemmy.example/comment/40', parentExternalId: 'lemmy.example/post/40' })
  expect(there).toMatchObject({ externalId: 'other.example/comment/40', parentExternalId: 'other.example/post/40' })
})

const target = {
  externalId: 'lemmy.example/comment/555',
  parentExternalId: 'lemmy.example/post/40',
  postExternalId: 'lemmy.example/post/40',
  ref: { post: '40' },
  authorExternalId: null,
  authorHandle: null,
  private: false,
}
const input = { target, text: 'Monday', key: 'k', createdAt: '2026-11-22T12:00:00.000Z' }
const written = {
  comment_view: { comment: { id: 556, post_id: 40, path: '0.555.556', content: 'Monday' }, creator: { id: 7, name: 'brand' } },
}

test('a target that is only a place any more gets no reply', async () => {
  const { io, calls } = serve('v3', () => ({ body: { comment_view: { comment: { id: 555, post_id: 40, removed: true } } } }))
  await expect(lemmy.reply(io, input)).rejects.toMatchObject({ kind: 'gone', notSent: true })
  expect(calls.map(({ method }) => method)).toEqual(['GET'])
})

test('a post that mentions us is answered below it, and one that moved where the server says', async () => {
  const { io, calls } = serve('v4', ({ method, path }) => {
    if (method === 'POST') return { body: written }
    return { body: path.endsWith('/post') ? { post_view: { post: { id: 42 } } } : { comment_view: { comment: { id: 555, post_id: 41 } } } }
  })
  await lemmy.reply(io, { ...input, target: { ...target, externalId: 'lemmy.example/post/42', ref: { post: '42' } } })
  await lemmy.reply(io, input)
  expect(calls.filter(({ method }) => method === 'POST').map(({ body }) => body)).toEqual([
    { content: 'Monday', post_id: 42 },
    { content: 'Monday', post_id: 41, parent_id: 555 },
  ])
})

test('words and pictures have to fit together, and those that the composer lets through do', async () => {
  const { io, calls } = serve('v4', ({ method, path }) => {
    if (path.endsWith('/image')) return { body: { image_url: `https://lemmy.example/pictrs/image/${'0'.repeat(36)}.webp` } }
    return { body: method === 'POST' ? written : { comment_view: { comment: { id: 555, post_id: 41 } } } }
  })
  const { media: limit } = lemmy.can.replyLimit
  const picture = { id: 'u', type: 'image/webp', name: 'a.webp', width: 4, height: 3, url: null, bytes: async () => new Uint8Array([1]) }
  const media = Array.from({ length: limit!.max }, () => ({ ...picture, alt: 'y'.repeat(limit!.altMax!) }))
  await expect(lemmy.reply(io, { ...input, text: 'x'.repeat(9_990), media: media.slice(0, 1) })).rejects.toMatchObject({
    kind: 'rejected',
    notSent: true,
    message: 'The reply is 573 over the limit',
  })
  expect(calls.filter(({ method, path }) => method === 'POST' && path.endsWith('/comment'))).toEqual([])
  await expect(lemmy.reply(io, { ...input, text: 'x'.repeat(limit!.textMax!), media })).resolves.toMatchObject({ facts: [{}] })
})

test('votes and deletions go the way of each version', async () => {
  const sentTo = async (api: string): Promise<unknown[]> => {
    const { io, calls } = serve(api, () => ({ body: {} }))
    const message = { externalId: 'lemmy.example/comment/555', ref: {} }
    await lemmy.like!(io, { ...message, liked: true })
    await lemmy.like!(io, { ...message, liked: false })
    await lemmy.remove!(io, message)
    return calls.map(({ method, path, body }) => [method, path, body])
  }
  expect(await sentTo('v3')).toEqual([
    ['POST', '/api/v3/comment/like', { comment_id: 555, score: 1 }],
    ['POST', '/api/v3/comment/like', { comment_id: 555, score: 0 }],
    ['POST', '/api/v3/comment/delete', { comment_id: 555, deleted: true }],
  ])
  expect(await sentTo('v4')).toEqual([
    ['POST', '/api/v4/comment/like', { comment_id: 555, is_upvote: true }],
    ['POST', '/api/v4/comment/like', { comment_id: 555 }],
    ['DELETE', '/api/v4/comment', { comment_id: 555, deleted: true }],
  ])
})
