import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import { Reader } from '../conformance/reader.ts'
import type { World } from '../conformance/world.ts'
import type { Io } from '../platform.ts'
import { openSandboxWorld } from '../../test/sandbox-world.ts'
import { bluesky } from './adapter.ts'
import { facetsOf, plainText } from './facets.ts'
import { tidOf } from './tid.ts'

const open = async (): Promise<World> => {
  const world = await openSandboxWorld(bluesky)
  onTestFinished(() => world.close())
  return world
}

describe('record keys', () => {
  test('are TIDs, the same on every try and different for every reply', () => {
    fc.assert(
      fc.property(
        fc.uuid(),
        fc.uuid(),
        fc.date({ min: new Date(0), max: new Date('2200-01-01'), noInvalidDate: true }),
        (one, other, date) => {
          const at = date.toISOString()
          expect(tidOf(one, at)).toMatch(/^[234567abcdefghij][234567abcdefghijklmnopqrstuvwxyz]{12}$/)
          expect(tidOf(one, at)).toBe(tidOf(one, at))
          fc.pre(one !== other)
          expect(tidOf(one, at)).not.toBe(tidOf(other, at))
        },
      ),
      { numRuns: 50 },
    )
  })
  test('sort by time', () => {
    expect(tidOf('b', '2026-11-22T10:00:00.000Z') < tidOf('a', '2026-11-22T10:00:00.001Z')).toBe(true)
  })
})

describe('facets', () => {
  const io = (known: Record<string, string>): Io => {
    const fetch = async (url: string | URL | Request): Promise<Response> => {
      const did = known[new URL(String(url)).searchParams.get('handle') ?? '']
      return did
        ? new Response(JSON.stringify({ did }))
        : new Response(JSON.stringify({ error: 'InvalidRequest', message: 'Unable to resolve handle' }), { status: 400 })
    }
    const self = { accountId: 'did:plc:brand', handle: '', ownedIds: [], host: '' }
    return {
      fetch,
      now: () => new Date(0),
      settings: { apiUrl: 'https://pds.test' },
      credentials: { accessJwt: 'a' },
      save: async () => {},
      self,
    }
  }
  const shown = (text: string, facets: Awaited<ReturnType<typeof facetsOf>>): string[] =>
    facets.map(({ index }) => Buffer.from(text).subarray(index.byteStart, index.byteEnd).toString())

  test('count UTF-8 bytes, and take people only when they resolve', async () => {
    const text = '😀 @kai.test and @nobody.test: see https://example.org/ä?b=1. (https://example.org/x)'
    const facets = await facetsOf(io({ 'kai.test': 'did:plc:kai' }), text)
    expect(shown(text, facets)).toEqual(['@kai.test', 'https://example.org/ä?b=1', 'https://example.org/x'])
    expect(facets[0]).toEqual({
      index: { byteStart: 5, byteEnd: 14 },
      features: [{ $type: 'app.bsky.richtext.facet#mention', did: 'did:plc:kai' }],
    })
  })
  test('leave addresses of mail alone', async () => {
    expect(await facetsOf(io({ 'example.org': 'did:plc:x' }), 'write to post@example.org')).toEqual([])
  })
  test('that are wrong are passed over when reading', () => {
    const link = (byteStart: number, byteEnd: number): object => ({
      index: { byteStart, byteEnd },
      features: [{ uri: 'https://example.org/long' }],
    })
    expect(plainText('see example.org/l… now', [link(4, 20)])).toBe('see https://example.org/long now')
    for (const wrong of [link(-1, 5), link(5, 900), link(9, 4), link(1.5, 3), { index: null }, null])
      expect(plainText('see example… now', [wrong])).toBe('see example… now')
  })
})

describe('sessions', () => {
  test('an expired token is refreshed once and kept', async () => {
    const world = await open()
    const { accessJwt } = world.io.credentials
    world.breakToken('expired')
    await bluesky.poll(world.io, { cursor: null, posts: [], open: [] })
    expect(world.saved()).toBe(1)
    expect(world.io.credentials.accessJwt).not.toBe(accessJwt)
    await bluesky.poll(world.io, { cursor: null, posts: [], open: [] })
    expect(world.saved()).toBe(1)
  })

  test('a dead refresh token gives the app password its turn', async () => {
    const world = await open()
    world.io.credentials = { ...world.io.credentials, accessJwt: 'spoilt', refreshJwt: 'spoilt' }
    await bluesky.poll(world.io, { cursor: null, posts: [], open: [] })
    expect(world.saved()).toBe(1)
    expect(world.io.credentials.appPassword).toBeTruthy()
  })

  test('a wrong app password asks for a person, and the reply was not sent', async () => {
    const world = await open()
    const reader = new Reader(bluesky, world)
    const comment = world.comment('Ana', 'hi', world.post('Our post'))
    await reader.poll()
    world.io.credentials = { ...world.io.credentials, accessJwt: 'spoilt', refreshJwt: 'spoilt', appPassword: 'wrong' }
    const input = { target: reader.target(comment), text: 'Yes', key: 'k', createdAt: world.io.now().toISOString() }
    await expect(bluesky.reply(world.io, input)).rejects.toMatchObject({ kind: 'reauthorize', notSent: true })
  })
})

