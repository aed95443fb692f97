import { describe, expect, test } from 'vitest'
import type { Fact } from '@answerback/core/facts'
import type { FindInput, Io, PollInput, PollResult } from '../platform.ts'
import { stackExchange } from './adapter.ts'

type Asked = { method: string; url: URL; body: URLSearchParams; headers: Headers }

const now = new Date('2026-11-22T12:00:00.000Z')
const nowS = now.getTime() / 1000
const settings = { site: 'stackoverflow', origin: 'https://stackoverflow.com' }
const self = {
  accountId: 'stackoverflow/users/7',
  handle: 'Fieldnote',
  ownedIds: ['stackoverflow/users/7'],
  host: 'stackoverflow.com',
  settings,
}

function ioOf(answer: (asked: Asked) => unknown): { io: Io; asked: Asked[] } {
  const asked: Asked[] = []
  const io: Io = {
    fetch: async (url, init) => {
      const request = new Request(url, init)
      const body = new URLSearchParams(await request.text())
      const each = { method: request.method, url: new URL(request.url), body, headers: request.headers }
      asked.push(each)
      const given = answer(each)
      return given instanceof Response ? given : Response.json(Array.isArray(given) ? { items: given, has_more: false } : given)
    },
    now: () => now,
    settings,
    credentials: { key: 'key-1', accessToken: 'token-1' },
    save: async (credentials) => void (io.credentials = credentials),
    self,
  }
  return { io, asked }
}

const comment = (id: number, post: number, more: object = {}): object => ({
  comment_id: id,
  post_id: post,
  owner: { user_id: 22, display_name: 'Ana R' },
  body: `words ${id}`,
  creation_date: nowS - 600,
  ...more,
})
const ours = { owner: { user_id: 7, display_name: 'Fieldnote' } }
const factsOf = ({ pages }: PollResult): Fact[] =>
  pages.flatMap((page) => stackExchange.normalize({ ...page, receivedAt: now.toISOString() }, self).facts)
const again = (result: PollResult): unknown => JSON.parse(JSON.stringify(result.cursor))
const pathsOf = (asked: Asked[]): string[] => asked.map(({ url }) => url.pathname.replace('/2.3', ''))

describe('connecting', () => {
  test('asks whose token it is, on a site by its name or address; the token never stands in an address', async () => {
    const { io, asked } = ioOf(() => [{ user_id: 7, display_name: 'Fieldnote', link: 'https://superuser.com/users/7/fieldnote' }])
    for (const site of ['superuser', 'https://superuser.com/', 'SuperUser.com/questions'])
      expect(await stackExchange.connect.open(io, { site, key: 'key-1', accessToken: 'token-1' })).toMatchObject({
        account: { externalId: 'superuser/users/7', name: 'Fieldnote' },
        settings: { site: 'superuser', origin: 'https://superuser.com' },
      })
    for (const { url, headers } of asked) {
      expect(url.href).not.toContain('token-1')
      expect(headers.get('x-api-access-token')).toBe('token-1')
    }
    const never = ioOf(() => [])
    await expect(stackExchange.connect.open(never.io, { site: 'superuser', key: 'k', accessToken: 't' })).rejects.toMatchObject({
      kind: 'rejected',
      message: expect.stringContaining('never on superuser'),
    })
  })
})

