import { describe, expect, test } from 'vitest'
import type { Fact } from '@answerback/core/facts'
import type { Io, PollInput, ReplyTarget } from '../platform.ts'
import { reddit } from './adapter.ts'
import { refusalOf } from './failure.ts'

type Call = { method: string; path: string; query: Record<string, string>; form: Record<string, string>; headers: Headers }
type Answer = (call: Call) => { status?: number; json?: unknown; headers?: Record<string, string> } | undefined

const now = new Date('2026-11-22T12:00:00.000Z')
const credentials = {
  clientId: 'c',
  clientSecret: 's',
  username: 'Brand',
  refreshToken: 'r',
  accessToken: 'one',
  expiresAt: '2026-11-22T13:00:00.000Z',
}
const listing = (children: unknown[] = [], after: string | null = null) => ({ kind: 'Listing', data: { after, children } })

/** A Reddit that answers as told; what nobody answers is an empty listing. */
function pretend(answer: Answer, more: Record<string, string> = {}) {
  const calls: Call[] = []
  const saved: Record<string, string>[] = []
  const io: Io = {
    fetch: async (input, init) => {
      const url = new URL(String(input))
      const call = {
        method: init?.method ?? 'GET',
        path: url.pathname,
        query: Object.fromEntries(url.searchParams),
        form: Object.fromEntries(new URLSearchParams(String(init?.body ?? ''))),
        headers: new Headers(init?.headers),
      }
      calls.push(call)
      const { status = 200, json = listing(), headers = {} } = answer(call) ?? {}
      return new Response(JSON.stringify(json), { status, headers })
    },
    now: () => now,
    settings: { apiUrl: 'https://reddit.test' },
    credentials: { ...credentials, ...more },
    save: async (renewed) => {
      saved.push(renewed)
      io.credentials = renewed
    },
    self: { accountId: 'brand', handle: 'Brand', ownedIds: ['brand'], host: 'reddit.test' },
  }
  return { io, calls, saved }
}

const comment = (id: string, body: string, more: object = {}) => ({
  kind: 't1',
  data: {
    id,
    name: `t1_${id}`,
    body,
    author: 'kai',
    parent_id: 't3_p1',
    link_id: 't3_p1',
    permalink: `/r/acme/comments/p1/launch/${id}/`,
    created_utc: now.getTime() / 1000 - 60,
    ...more,
  },
})
const post = (id: string, comments: number) => ({
  kind: 't3',
  data: { id, name: `t3_${id}`, title: `Post ${id}`, author: 'Brand', num_comments: comments, created_utc: now.getTime() / 1000 - 600 },
})
const target: ReplyTarget = {
  externalId: 't1_a',
  parentExternalId: 't3_p1',
  postExternalId: 't3_p1',
  ref: { kind: 'comment' },
  authorExternalId: 'kai',
  authorHandle: 'kai',
  private: false,
}
const input = { target, text: 'From Monday', key: 'k', createdAt: now.toISOString() }
const made = { json: { errors: [], data: { things: [comment('b', 'From Monday', { author: 'Brand', parent_id: 't1_a' })] } } }

