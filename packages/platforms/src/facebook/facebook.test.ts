import { describe, expect, onTestFinished, test } from 'vitest'
import { Reader } from '../conformance/reader.ts'
import type { World } from '../conformance/world.ts'
import type { Io, PollInput } from '../platform.ts'
import { openSandboxWorld } from '../../test/sandbox-world.ts'
import { facebook } from './adapter.ts'

const self = { accountId: '1100220033', handle: 'fieldnote', ownedIds: ['1100220033'], host: '' }
const open = async (): Promise<World> => {
  const world = await openSandboxWorld(facebook)
  onTestFinished(() => world.close())
  return world
}

describe('handshake', () => {
  const challenge = (verifyToken: string, query: Record<string, string | undefined>): string | null =>
    facebook.webhook!.challenge({ secret: 'app_secret', verifyToken }, query)?.body ?? null
  test('gives the challenge back for the right token, in both spellings', () => {
    expect(challenge('secret', { 'hub.mode': 'subscribe', 'hub.verify_token': 'secret', 'hub.challenge': '1158201444' })).toBe('1158201444')
    expect(challenge('secret', { hub_mode: 'subscribe', hub_verify_token: 'secret', hub_challenge: '1' })).toBe('1')
  })
  test('refuses anything else', () => {
    const right = { 'hub.mode': 'subscribe', 'hub.verify_token': 'secret', 'hub.challenge': '1' }
    for (const change of [
      { 'hub.mode': 'unsubscribe' },
      { 'hub.verify_token': 'Secret' },
      { 'hub.verify_token': undefined },
      { 'hub.challenge': undefined },
    ]) {
      expect(challenge('secret', { ...right, ...change })).toBeNull()
    }
    expect(challenge('', { ...right, 'hub.verify_token': '' })).toBeNull()
    expect(challenge('secret', { ...right, 'hub.verify_token': ['secret'] as unknown as string })).toBeNull()
  })
})

test('an answer to a reply goes below the comment above it, never below the post', async () => {
  const world = await open()
  const reader = new Reader(facebook, world)
  const comment = world.comment('Ana', 'Spain?', world.post('Our post'))
  const below = world.comment('Bo', 'me too', comment)
  await reader.poll()
  const createdAt = world.io.now().toISOString()
  const input = { target: reader.target(below), text: 'Both of you: yes', key: 'k', createdAt }
  const sent = await facebook.reply(world.io, input)
  expect(world.parentOf(sent.externalId)).toBe(comment)
  expect(await facebook.find(world.io, { ...input, since: createdAt })).toMatchObject({ found: 'landed' })
  // The place is found without our own notes too.
  const bare = { ...input, target: { ...input.target, ref: {} }, text: 'Again: yes' }
  expect(world.parentOf((await facebook.reply(world.io, bare)).externalId)).toBe(comment)
})

test('the same words a while ago are another reply', async () => {
  const world = await open()
  const reader = new Reader(facebook, world)
  const comment = world.comment('Ana', 'Spain?', world.post('Our post'))
  world.answer('Thank you', comment)
  await reader.poll()
  const later = new Date(world.io.now().getTime() + 120_000).toISOString()
  expect(
    await facebook.find(world.io, { target: reader.target(comment), text: 'Thank you', key: 'k', createdAt: later, since: later }),
  ).toEqual({ found: 'unsure' })
})

type Answer = { status?: number; body: unknown }

/** A Graph API that answers by the path and the query. */
function ioAnswering(answer: (path: string, query: URLSearchParams) => Answer, asked: string[] = []): Io {
  const fetch = async (url: string | URL | Request): Promise<Response> => {
    const { pathname, searchParams } = new URL(url instanceof Request ? url.url : url)
    asked.push(`${pathname}?${searchParams.toString()}`)
    const { status = 200, body } = answer(pathname.replace('/v25.0/', ''), searchParams)
    return new Response(JSON.stringify(body), { status })
  }
  const settings = { pageId: self.accountId, apiUrl: 'https://graph.test' }
  return {
    fetch,
    now: () => new Date('2026-11-22T12:00:00Z'),
    settings,
    credentials: { accessToken: 'EAA', appSecret: 'secret' },
    save: async () => {},
    self,
  }
}