describe('a poll', () => {
  test('reads posts of all times together, new ones to their end, and then only down to what is known', async () => {
    const comments = [comment(31, 201), comment(30, 101)]
    const { io, asked } = ioOf(({ url }) => {
      if (url.pathname.endsWith('/me/posts'))
        return [
          { post_id: 102, post_type: 'answer', ...ours, creation_date: nowS - 900 },
          { post_id: 101, post_type: 'question', ...ours, creation_date: 1_600_000_000 },
        ]
      if (url.pathname.endsWith('/answers'))
        return [{ answer_id: 201, question_id: 101, creation_date: nowS - 700, owner: { user_id: 22 } }]
      return url.pathname.endsWith('/comments') ? comments : []
    })
    const first = await stackExchange.poll(io, { cursor: null, posts: [], open: [] })
    expect(pathsOf(asked)).toEqual(['/me/posts', '/me/mentioned', '/questions/101/answers', '/posts/201;102;101/comments'])
    expect(factsOf(first)).toMatchObject([
      { fact: 'post', externalId: 'stackoverflow/posts/102' },
      { fact: 'post', externalId: 'stackoverflow/posts/101' },
      { externalId: 'stackoverflow/posts/201', kind: 'comment' },
      {
        externalId: 'stackoverflow/comments/31',
        kind: 'reply',
        parentExternalId: 'stackoverflow/posts/201',
        postExternalId: 'stackoverflow/posts/101',
      },
      { externalId: 'stackoverflow/comments/30', kind: 'comment', parentExternalId: 'stackoverflow/posts/101' },
    ])
    comments.unshift(comment(32, 102))
    const second = await stackExchange.poll(io, { cursor: again(first), posts: [], open: [] })
    expect(asked).toHaveLength(8)
    expect(factsOf(second).map(({ externalId }) => externalId)).toContain('stackoverflow/comments/32')
  })

  test('re-reads open messages a hundred at once, as what they were; what does not come is gone', async () => {
    const { io, asked } = ioOf(({ url }) => (url.pathname.endsWith('/comments/9') ? [comment(9, 500)] : []))
    const open: PollInput['open'] = [
      { externalId: 'stackoverflow/comments/8', ref: { post: '101' } },
      { externalId: 'stackoverflow/comments/9', ref: { post: '500', mentioned: 'yes' } },
      { externalId: 'stackoverflow/posts/201', ref: { post: '201', question: '101' } },
    ]
    const result = await stackExchange.poll(io, { cursor: null, posts: [], open })
    expect(pathsOf(asked).slice(-3)).toEqual(['/comments/8', '/comments/9', '/answers/201'])
    expect(factsOf(result)).toMatchObject([
      { fact: 'removal', externalId: 'stackoverflow/comments/8' },
      { fact: 'message', externalId: 'stackoverflow/comments/9', kind: 'mention' },
      { fact: 'removal', externalId: 'stackoverflow/posts/201' },
    ])
  })

  test('waits as long as it is told, asks a method no more that told so, and goes slower when few calls are left', async () => {
    const page = (page: string | null): object[] => [comment(page === '1' ? 50 : 49, 101)]
    const { io, asked } = ioOf(({ url }) => {
      if (url.pathname.endsWith('/me/posts')) return [{ post_id: 101, post_type: 'answer', ...ours, creation_date: nowS }]
      if (!url.pathname.endsWith('/comments')) return []
      return { items: page(url.searchParams.get('page')), has_more: true, backoff: 600, quota_remaining: 400, quota_max: 10_000 }
    })
    const result = await stackExchange.poll(io, { cursor: null, posts: [], open: [] })
    expect(pathsOf(asked).filter((path) => path.endsWith('/comments'))).toHaveLength(1)
    expect(result).toMatchObject({ waitMs: 600_000, quota: { left: 400, of: 10_000 }, trouble: { kind: 'rate_limited' } })
    expect(factsOf(result).map(({ externalId }) => externalId)).toContain('stackoverflow/comments/50')
  })
})

describe('a first reading', () => {
  const dayS = 86_400
  const backTo = new Date((nowS - 30 * dayS) * 1000).toISOString()
  const questions = (count: number): object[] =>
    Array.from({ length: count }, (_, index) => ({
      post_id: 1_000 - index,
      post_type: 'question',
      ...ours,
      creation_date: nowS - index * dayS,
    }))
  const page = (all: object[], url: URL): object => {
    const end = Number(url.searchParams.get('page')) * 100
    return { items: all.slice(end - 100, end), has_more: all.length > end }
  }
  const pagesOf = (asked: Asked[], end: string): string[] =>
    asked.flatMap(({ url }) => (url.pathname.endsWith(end) ? [url.searchParams.get('page')!] : []))

  test('that was told to wait goes on back to the same day, and no further', async () => {
    let busy = true
    const { io, asked } = ioOf(({ url }) => {
      if (url.pathname.endsWith('/me/posts')) return page(questions(150), url)
      if (!url.pathname.endsWith('/comments')) return []
      const [newest] = url.pathname.split('/posts/')[1]!.split(';')
      const all = Array.from({ length: 500 }, (_, index) =>
        comment(Number(newest) * 1_000 - index, Number(newest), { creation_date: nowS - Math.floor(index * 0.2 * dayS) }),
      )
      return { ...page(all, url), ...(busy && { backoff: 10 }) }
    })
    const first = await stackExchange.poll(io, { cursor: null, backTo, posts: [], open: [] })
    expect(first.trouble).toMatchObject({ kind: 'rate_limited' })
    busy = false
    asked.length = 0
    const second = await stackExchange.poll(io, { cursor: again(first), posts: [], open: [] })
    // Two hundreds of posts, each with 150 comments since then.
    expect(pagesOf(asked, '/comments')).toEqual(['1', '2', '1', '2'])
    const posts = [{ externalId: 'stackoverflow/posts/1000', ref: { type: 'question' }, whole: true as const }]
    const third = await stackExchange.poll(io, { cursor: again(second), posts, open: [] })
    expect(third.read).toEqual(['stackoverflow/posts/1000'])
  })

  test('that takes more calls than a round may make goes on in the next, back to the same day', async () => {
    const { io, asked } = ioOf(({ url }) => {
      if (url.pathname.endsWith('/me/posts')) return page(questions(500), url)
      if (!url.pathname.endsWith('/comments')) return []
      const newest = Number(url.pathname.split('/posts/')[1]!.split(';')[0])
      const all = Array.from({ length: 2_500 }, (_, index) =>
        comment(newest * 10_000 - index, newest, { creation_date: nowS - Math.floor((index / 1_750) * 30 * dayS) }),
      )
      return page(all, url)
    })
    const first = await stackExchange.poll(io, { cursor: null, backTo, posts: [], open: [] })
    expect(first.trouble).toBeUndefined()
    asked.length = 0
    await stackExchange.poll(io, { cursor: again(first), posts: [], open: [] })
    const rest = asked.filter(({ url }) => url.pathname.includes('/posts/600;'))
    expect(pagesOf(rest, '/comments').at(-1)).toBe('18')
  })
})

