import { describe, expect, test } from 'vitest'
import type { FindInput, Io, PollInput, PollResult } from '../platform.ts'
import { x } from './adapter.ts'
import { signOneA } from './sign.ts'

type Asked = { method: string; url: URL; body: string; authorization: string }
type Answer = (asked: Asked) => unknown

const now = new Date('2026-11-22T12:00:00.000Z')
const self = { accountId: '111', handle: 'AcmeCo', ownedIds: ['111'], host: 'x.com' }
const idAt = (minutesAgo: number): string => String((BigInt(now.getTime() - minutesAgo * 60_000) - 1_288_834_974_657n) << 22n)
const empty = { meta: { result_count: 0 } }

/** An io that asks `answer`; what it gives is sent as JSON, a Response as it is. */
function ioOf(answer: Answer, more: Partial<Io> = {}): { io: Io; asked: Asked[]; saved: Record<string, string>[] } {
  const asked: Asked[] = []
  const saved: Record<string, string>[] = []
  const io: Io = {
    fetch: async (url, init) => {
      const request = new Request(url, init)
      const each = {
        method: request.method,
        url: new URL(request.url),
        body: await request.text(),
        authorization: request.headers.get('authorization') ?? '',
      }
      asked.push(each)
      const given = answer(each)
      return given instanceof Response ? given : Response.json(given)
    },
    now: () => now,
    settings: {},
    credentials: { accessToken: 'token-1' },
    save: async (credentials) => {
      saved.push(credentials)
      io.credentials = credentials
    },
    self,
    ...more,
  }
  return { io, asked, saved }
}

const post = (id: string, more: Record<string, unknown> = {}): Record<string, unknown> => ({
  id,
  text: '@AcmeCo hi',
  author_id: '222',
  created_at: now.toISOString(),
  conversation_id: id,
  edit_history_tweet_ids: [id],
  ...more,
})
const page = (posts: Record<string, unknown>[], next?: string): object => ({
  data: posts,
  meta: { result_count: posts.length, ...(next && { next_token: next }) },
})
const input = (more: Partial<PollInput> = {}): PollInput => ({ cursor: null, posts: [], open: [], ...more })
const again = (result: PollResult): unknown => JSON.parse(JSON.stringify(result.cursor))

test('signs as the documents of OAuth 1.0a show it', () => {
  const secrets = {
    apiKey: 'xvz1evFS4wEEPTGEFPHBog',
    apiKeySecret: 'kAcSOqF21Fu85e7zjz7ZN2U4ZRhfV3WpwPAoE3Z7kBw',
    accessToken: '370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb',
    accessTokenSecret: 'LswwdoUaIvS8ltyTt5jkRh4J50vUPVVHtR2YPi5kE',
  }
  const url =
    'https://api.x.com/1.1/statuses/update.json?include_entities=true&status=Hello%20Ladies%20%2b%20Gentlemen%2c%20a%20signed%20OAuth%20request%21'
  const at = { now: new Date(1_318_622_958_000), nonce: 'kYjzVBB8Y0ZFabxSWbWovY3uYSQ2pTgmZeNu2VS4cg' }
  expect(signOneA(secrets, { method: 'POST', url }, at)).toContain('oauth_signature="Ls93hJiZbQ3akF3HF3x1Bz8%2FzU4%3D"')
})