test('a session that ends before a reply with many mentions is renewed once', async () => {
  const world = await open()
  const reader = new Reader(bluesky, world)
  const comment = world.comment('Ana', 'hi', world.post('Our post'))
  await reader.poll()
  world.breakToken('expired')
  const text = '@ana.test @bo.test @chen.test yes'
  await bluesky.reply(world.io, { target: reader.target(comment), text, key: 'k', createdAt: world.io.now().toISOString() })
  expect(world.saved()).toBe(1)
})

test('links lead to the pages of the server that is used', async () => {
  const world = await open()
  const reader = new Reader(bluesky, world)
  const comment = world.comment('Ana', 'hi', world.post('Our post'))
  await reader.poll()
  const page = await fetch(reader.message(comment).url ?? '')
  expect({ status: page.status, shown: (await page.text()).includes('Ana') }).toEqual({ status: 200, shown: true })
})

test('four tries at once leave one reply', async () => {
  const world = await open()
  const reader = new Reader(bluesky, world)
  const comment = world.comment('Ana', 'hi', world.post('Our post'))
  await reader.poll()
  const input = { target: reader.target(comment), text: 'Only once', key: 'k', createdAt: world.io.now().toISOString() }
  const sent = await Promise.all([1, 2, 3, 4].map(() => bluesky.reply(world.io, input)))
  expect(new Set(sent.map((each) => each.externalId)).size).toBe(1)
  expect(world.repliesSaying('Only once')).toHaveLength(1)
})

test('a failure before the write says that nothing was sent', async () => {
  const world = await open()
  const reader = new Reader(bluesky, world)
  const comment = world.comment('Ana', 'hi', world.post('Our post'))
  await reader.poll()
  world.fault('server_error', 'read', 1)
  const input = { target: reader.target(comment), text: 'Yes', key: 'k', createdAt: world.io.now().toISOString() }
  await expect(bluesky.reply(world.io, input)).rejects.toMatchObject({ kind: 'unavailable', notSent: true })
})

test('a reply deep in a thread keeps the root of the thread', async () => {
  const world = await open()
  const reader = new Reader(bluesky, world)
  const post = world.post('Our post')
  const below = world.comment('Bo', 'two', world.comment('Ana', 'one', post))
  await reader.poll()
  await reader.poll()
  const sent = await bluesky.reply(world.io, {
    target: reader.target(below),
    text: 'three',
    key: 'k',
    createdAt: world.io.now().toISOString(),
  })
  expect(sent.facts).toMatchObject([{ parentExternalId: below, postExternalId: post, ref: { rootUri: post } }])
  await reader.poll()
  expect(reader.message(sent.externalId)).toMatchObject({ parentExternalId: below, postExternalId: post })
})

test('the hourly reading goes a week back, under what the quick one stops at', async () => {
  const nowMs = Date.parse('2026-11-22T12:00:00Z')
  const notice = (minutesAgo: number): object => ({
    uri: `at://did:plc:c/app.bsky.feed.post/${minutesAgo}`,
    cid: 'c',
    reason: 'reply',
    record: { text: 'x' },
    author: { did: 'did:plc:c' },
    indexedAt: new Date(nowMs - minutesAgo * 60_000).toISOString(),
  })
  const pages = [
    [1, 2],
    [30, 40],
    [1500, 1600],
    [20_000, 21_000],
  ]
  const asked: string[] = []
  const queries: URLSearchParams[] = []
  const fetch = async (input: string | URL | Request): Promise<Response> => {
    const url = new URL(String(input))
    if (!url.pathname.endsWith('listNotifications')) return new Response(JSON.stringify({ feed: [] }))
    queries.push(url.searchParams)
    const page = Number(url.searchParams.get('cursor') ?? 0)
    asked.push(String(page))
    return new Response(JSON.stringify({ notifications: pages[page]?.map(notice), ...(page < 3 ? { cursor: String(page + 1) } : {}) }))
  }
  const self = { accountId: 'did:plc:brand', handle: '', ownedIds: [], host: '' }
  const io: Io = {
    fetch,
    now: () => new Date(nowMs),
    settings: { apiUrl: 'https://pds.test' },
    credentials: { accessJwt: 'a' },
    save: async () => {},
    self,
  }
  const cursor = { v: 1, highAt: nowMs - 60_000, ownHighAt: 0, backfill: null, deepAt: nowMs - 60_000, turn: 0 }
  await bluesky.poll(io, { cursor, posts: [], open: [] })
  expect(asked).toEqual(['0', '1'])
  // Left out, the account's own preference would hide people it does not follow.
  expect(queries.every((query) => query.get('priority') === 'false')).toBe(true)
  expect(queries[0]?.getAll('reasons')).toEqual(['reply', 'mention', 'quote'])
  asked.length = 0
  const { cursor: next } = await bluesky.poll(io, { cursor: { ...cursor, deepAt: nowMs - 4_000_000 }, posts: [], open: [] })
  expect(asked).toEqual(['0', '1', '0', '1', '2', '3'])
  expect(next).toMatchObject({ backfill: null, deepAt: nowMs })
})