const none: PollInput = { cursor: null, posts: [], open: [] }
const comment = (id: string): object => ({ id, from: { id: '24', name: 'Ana' }, message: id, created_time: '2026-11-22T11:00:00+0000' })
const refusal = (field: string): Answer => ({
  status: 400,
  body: { error: { code: 100, message: `(#100) Tried accessing nonexisting field (${field}) on node type (Comment)` } },
})

test('a refused field is left out and empties nothing; the cursor remembers it', async () => {
  const asked: string[] = []
  const io = ioAnswering((path, query) => {
    for (const field of ['user_likes', 'full_picture']) if (query.get('fields')?.includes(field)) return refusal(field)
    return {
      body: path.endsWith('feed')
        ? { data: [{ id: '1100220033_5', from: { id: self.accountId }, comments: { data: [comment('5_1')] } }] }
        : { data: [] },
    }
  }, asked)
  const first = await facebook.poll(io, none)
  expect(first.pages.map((page) => page.resource)).toEqual(['feed:0'])
  expect(first.trouble).toBeUndefined()
  asked.length = 0
  await facebook.poll(io, { ...none, cursor: JSON.parse(JSON.stringify(first.cursor)) })
  expect(asked).toHaveLength(1)
  expect(asked[0]).not.toContain('user_likes')
})

test('the token travels in a header alone, with the proof when there is an app secret', async () => {
  const asked: string[] = []
  await facebook.poll(
    ioAnswering(() => ({ body: { data: [] } }), asked),
    none,
  )
  expect(asked.join(' ')).not.toContain('EAA')
  expect(asked.every((url) => /appsecret_proof=[0-9a-f]{64}/.test(url))).toBe(true)
})

test('the first poll asks for ninety days of posts, the next ones for a fortnight', async () => {
  const asked: string[] = []
  const io = ioAnswering(() => ({ body: { data: [] } }), asked)
  const { cursor } = await facebook.poll(io, none)
  await facebook.poll(io, { ...none, cursor })
  const days = asked
    .filter((url) => url.includes('/feed?'))
    .map((url) => (io.now().getTime() / 1000 - Number(new URLSearchParams(url.split('?')[1]).get('since'))) / 86_400)
  expect(days).toEqual([90, 14])
})

test('a next page elsewhere is asked for here, without what it says about tokens', async () => {
  const asked: string[] = []
  const io = ioAnswering((_, query) => {
    const next = 'https://evil.example/v25.0/1100220033/feed?after=c1&access_token=stolen&fields=id'
    return { body: { data: [{ id: '1100220033_5' }], ...(query.has('after') ? {} : { paging: { next } }) } }
  }, asked)
  await facebook.poll(io, {
    ...none,
    cursor: { v: 1, deepAt: Date.parse('2026-11-22T11:59:00Z'), lastAt: Date.parse('2026-11-22T11:59:00Z') },
  })
  expect(asked.map((url) => new URLSearchParams(url.split('?')[1]).get('after'))).toEqual([null, 'c1'])
  expect(asked.join(' ')).not.toContain('stolen')
})

test('an absence is not believed while comments cannot be read', async () => {
  const gone = { status: 400, body: { error: { code: 100, error_subcode: 33, message: 'gone' } } }
  const open = [{ externalId: '5_1' }]
  const posts = [{ externalId: '1100220033_5', ref: {} }]
  const unreadable = ioAnswering((path, query) => {
    if (query.get('fields')?.includes('comments.')) return refusal('comments')
    return path.endsWith('feed') ? { body: { data: [{ id: '1100220033_5', from: { id: self.accountId } }] } } : gone
  })
  expect((await facebook.poll(unreadable, { ...none, posts, open })).pages.map((page) => page.kind)).toEqual(['feed'])
  const readable = ioAnswering((path) =>
    path.endsWith('feed') ? { body: { data: [{ id: '1100220033_5', from: { id: self.accountId } }] } } : gone,
  )
  const { pages } = await facebook.poll(readable, { ...none, posts, open })
  expect(pages.flatMap((page) => facebook.normalize({ ...page, receivedAt: '2026-11-22T12:00:00.000Z' }, self).facts)).toContainEqual({
    fact: 'removal',
    externalId: '5_1',
    by: 'unknown',
    platformAt: null,
  })
})