describe('the token', () => {
  const credentials = { accessToken: 'old', refreshToken: 'r1', clientId: 'c', clientSecret: 's' }

  test('is renewed once when it is refused, and the new pair is kept before it is used', async () => {
    const { io, asked, saved } = ioOf(
      ({ url, authorization }) => {
        if (url.pathname === '/2/oauth2/token') return { access_token: 'new', refresh_token: 'r2', expires_in: 7200 }
        if (authorization === 'Bearer old') return new Response('{"title":"Unauthorized","status":401}', { status: 401 })
        return { data: { id: idAt(0), text: 'ok' } }
      },
      { credentials },
    )
    await x.hide!(io, { externalId: '5', ref: {}, hidden: true })
    expect(saved).toMatchObject([{ accessToken: 'new', refreshToken: 'r2', expiresAt: '2026-11-22T14:00:00.000Z' }])
    expect(asked.map(({ authorization }) => authorization)).toEqual([
      'Bearer old',
      `Basic ${Buffer.from('c:s').toString('base64')}`,
      'Bearer new',
    ])
    expect(asked[1]?.body).toBe('grant_type=refresh_token&refresh_token=r1')
  })

  test('that was used up asks for a person, and nothing was sent', async () => {
    const refused = '{"error":"invalid_request","error_description":"Value passed for the token was invalid."}'
    const { io } = ioOf(({ url }) => new Response(refused, { status: url.pathname === '/2/oauth2/token' ? 400 : 401 }), { credentials })
    const hide = x.hide!(io, { externalId: '5', ref: {}, hidden: true })
    await expect(hide).rejects.toMatchObject({ kind: 'reauthorize', notSent: true })
  })

  test('of OAuth 1.0a signs each call, and its account owns the app', async () => {
    const { io, asked } = ioOf(() => ({ data: { id: '111', username: 'AcmeCo', name: 'Acme' } }))
    const connected = await x.connect.open(io, { apiKey: 'k', apiKeySecret: 'ks', accessToken: '111-a', accessTokenSecret: 'as' })
    expect(asked[0]?.authorization).toMatch(/^OAuth oauth_consumer_key="k", .*oauth_signature="/)
    expect(connected).toMatchObject({ settings: { ownsApp: 'yes' }, cannot: ['like'], tokenExpiresAt: null, account: { handle: 'AcmeCo' } })
    const enterprise = await x.connect.open(io, { accessToken: 't', plan: 'enterprise' })
    expect(enterprise.cannot).toBeUndefined()
    await expect(x.connect.open(io, { accessToken: 't', accessTokenSecret: 's' })).rejects.toMatchObject({ kind: 'rejected' })
  })
})

describe('a poll', () => {
  test('goes on with an overlap of ten minutes, and pages on with the same question', async () => {
    const newest = idAt(1)
    const { io, asked } = ioOf(({ url }) => {
      if (!url.pathname.endsWith('/mentions')) return empty
      return url.searchParams.has('pagination_token') ? page([post(idAt(3))]) : page([post(newest)], 'p2')
    })
    const first = await x.poll(io, input())
    await x.poll(io, input({ cursor: again(first) }))
    const mentions = asked.filter(({ url }) => url.pathname.endsWith('/mentions')).map(({ url }) => Object.fromEntries(url.searchParams))
    expect(mentions.map((each) => [each.pagination_token, each.since_id])).toEqual([
      [undefined, undefined],
      ['p2', undefined],
      [undefined, String(BigInt(newest) - (600_000n << 22n))],
      ['p2', String(BigInt(newest) - (600_000n << 22n))],
    ])
    expect(mentions[0]?.start_time).toBe('2026-08-24T12:00:00.000Z')
  })

  test('stays within what it may cost, goes on below later, and pays for a post once a day', async () => {
    const ids = Array.from({ length: 12 }, (_, index) => idAt(30 + index))
    const { io } = ioOf(({ url }) => {
      if (!url.pathname.endsWith('/mentions')) return empty
      const until = url.searchParams.get('until_id')
      const since = url.searchParams.get('since_id')
      const count = Number(url.searchParams.get('max_results'))
      const from = Number(url.searchParams.get('pagination_token') ?? 0)
      const left = ids.filter((id) => (until === null || BigInt(id) < BigInt(until)) && (since === null || BigInt(id) > BigInt(since)))
      return left.length === 0
        ? empty
        : page(
            left.slice(from, from + count).map((id) => post(id)),
            from + count < left.length ? String(from + count) : undefined,
          )
    })
    const seen = new Set<string>()
    let cursor: unknown = null
    let spent = 0
    for (let round = 0; round < 4; round += 1) {
      const result = await x.poll(io, input({ cursor, maxUsd: 0.03 }))
      expect(result.spentUsd).toBeLessThanOrEqual(0.03)
      spent += result.spentUsd ?? 0
      for (const each of result.pages)
        x.normalize({ ...each, receivedAt: now.toISOString() }, self).facts.forEach(({ externalId }) => seen.add(externalId))
      cursor = again(result)
    }
    expect([...seen].toSorted()).toEqual(ids.toSorted())
    expect(spent).toBeCloseTo(0.06)
  })

  test('asks a thread only for what is new, and for all of it when the id is too old for the search', async () => {
    const root = idAt(60)
    const { io, asked } = ioOf(({ url }) => {
      if (url.pathname !== '/2/tweets/search/recent') return empty
      if (url.searchParams.has('since_id'))
        return new Response('{"title":"Invalid Request","detail":"since_id is too old"}', { status: 400 })
      return page([post(idAt(2), { conversation_id: root })])
    })
    const posts = [{ externalId: root, ref: {} }]
    const cursor = again(await x.poll(io, input({ posts })))
    io.now = () => new Date(now.getTime() + 20 * 60_000)
    const result = await x.poll(io, input({ posts, cursor }))
    const searches = asked.filter(({ url }) => url.pathname === '/2/tweets/search/recent')
    expect(searches.map(({ url }) => [url.searchParams.get('query'), url.searchParams.has('since_id')])).toEqual([
      [`conversation_id:${root}`, false],
      [`conversation_id:${root}`, true],
      [`conversation_id:${root}`, false],
    ])
    expect(result.pages.map(({ resource }) => resource)).toEqual([`thread:${root}`])
    expect(result.trouble).toBeUndefined()
  })

  test('follows an open message to its latest version, under its first id', async () => {
    const [first, second] = [idAt(9), idAt(4)]
    const history = { edit_history_tweet_ids: [first, second] }
    const { io, asked } = ioOf(({ url }) => {
      if (url.pathname !== '/2/tweets') return empty
      return {
        data: [post(url.searchParams.get('ids') ?? '', { ...history, text: url.searchParams.get('ids') === second ? 'after' : 'before' })],
      }
    })
    const { pages } = await x.poll(io, input({ open: [{ externalId: first, ref: {} }] }))
    expect(asked.flatMap(({ url }) => url.searchParams.get('ids') ?? [])).toEqual([first, second])
    const facts = pages.flatMap((each) => x.normalize({ ...each, receivedAt: now.toISOString() }, self).facts)
    expect(facts).toMatchObject([
      { externalId: first, text: 'before', version: first, editedAt: null },
      { externalId: first, text: 'after', version: second, editedAt: now.toISOString(), ref: { latestId: second } },
    ])
  })
})

describe('a reply', () => {
  const target = {
    externalId: '20',
    parentExternalId: '10',
    postExternalId: '10',
    ref: { latestId: '21' },
    authorExternalId: '222',
    authorHandle: 'kai_b',
    private: false,
  }
  const wanted: FindInput = {
    target,
    text: 'Monday: https://example.org/a',
    key: 'k',
    createdAt: now.toISOString(),
    since: now.toISOString(),
  }

  test('goes to the latest version, and a link makes it dear', async () => {
    const { io, asked } = ioOf(() => new Response(JSON.stringify({ data: { id: '30', text: '@kai_b Monday' } }), { status: 201 }))
    const sent = await x.reply(io, wanted)
    expect(JSON.parse(asked[0]?.body ?? '')).toEqual({ text: wanted.text, reply: { in_reply_to_tweet_id: '21' } })
    expect(sent).toMatchObject({ externalId: '30', url: 'https://x.com/AcmeCo/status/30', spentUsd: 0.2 })
    expect((await x.reply(io, { ...wanted, text: 'Monday' })).spentUsd).toBe(0.015)
  })

  test('is found again with the name that X puts before it and the link that X shortens', async () => {
    const own = { author_id: '111', text: '@kai_b Monday: https://t.co/x1', conversation_id: '10', in_reply_to_user_id: '222' }
    const other = post('29', { ...own, text: '@kai_b Tuesday', referenced_tweets: [{ type: 'replied_to', id: '21' }] })
    const landed = post('30', { ...own, referenced_tweets: [{ type: 'replied_to', id: '21' }] })
    const { io } = ioOf(() => page([other, landed]))
    expect(await x.find(io, wanted)).toMatchObject({ found: 'landed', sent: { externalId: '30' } })
    expect(await x.find(io, { ...wanted, text: 'Wednesday' })).toEqual({ found: 'unsure' })
  })

  test('to somebody who did not ask is refused in words that say what to do', async () => {
    const body = '{"title":"Forbidden","detail":"Reply to this conversation is not allowed","type":"about:blank","status":403}'
    const { io } = ioOf(() => new Response(body, { status: 403 }))
    await expect(x.reply(io, wanted)).rejects.toMatchObject({ kind: 'rejected', message: expect.stringContaining('Answer it on X itself') })
  })
})

test('an event of another account’s subscription goes to that account, and X’s word of a replay to nobody', () => {
  const { webhook } = x
  const event = { data: { event_uuid: '1', filter: { user_id: '999' }, event_type: 'post.delete', payload: { id: '5', author_id: '999' } } }
  expect(webhook!.entries(JSON.stringify(event), {})).toMatchObject([{ index: 0, accountExternalId: '999' }])
  expect(webhook!.entries('{"replay_job_status":{"webhook_id":"1","job_state":"Complete"}}', {})).toEqual([])
})

test('the signature of the documented kind is taken', () => {
  const at = { now, url: 'https://inbox.example/webhooks/x' }
  const headers = { 'x-twitter-webhooks-signature': 'sha256=RgUBLfcxMY9p4IskLCtHGW9zP0y1XBbPueX/xCFu94Y=' }
  expect(x.webhook!.verify('consumer-secret', headers, Buffer.from('{"data":{}}'), at)).toBe(true)
})
