import { expect, onTestFinished, test } from 'vitest'
import { openSandboxWorld } from '../../test/sandbox-world.ts'
import type { Io, RawDelivery, Self } from '../platform.ts'
import { wordpress } from './adapter.ts'

const self: Self = {
  accountId: 'blog.example/user/3',
  handle: 'brand',
  ownedIds: [],
  host: 'blog.example',
  settings: { home: 'blog.example', userId: '3' },
}
const credentials = { username: 'brand', applicationPassword: 'abcd EFGH 1234' }
type Call = { method: string; url: URL; authorization: string | null; body: unknown }
type Answer = { status?: number; headers?: Record<string, string>; body: unknown }

/** A site made of a function; `calls` are those that it got. */
function serve(settings: Record<string, string>, answer: (call: Call) => Answer): { io: Io; calls: Call[] } {
  const calls: Call[] = []
  const fetch: Io['fetch'] = async (url, init) => {
    const body: unknown = typeof init?.body === 'string' ? JSON.parse(init.body) : null
    const authorization = new Headers(init?.headers).get('authorization')
    const call = { method: init?.method ?? 'GET', url: new URL(url instanceof Request ? url.url : url), authorization, body }
    calls.push(call)
    const { status = 200, headers, body: answered } = answer(call)
    return new Response(typeof answered === 'string' ? answered : JSON.stringify(answered), { status, headers })
  }
  const now = (): Date => new Date('2026-11-22T12:00:00Z')
  const usual = { url: 'https://blog.example', apiUrl: 'https://blog.example', home: 'blog.example', userId: '3' }
  return { io: { fetch, now, settings: { ...usual, ...settings }, credentials, save: async () => {}, self }, calls }
}

const refused = (code: string, status: number): Answer => ({ status, body: { code, message: 'No.', data: { status } } })
const me = (moderates: boolean): Answer => ({
  body: { id: 3, slug: 'brand', name: 'Brand', capabilities: { edit_posts: true, ...(moderates && { moderate_comments: true }) } },
})

test('a site without pretty addresses is found by its other one, and called there from then on', async () => {
  const { io, calls } = serve({}, ({ url }) => {
    const route = url.searchParams.get('rest_route')
    if (route === '/') return { body: { name: 'Blog', home: 'https://www.blog.example/notes', namespaces: ['wp/v2'] } }
    return route === '/wp/v2/users/me' ? me(true) : { status: 404, body: '<h1>Not found</h1>' }
  })
  const connected = await wordpress.connect.open(io, { url: 'blog.example', ...credentials })
  expect(connected).toMatchObject({
    account: { externalId: 'blog.example/notes/user/3', handle: 'brand', name: 'Brand' },
    settings: { route: 'query', home: 'blog.example/notes', moderates: 'yes' },
    credentials: { applicationPassword: 'abcdEFGH1234' },
  })
  expect(connected.cannot).toBeUndefined()
  expect(calls.at(-1)?.url.search).toBe('?rest_route=%2Fwp%2Fv2%2Fusers%2Fme&context=edit')
  expect(calls.map(({ authorization }) => authorization)).toEqual([null, null, `Basic ${btoa('brand:abcdEFGH1234')}`])
})

test('who may not moderate is told what they lack, and asks only for what everybody sees', async () => {
  const { io } = serve({}, ({ url }) => (url.pathname.endsWith('/me') ? me(false) : { body: { name: 'Blog', namespaces: [] } }))
  await expect(wordpress.connect.open(io, { url: 'blog.example', ...credentials })).resolves.toMatchObject({
    settings: { moderates: 'no' },
    cannot: ['hide', 'remove', 'editReply'],
  })
  const plain = serve({ moderates: 'no' }, ({ url }) => (url.pathname.endsWith('/me') ? me(false) : { body: [] }))
  await wordpress.poll(plain.io, { cursor: null, posts: [], open: [] })
  expect(plain.calls.flatMap(({ url }) => ['context', 'status'].filter((name) => url.searchParams.has(name)))).toEqual([])
})

test('a site that is not well is not called no site', async () => {
  const { io } = serve({}, () => ({ status: 503, body: '<h1>Maintenance</h1>' }))
  await expect(wordpress.connect.open(io, { url: 'blog.example', ...credentials })).rejects.toMatchObject({ kind: 'unavailable' })
  const none = serve({}, () => ({ status: 404, body: '<h1>Not found</h1>' }))
  await expect(wordpress.connect.open(none.io, { url: 'blog.example', ...credentials })).rejects.toMatchObject({ kind: 'rejected' })
})