describe('the token', () => {
  const token = { access_token: 'two', token_type: 'bearer', expires_in: 86_400, scope: '*' }

  test('is renewed by the refresh token, with the client as Basic, and says who we are', async () => {
    const { io, calls, saved } = pretend(({ path }) => ({ json: path.endsWith('access_token') ? token : made }), {
      expiresAt: '2026-11-22T12:00:10.000Z',
    })
    await reddit.reply(io, input)
    expect(calls.map(({ path, headers }) => [path, headers.get('authorization')])).toEqual([
      ['/www.reddit.com/api/v1/access_token', `Basic ${Buffer.from('c:s').toString('base64')}`],
      ['/api/comment', 'Bearer two'],
    ])
    expect(calls[0]?.form).toEqual({ grant_type: 'refresh_token', refresh_token: 'r' })
    expect(calls.every(({ headers }) => /^web:answerback\.c:v[\d.]+ \(by \/u\/Brand\)$/.test(headers.get('user-agent') ?? ''))).toBe(true)
    expect(saved).toEqual([{ ...credentials, accessToken: 'two', expiresAt: '2026-11-23T12:00:00.000Z' }])
  })

  test('of a script app is renewed by the password', async () => {
    const { io, calls } = pretend(({ path }) => ({ json: path.endsWith('access_token') ? token : made }), {
      refreshToken: '',
      password: 'p',
      expiresAt: '',
      accessToken: '',
    })
    await reddit.reply(io, input)
    expect(calls[0]?.form).toEqual({ grant_type: 'password', username: 'Brand', password: 'p' })
  })

  test.each([200, 400])('a refused grant (HTTP %i) asks for a person, and nothing was sent', async (status) => {
    const { io, calls } = pretend(({ path }) =>
      path.endsWith('access_token') ? { status, json: { error: 'invalid_grant' } } : { status: 401, json: { error: 401 } },
    )
    await expect(reddit.reply(io, input)).rejects.toMatchObject({ kind: 'reauthorize', notSent: true })
    expect(calls).toHaveLength(2)
  })
})

test('connecting refuses a login of somebody else, and keeps the name as Reddit spells it', async () => {
  const { io } = pretend(({ path }) => ({ json: path.endsWith('access_token') ? { access_token: 'two' } : { id: '9', name: 'Brand' } }))
  const given = { clientId: 'c', clientSecret: 's', username: 'u/brand', password: 'p' }
  expect(await reddit.connect.open(io, given)).toMatchObject({
    account: { externalId: 'brand', handle: 'Brand', url: 'https://www.reddit.com/user/Brand' },
    credentials: { username: 'Brand', password: 'p', accessToken: 'two' },
  })
  await expect(reddit.connect.open(io, { ...given, username: 'other' })).rejects.toMatchObject({ kind: 'rejected' })
  await expect(reddit.connect.open(io, { clientId: 'c', clientSecret: 's' })).rejects.toMatchObject({ kind: 'rejected' })
})

test.each([
  ['Take a break for 3 minutes before trying again.', undefined, 181_000],
  ['Take a break for 12 seconds before trying again.', 9, 13_000],
  ['Take a break for 500 milliseconds before trying again.', undefined, 1_500],
  ['Take a break for 2 minutes before trying again.', 178.2, 179_200],
  ['Slow down.', undefined, 60_000],
])('patience: %s', (message, ratelimit, retryAfterMs) => {
  expect(refusalOf({ json: { ratelimit, errors: [['RATELIMIT', message, 'ratelimit']] } })).toMatchObject({
    kind: 'rate_limited',
    retryAfterMs,
    notSent: true,
  })
})

describe('finding a reply', () => {
  test.each([
    ['ours', {}, 'landed'],
    ['of somebody else', { author: 'kai' }, 'unsure'],
    ['below another comment', { parent_id: 't1_z' }, 'unsure'],
    ['from long before', { created_utc: now.getTime() / 1000 - 600 }, 'unsure'],
    ['in other words', { body: 'From Tuesday' }, 'unsure'],
  ])('%s', async (_, more, found) => {
    const { io } = pretend(() => ({ json: listing([comment('b', 'From Monday', { author: 'Brand', parent_id: 't1_a', ...more })]) }))
    expect((await reddit.find(io, { ...input, since: now.toISOString() })).found).toBe(found)
  })
})

const noInput: PollInput = { cursor: null, posts: [], open: [] }

async function round(io: Io, wanted: PollInput): Promise<{ facts: Fact[]; cursor: unknown; quota: unknown }> {
  const { pages, cursor, trouble, quota } = await reddit.poll(io, wanted)
  expect(trouble).toBeUndefined()
  const facts = pages.flatMap((page) => reddit.normalize({ ...page, receivedAt: now.toISOString() }, io.self).facts)
  return { facts, cursor: JSON.parse(JSON.stringify(cursor)) as unknown, quota }
}