test('more comments than one poll may read are read by the next ones, to the last', async () => {
  const total = 150
  const io = ioAnswering((path, query) => {
    if (path.endsWith('/feed')) {
      const next = 'https://graph.test/v25.0/1100220033_5/comments?after=p1'
      return {
        body: { data: [{ id: '1100220033_5', from: { id: self.accountId }, comments: { data: [comment('5_0')], paging: { next } } }] },
      }
    }
    if (!path.endsWith('/comments')) return { body: { data: [] } }
    const page = Number(query.get('after')?.slice(1))
    const next = `https://graph.test/v25.0/1100220033_5/comments?after=p${page + 1}`
    return { body: { data: [comment(`5_${page}`)], ...(page < total - 1 ? { paging: { next } } : {}) } }
  })
  const ids = new Set<string>()
  let cursor: unknown = null
  for (let round = 0; round < 4; round += 1) {
    const result = await facebook.poll(io, { ...none, cursor })
    for (const page of result.pages)
      for (const fact of facebook.normalize({ ...page, receivedAt: '2026-11-22T12:00:00.000Z' }, self).facts)
        if (fact.fact === 'message') ids.add(fact.externalId)
    cursor = JSON.parse(JSON.stringify(result.cursor))
  }
  expect(ids.size).toBe(total)
  expect(cursor).toMatchObject({ pending: {} })
})

test('polling and webhook name the same version of the same words', () => {
  const value = {
    item: 'comment',
    verb: 'add',
    comment_id: '5_1',
    post_id: '1100220033_5',
    parent_id: '1100220033_5',
    from: { id: '24' },
    message: '5_1',
    created_time: 1795345200,
  }
  const hook = { object: 'page', entry: [{ id: self.accountId, time: 1795345201, changes: [{ field: 'feed', value }] }] }
  const at = { request: { postId: '1100220033_5' }, receivedAt: '2026-11-22T12:00:00.000Z' }
  const [pushed] = facebook.normalize({ ...at, kind: 'webhook', body: JSON.stringify(hook) }, self).facts
  const [polled] = facebook.normalize({ ...at, kind: 'comments', body: JSON.stringify({ data: [comment('5_1')] }) }, self).facts
  const { externalId, version, platformAt, parentExternalId, kind, ref } = pushed as Extract<typeof pushed, { fact: 'message' }>
  expect(polled).toMatchObject({ externalId, version, platformAt, parentExternalId, kind, ref })
})

test('a long feed comes in pieces, newest first, with all that stands below it', async () => {
  const world = await openSandboxWorld(facebook)
  onTestFinished(() => world.close())
  world.shortPages()
  const posts = Array.from({ length: 240 }, (_, index) => world.post(`Post ${index}`))
  const comments = Array.from({ length: 90 }, (_, index) => world.comment(`P${index}`, `comment ${index}`, posts[1]!))
  const reader = new Reader(facebook, world)
  reader.deaf = true
  reader.backTo = new Date(world.io.now().getTime() - 86_400_000).toISOString()
  await reader.pollOnce()
  expect([reader.facts.has(posts.at(-1)!), reader.facts.has(posts[0]!)]).toEqual([true, false])
  for (let round = 0; round < 12 && !reader.isBack; round += 1) await reader.pollOnce()
  expect(reader.isBack).toBe(true)
  expect([...posts, ...comments].filter((id) => !reader.facts.has(id))).toEqual([])
})