const target = {
  externalId: 'blog.example/comment/812',
  parentExternalId: 'blog.example/post/40',
  postExternalId: 'blog.example/post/40',
  ref: { post: '40' },
  authorExternalId: null,
  authorHandle: null,
  private: false,
}
const input = { target, text: 'Ships Monday', key: 'k', createdAt: '2026-11-22T12:00:00.000Z' }
const own = (raw: string, date_gmt = '2026-11-22T11:59:59'): object => ({
  id: 815,
  post: 40,
  parent: 812,
  author: 3,
  date_gmt,
  content: { raw },
  link: 'https://blog.example/#comment-815',
})

test('the same words refused as a repeat are ours that stand there, unless they are old', async () => {
  const site = (there: object[]): Io =>
    serve({}, ({ method, url }) => {
      if (method === 'POST') return refused('comment_duplicate', 409)
      return { body: url.searchParams.has('parent') ? there : { id: 812, post: 40, status: 'approved' } }
    }).io
  await expect(wordpress.reply(site([own('Ships Monday')]), input)).resolves.toMatchObject({ externalId: 'blog.example/comment/815' })
  await expect(wordpress.reply(site([own('Ships Monday', '2026-11-02T11:59:59')]), input)).rejects.toMatchObject({ kind: 'unavailable' })
  await expect(wordpress.reply(site([]), input)).rejects.toMatchObject({ kind: 'unavailable', notSent: false })
})

test('words are sent as HTML that says the same, and what does not fit then is refused before', async () => {
  const { io, calls } = serve({}, ({ method }) => ({ body: method === 'POST' ? own('a &lt;b&gt; &amp; c') : { id: 812, post: 41 } }))
  const sent = await wordpress.reply(io, { ...input, text: 'a <b> & c' })
  expect(calls.at(-1)?.body).toEqual({ post: 41, parent: 812, content: 'a &lt;b&gt; &amp; c' })
  expect(sent.facts).toMatchObject([{ text: 'a <b> & c' }])
  calls.length = 0
  const long = wordpress.reply(io, { ...input, text: '&'.repeat(20_000) })
  await expect(long).rejects.toMatchObject({ kind: 'rejected', notSent: true })
  expect(calls).toEqual([])
})

test('a target in the trash gets no reply', async () => {
  const { io, calls } = serve({}, () => ({ body: { id: 812, post: 40, status: 'trash' } }))
  await expect(wordpress.reply(io, input)).rejects.toMatchObject({ kind: 'gone', notSent: true })
  expect(calls.map(({ method }) => method)).toEqual(['GET'])
})

test('a site without a trash deletes for good, and what is gone already is gone', async () => {
  const { io, calls } = serve({}, ({ url }) =>
    url.searchParams.has('force') ? { body: { deleted: true } } : refused('rest_trash_not_supported', 501),
  )
  await wordpress.remove!(io, { externalId: target.externalId, ref: {} })
  expect(calls.map(({ method, url }) => [method, url.searchParams.get('force')])).toEqual([
    ['DELETE', null],
    ['DELETE', 'true'],
  ])
  const gone = serve({}, () => refused('rest_already_trashed', 410))
  await expect(wordpress.remove!(gone.io, { externalId: target.externalId, ref: {} })).resolves.toBeUndefined()
})

test('an empty page, or one that does not exist, is the end of the list', async () => {
  for (const end of [{ body: [] }, refused('rest_comment_invalid_page', 400), refused('rest_invalid_param', 400)]) {
    const { io } = serve({}, ({ url }) => (url.searchParams.get('page') === '1' ? { body: [own('one')] } : end))
    const { pages, trouble, cursor } = await wordpress.poll(io, { cursor: null, posts: [], open: [] })
    expect(trouble).toBeUndefined()
    expect(pages.length).toBeGreaterThan(0)
    expect(cursor).toMatchObject({ comment: '815' })
  }
})

test('the same number on two sites, or of a post and a comment, is not the same thing', () => {
  const comment = { id: 40, post: 40, parent: 0, author: 3, type: 'comment', content: { raw: 'x' } }
  const delivery: RawDelivery = { kind: 'comments', request: {}, body: JSON.stringify([comment]), receivedAt: '2026-11-22T12:00:00.000Z' }
  const [here] = wordpress.normalize(delivery, self).facts
  const [there] = wordpress.normalize(delivery, { ...self, settings: { home: 'shop.example' } }).facts
  expect(here).toMatchObject({ externalId: 'blog.example/comment/40', parentExternalId: 'blog.example/post/40', ours: true })
  expect(there).toMatchObject({ externalId: 'shop.example/comment/40', ours: false })
})