describe('polling', () => {
  test('goes on although the newest thing known was deleted', async () => {
    let inbox = ['c3', 'c2', 'c1']
    const { io, calls } = pretend(({ path }) =>
      path === '/message/inbox'
        ? {
            json: listing(
              inbox.map((id) => comment(id, id, { type: 'post_reply' })),
              null,
            ),
          }
        : undefined,
    )
    const first = await round(io, noInput)
    inbox = ['c4', 'c2', 'c1']
    const second = await round(io, { ...noInput, cursor: first.cursor })
    expect(second.facts.map((fact) => fact.externalId)).toContain('t1_c4')
    expect(calls.every(({ query }) => query.before === undefined)).toBe(true)
  })

  test('reads a thread again when its number of comments changed, with what its tree left out and what lies too deep', async () => {
    let count = 4
    const { io, calls } = pretend(({ path, query }) => {
      if (path.endsWith('/submitted')) return { json: listing([post('p1', count)]) }
      if (path === '/comments/p1' && query.comment === 'd1')
        return {
          json: [
            listing([post('p1', count)]),
            listing([comment('d1', 'deep', { replies: listing([comment('d2', 'deeper', { parent_id: 't1_d1' })]) })]),
          ],
        }
      if (path === '/comments/p1') {
        const more = [
          { kind: 'more', data: { parent_id: 't3_p1', children: ['m1'] } },
          { kind: 'more', data: { id: '_', parent_id: 't1_d1', children: [] } },
        ]
        return { json: [listing([post('p1', count)]), listing([comment('a', 'one'), ...more])] }
      }
      if (path.endsWith('/morechildren')) return { json: { json: { errors: [], data: { things: [comment('m1', 'left out')] } } } }
      return undefined
    })
    const first = await round(io, noInput)
    expect(first.facts.map((fact) => fact.externalId)).toEqual(expect.arrayContaining(['t3_p1', 't1_a', 't1_m1', 't1_d1', 't1_d2']))
    expect(first.facts.find((fact) => fact.externalId === 't1_m1')).toMatchObject({ kind: 'comment', postExternalId: 't3_p1' })
    const quiet = calls.length
    await round(io, { ...noInput, cursor: first.cursor })
    expect(calls.slice(quiet).filter(({ path }) => path.startsWith('/comments/'))).toEqual([])
    count = 5
    const before = calls.length
    await round(io, { ...noInput, cursor: first.cursor })
    expect(calls.slice(before).filter(({ path }) => path === '/comments/p1').length).toBeGreaterThan(0)
  })

  test('tells what is left of the window', async () => {
    const headers = { 'x-ratelimit-used': '12', 'x-ratelimit-remaining': '587.0', 'x-ratelimit-reset': '321' }
    const { io } = pretend(() => ({ headers }))
    expect((await round(io, noInput)).quota).toEqual({ left: 587, of: 599, resetAt: '2026-11-22T12:05:21.000Z' })
  })
})

test('a comment has one kind and one version, in the inbox, the thread and read again', () => {
  const self = { accountId: 'brand', handle: 'Brand', ownedIds: [], host: 'h' }
  const { data } = comment('a', 'hello u/brand')
  const { permalink: _, link_id: __, ...short } = data
  const read = (kind: string, body: unknown, request: Record<string, string> = {}) =>
    reddit
      .normalize({ kind, request, body: JSON.stringify(body), receivedAt: now.toISOString() }, self)
      .facts.find((fact) => fact.externalId === 't1_a')
  const inbox = read(
    'inbox',
    listing([{ kind: 't1', data: { ...short, context: '/r/acme/comments/p1/launch/a/?context=3', type: 'post_reply' } }]),
  )
  const tree = read('tree', [listing([post('p1', 1)]), listing([{ kind: 't1', data }])], { link: 't3_p1' })
  const info = read('info', listing([{ kind: 't1', data: { ...data, edited: false } }]), { ids: 't1_a', kinds: 'comment' })
  expect(tree).toEqual(inbox)
  expect(info).toEqual(inbox)
})