test('an address that is shown short is read whole; one with words of its own stays behind them', () => {
  const link = (href: string, shown: string): string => `<a href="${href}" rel="nofollow">${shown}</a>`
  const body = [
    link('https://example.org/shipping', 'example.org/shipping'),
    link('https://example.org/a/b/c', 'example.org/a/…'),
    link('https://example.org/d', 'here'),
  ]
  const page = {
    kind: 'comments',
    request: { site: 'stackoverflow' },
    body: JSON.stringify({ items: [comment(1, 101, { body: body.join(' ') })] }),
  }
  expect(stackExchange.normalize({ ...page, receivedAt: now.toISOString() }, self).facts).toMatchObject([
    { text: 'https://example.org/shipping https://example.org/a/b/c here (https://example.org/d)' },
  ])
})

test('a post that is to be read whole is said to be so once its answers, and all comments, were read to their end', async () => {
  let broken = true
  const { io, asked } = ioOf(({ url }) => {
    if (url.pathname.endsWith('/answers')) return [{ answer_id: 201, question_id: 101, owner: { user_id: 22 }, creation_date: nowS - 900 }]
    if (!url.pathname.endsWith('/comments')) return []
    return broken ? new Response('{"error_id":500,"error_name":"internal_error"}', { status: 400 }) : [comment(301, 201)]
  })
  const posts = [{ externalId: 'stackoverflow/posts/101', ref: { type: 'question' }, whole: true as const }]
  const first = await stackExchange.poll(io, { cursor: { v: 1, begun: true }, posts, open: [] })
  expect(first.read).toEqual([])
  broken = false
  const second = await stackExchange.poll(io, { cursor: again(first), posts, open: [] })
  expect(second.read).toEqual(['stackoverflow/posts/101'])
  expect(asked.at(-1)!.url.pathname).toMatch(/^\/2\.3\/posts\/(101;201|201;101)\/comments$|mentioned$/)
  const third = await stackExchange.poll(io, { cursor: again(second), posts: [], open: [] })
  expect('read' in third).toBe(false)
})

describe('a reply', () => {
  const target = {
    externalId: 'stackoverflow/comments/30',
    parentExternalId: 'stackoverflow/posts/101',
    postExternalId: 'stackoverflow/posts/101',
    ref: { post: '101' },
    authorExternalId: 'stackoverflow/users/22',
    authorHandle: 'AnaR',
    private: false,
  }
  const wanted: FindInput = { target, text: 'Yes, with a warm iron', key: 'k', createdAt: now.toISOString(), since: now.toISOString() }

  test('names who it is for, on the post where they stand, and is found by its words', async () => {
    let there: object[] = []
    const { io, asked } = ioOf(({ method, url, body }) => {
      if (url.pathname.endsWith('/comments/30')) return [comment(30, 101)]
      if (method === 'POST') there = [comment(77, 101, { ...ours, body: `<p>${body.get('body')}</p>`, creation_date: nowS })]
      return there
    })
    expect((await stackExchange.find(io, wanted)).found).toBe('unsure')
    const sent = await stackExchange.reply(io, wanted)
    expect(sent).toMatchObject({
      externalId: 'stackoverflow/comments/77',
      url: 'https://stackoverflow.com/posts/comments/77',
      facts: [
        {
          ours: true,
          parentExternalId: 'stackoverflow/posts/101',
          tagsExternalId: 'stackoverflow/users/22',
          text: '@AnaR Yes, with a warm iron',
        },
      ],
    })
    const post = asked.find(({ method }) => method === 'POST')!
    expect(post.url.pathname).toBe('/2.3/posts/101/comments/add')
    expect(Object.fromEntries(post.body)).toMatchObject({
      body: '@AnaR Yes, with a warm iron',
      site: 'stackoverflow',
      key: 'key-1',
      access_token: 'token-1',
      preview: 'false',
    })
    expect(await stackExchange.find(io, wanted)).toMatchObject({ found: 'landed', sent: { externalId: 'stackoverflow/comments/77' } })
  })

  test('to what was deleted is not written; the same words twice may stand there; a refusal says why', async () => {
    const gone = ioOf(() => [])
    await expect(stackExchange.reply(gone.io, wanted)).rejects.toMatchObject({ kind: 'gone' })
    expect(gone.asked).toHaveLength(1)
    const refusing = (error_id: number, error_message: string): Io =>
      ioOf(({ method }) =>
        method === 'POST' ? Response.json({ error_id, error_name: 'x', error_message }, { status: 400 }) : [comment(30, 101)],
      ).io
    await expect(stackExchange.reply(refusing(409, 'duplicate'), wanted)).rejects.toMatchObject({ kind: 'unavailable', notSent: false })
    await expect(stackExchange.reply(refusing(407, 'You need 50 reputation'), wanted)).rejects.toMatchObject({
      kind: 'rejected',
      message: 'You need 50 reputation',
    })
  })
})