test('a post is announced by its number or its short address', () => {
  const { postId } = wordpress
  expect(postId!({ externalId: '40' }, self)).toBe('blog.example/post/40')
  expect(postId!({ externalId: 'blog.example/post/40' }, self)).toBe('blog.example/post/40')
  expect(postId!({ url: 'https://blog.example/?p=40' }, self)).toBe('blog.example/post/40')
  for (const given of [{ externalId: 'x' }, { url: 'https://blog.example/blue-one/' }, {}]) expect(postId!(given, self)).toBeNull()
})

test('a reply that somebody on the site approves first is pending', async () => {
  const world = await openSandboxWorld(wordpress)
  onTestFinished(() => world.close())
  const post = world.post('Open')
  const comment = world.comment('Ana', 'May I?', post)
  const { io } = world
  const there = { ...target, externalId: comment, postExternalId: post, ref: {} }
  const calls: string[] = []
  const held: Io = {
    ...io,
    fetch: async (url, init) => {
      const answer = await io.fetch(url, init)
      calls.push(init?.method ?? 'GET')
      if (init?.method !== 'POST') return answer
      return new Response(JSON.stringify({ ...((await answer.json()) as object), status: 'hold' }), { status: 201 })
    },
  }
  await expect(wordpress.reply(held, { ...input, target: there })).resolves.toMatchObject({
    pending: expect.stringContaining('approval') as string,
  })
  expect(calls).toEqual(['GET', 'POST'])
})

test('what waited for approval and was approved on the site is shown again, without being asked for by its id', async () => {
  const world = await openSandboxWorld(wordpress)
  onTestFinished(() => world.close())
  const post = world.post('Open')
  const comment = world.comment('Ana', 'My first one here', post)
  const hiddenBy = async (): Promise<unknown[]> => {
    const { pages } = await wordpress.poll(world.io, { cursor: null, posts: [], open: [] })
    const facts = pages.flatMap((page) => wordpress.normalize({ ...page, receivedAt: input.createdAt }, world.io.self).facts)
    return facts.flatMap((fact) => (fact.fact === 'hidden' && fact.externalId === comment ? [fact.hidden] : []))
  }
  await wordpress.hide!(world.io, { externalId: comment, ref: {}, hidden: true })
  expect(await hiddenBy()).toEqual([true])
  await wordpress.hide!(world.io, { externalId: comment, ref: {}, hidden: false })
  expect(await hiddenBy()).toEqual([false])
})

test('to who may not moderate, what is shown no longer is hidden, and no reason to connect again', async () => {
  const site = (status: number) =>
    serve({ moderates: 'no' }, ({ url }) => {
      if (url.pathname.endsWith('/me')) return me(false)
      return url.pathname.endsWith('/812') ? refused('rest_cannot_read', status) : { body: [] }
    })
  const read = (io: Io) => wordpress.poll(io, { cursor: null, posts: [], open: [{ externalId: target.externalId }] })
  const { pages, trouble } = await read(site(403).io)
  expect(trouble).toBeUndefined()
  const facts = pages.flatMap((page) => wordpress.normalize({ ...page, receivedAt: input.createdAt }, self).facts)
  expect(facts).toEqual([{ fact: 'hidden', externalId: target.externalId, hidden: true, platformAt: null }])
  await expect(read(site(401).io)).rejects.toMatchObject({ kind: 'reauthorize' })
})

test('a site that takes a revoked password for none is not read on as if all were well', async () => {
  const { io } = serve({ moderates: 'no' }, ({ url }) => (url.pathname.endsWith('/me') ? refused('rest_not_logged_in', 401) : { body: [] }))
  await expect(wordpress.poll(io, { cursor: null, posts: [], open: [] })).rejects.toMatchObject({ kind: 'reauthorize' })
})

test('words with a backslash, which a site takes twice, are there once', async () => {
  const world = await openSandboxWorld(wordpress)
  onTestFinished(() => world.close())
  const post = world.post('Open')
  const there = { ...target, externalId: world.comment('Ana', 'Where is the file?', post), postExternalId: post, ref: {} }
  const again = { ...input, target: there, text: 'In C:\\new\\table', createdAt: world.io.now().toISOString() }
  const first = await wordpress.reply(world.io, again)
  await expect(wordpress.reply(world.io, again)).resolves.toMatchObject({ externalId: first.externalId })
  expect(world.repliesSaying('table')).toHaveLength(1)
  const unread: Io = {
    ...world.io,
    fetch: (url, init) => (String(url).includes('parent=') ? Promise.reject(new Error('reset')) : world.io.fetch(url, init)),
  }
  await expect(wordpress.reply(unread, again)).rejects.toMatchObject({ kind: 'unavailable', notSent: true })
})
