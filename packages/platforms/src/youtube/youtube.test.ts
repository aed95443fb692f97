import { describe, expect, test } from 'vitest'
import type { Fact } from '@answerback/core/facts'
import type { Io, PollInput, ReplyTarget } from '../platform.ts'
import { youtube } from './adapter.ts'

type Call = { method: string; path: string; query: Record<string, string>; body: string; authorization: string | null }
type Answer = (call: Call) => { status?: number; json?: unknown } | undefined

const now = new Date('2026-11-22T12:00:00.000Z')
const credentials = { clientId: 'c', clientSecret: 's', refreshToken: 'r', accessToken: 'one', expiresAt: '2026-11-22T13:00:00.000Z' }

/** A YouTube that answers as told; what nobody answers is an empty list. */
function tube(answer: Answer, more: Partial<Io['credentials']> = {}) {
  const calls: Call[] = []
  const saved: Record<string, string>[] = []
  const io: Io = {
    fetch: async (input, init) => {
      const url = new URL(String(input))
      const headers = new Headers(init?.headers)
      const call = {
        method: init?.method ?? 'GET',
        path: url.pathname,
        query: Object.fromEntries(url.searchParams),
        body: String(init?.body ?? ''),
        authorization: headers.get('authorization'),
      }
      calls.push(call)
      const { status = 200, json = { items: [] } } = answer(call) ?? {}
      return new Response(status === 204 ? null : JSON.stringify(json), { status })
    },
    now: () => now,
    settings: { apiUrl: 'https://youtube.test' },
    credentials: { ...credentials, ...more } as Record<string, string>,
    save: async (renewed) => {
      saved.push(renewed)
      io.credentials = renewed
    },
    self: { accountId: 'UC1', handle: 'brand', ownedIds: ['UC1'], host: 'youtube.test' },
  }
  return { io, calls, saved }
}

const refused = (code: number, reason: string) => ({ status: code, json: { error: { code, message: reason, errors: [{ reason }] } } })
const at = '2026-11-22T11:00:00Z'
const comment = (id: string, text: string, author = 'UC9') => ({
  id,
  snippet: { textDisplay: text, authorDisplayName: '@ana', authorChannelId: { value: author }, publishedAt: at, updatedAt: at },
})
const thread = (id: string, total = 0, videoId = 'VID') => ({
  id,
  snippet: { videoId, totalReplyCount: total, topLevelComment: comment(id, `words of ${id}`) },
})
const target: ReplyTarget = {
  externalId: 'UgA',
  parentExternalId: 'VID',
  postExternalId: 'VID',
  ref: { threadId: 'UgA', videoId: 'VID' },
  authorExternalId: 'UC9',
  authorHandle: 'ana',
  private: false,
}
const answerTo = (change: Partial<ReplyTarget>) => ({
  target: { ...target, ...change },
  text: 'From Monday',
  key: 'k',
  createdAt: now.toISOString(),
})

describe('the token', () => {
  const token = { access_token: 'two', expires_in: 3599, token_type: 'Bearer' }

  test('is renewed before it ends, and kept before it is used', async () => {
    const { io, calls, saved } = tube(
      ({ path }) => (path.endsWith('/token') ? { json: token } : { json: comment('UgA.1', 'From Monday', 'UC1') }),
      {
        expiresAt: '2026-11-22T12:00:30.000Z',
      },
    )
    await youtube.reply(io, answerTo({}))
    expect(calls.map((call) => [call.path, call.authorization])).toEqual([
      ['/oauth2.googleapis.com/token', null],
      ['/youtube/v3/comments', 'Bearer two'],
    ])
    expect(Object.fromEntries(new URLSearchParams(calls[0]!.body))).toEqual({
      grant_type: 'refresh_token',
      refresh_token: 'r',
      client_id: 'c',
      client_secret: 's',
    })
    expect(saved).toEqual([{ ...credentials, accessToken: 'two', expiresAt: '2026-11-22T12:59:59.000Z' }])
  })

  test('is renewed once when it is refused, whatever its time', async () => {
    const { io, saved } = tube(({ path, authorization }) =>
      path.endsWith('/token')
        ? { json: token }
        : authorization === 'Bearer two'
          ? { json: comment('UgA.1', 'x', 'UC1') }
          : refused(401, 'authError'),
    )
    await expect(youtube.reply(io, answerTo({}))).resolves.toMatchObject({ externalId: 'UgA.1' })
    expect(saved).toHaveLength(1)
  })

  test('that cannot be renewed asks for a person, and nothing was sent', async () => {
    const dead = { status: 400, json: { error: 'invalid_grant', error_description: 'Token has been expired or revoked.' } }
    const { io, calls } = tube(({ path }) => (path.endsWith('/token') ? dead : refused(401, 'authError')), { expiresAt: '' })
    await expect(youtube.reply(io, answerTo({}))).rejects.toMatchObject({ kind: 'reauthorize', notSent: true })
    expect(calls).toHaveLength(2)
  })
})

test('connecting finds the channel, by its handle, and keeps what it was given', async () => {
  const { io } = tube(({ path }) => {
    if (path.endsWith('/token')) return { json: { access_token: 'two', expires_in: 3599 } }
    return { json: { items: [{ id: 'UC1', snippet: { title: 'Brand', customUrl: '@brand' } }] } }
  })
  const { accessToken: _, expiresAt: __, ...given } = credentials
  const connected = await youtube.connect.open(io, { ...given, apiUrl: 'https://youtube.test' })
  expect(connected).toMatchObject({
    account: { externalId: 'UC1', handle: 'brand', name: 'Brand' },
    settings: { apiUrl: 'https://youtube.test' },
    credentials: { ...given, accessToken: 'two' },
  })
  const empty = tube(({ path }) => ({ json: path.endsWith('/token') ? { access_token: 'two' } : { kind: 'youtube#channelListResponse' } }))
  await expect(youtube.connect.open(empty.io, given)).rejects.toMatchObject({
    kind: 'rejected',
    message: expect.stringContaining('no YouTube channel') as string,
  })
})

describe('a reply', () => {
  test('stands below the top comment, and names whom it answers only where it answers a reply', async () => {
    const { io, calls } = tube(({ body }) => ({
      json: comment('UgA.2', (JSON.parse(body) as { snippet: { textOriginal: string } }).snippet.textOriginal, 'UC1'),
    }))
    await youtube.reply(io, answerTo({}))
    const sent = await youtube.reply(
      io,
      answerTo({ externalId: 'UgA.1', parentExternalId: 'UgA', authorHandle: 'bo', authorExternalId: 'UC8' }),
    )
    expect(calls.map((call) => JSON.parse(call.body) as unknown)).toEqual([
      { snippet: { parentId: 'UgA', textOriginal: 'From Monday' } },
      { snippet: { parentId: 'UgA', textOriginal: '@bo From Monday' } },
    ])
    expect(sent).toMatchObject({
      url: 'https://www.youtube.com/watch?v=VID&lc=UgA.2',
      facts: [{ parentExternalId: 'UgA', postExternalId: 'VID', ours: true, tagsExternalId: 'UC8', text: '@bo From Monday' }],
    })
  })

  test('of somebody else, or from long before, is not ours that landed', async () => {
    const find = (author: string, publishedAt: string) => {
      const said = comment('UgA.3', 'From Monday', author)
      const { io } = tube(() => ({ json: { items: [{ ...said, snippet: { ...said.snippet, publishedAt } }] } }))
      return youtube.find(io, { ...answerTo({}), since: now.toISOString() })
    }
    expect(await find('UC1', '2026-11-22T11:59:30Z')).toMatchObject({ found: 'landed', sent: { externalId: 'UgA.3' } })
    expect(await find('UC9', '2026-11-22T11:59:30Z')).toEqual({ found: 'unsure' })
    expect(await find('UC1', '2026-11-22T11:00:00Z')).toEqual({ found: 'unsure' })
  })
})

test('what we may not delete is rejected instead, and what is gone is gone', async () => {
  const { io, calls } = tube(({ method }) => (method === 'DELETE' ? refused(403, 'forbidden') : { status: 204 }))
  await youtube.remove!(io, { externalId: 'UgA', ref: {} })
  expect(calls.map(({ method, query }) => [method, query])).toEqual([
    ['DELETE', { id: 'UgA' }],
    ['POST', { id: 'UgA', moderationStatus: 'rejected' }],
  ])
  await expect(youtube.remove!(tube(() => refused(404, 'commentNotFound')).io, { externalId: 'UgA', ref: {} })).resolves.toBeUndefined()
})

const noInput: PollInput = { cursor: null, posts: [], open: [] }

async function round(io: Io, input: PollInput): Promise<{ facts: Fact[]; cursor: unknown }> {
  const { pages, cursor, trouble } = await youtube.poll(io, input)
  expect(trouble).toBeUndefined()
  const facts = pages.flatMap((page) => youtube.normalize({ ...page, receivedAt: now.toISOString() }, io.self).facts)
  return { facts, cursor: JSON.parse(JSON.stringify(cursor)) as unknown }
}

test('a reply below an old thread is found although no list brings it up, and asks only for what is new', async () => {
  let listed = [thread('UgOld')]
  let replies = 0
  const { io, calls } = tube(({ path, query }) => {
    if (path.endsWith('/comments')) return { json: { items: [comment('UgOld.1', 'late')] } }
    if (!path.endsWith('/commentThreads') || query.moderationStatus) return undefined
    if (query.id) return { json: { items: [thread('UgOld', replies)] } }
    return { json: { items: listed } }
  })
  const first = await round(io, noInput)
  listed = [thread('UgNew')]
  replies = 1
  const second = await round(io, { ...noInput, cursor: first.cursor })
  expect(second.facts.map((fact) => fact.externalId)).toEqual(expect.arrayContaining(['UgOld', 'UgOld.1', 'UgNew']))
  const before = calls.length
  await round(io, { ...noInput, cursor: second.cursor })
  expect(calls.slice(before).filter(({ path }) => path.endsWith('/comments'))).toEqual([])
})

test('a message that waits for review is hidden and not gone, and one let through is shown', async () => {
  let held = ['UgHeld']
  const { io } = tube(({ path, query }) => {
    if (path.endsWith('/comments'))
      return {
        json: {
          items: query
            .id!.split(',')
            .filter((id) => id === 'UgThere' || (id === 'UgHeld' && !held.includes(id)))
            .map((id) => comment(id, 'x')),
        },
      }
    if (query.moderationStatus === 'heldForReview') return { json: { items: held.map((id) => thread(id)) } }
    return undefined
  })
  const open = ['UgHeld', 'UgThere', 'UgLost'].map((externalId) => ({ externalId, ref: { videoId: 'VID' } }))
  const first = await round(io, { ...noInput, open })
  expect(first.facts.filter((fact) => fact.fact !== 'message')).toMatchObject([
    { fact: 'hidden', externalId: 'UgHeld', hidden: true },
    { fact: 'hidden', externalId: 'UgHeld', hidden: true },
    { fact: 'removal', externalId: 'UgLost' },
  ])
  held = []
  const later = new Date(now.getTime() + 11 * 60_000)
  io.now = () => later
  const second = await round(io, { ...noInput, cursor: first.cursor })
  expect(second.facts.filter((fact) => fact.fact === 'hidden')).toEqual([
    { fact: 'hidden', externalId: 'UgHeld', hidden: false, platformAt: null },
  ])
})

test('what the first reading did not finish goes on in the next rounds', async () => {
  const { io } = tube(({ path, query }) => {
    if (!path.endsWith('/commentThreads') || query.moderationStatus || query.id || query.videoId) return undefined
    const page = Number(query.pageToken ?? 0)
    return { json: { items: [thread(`Ug${page}`)], ...(page < 99 && { nextPageToken: String(page + 1) }) } }
  })
  const seen = new Set<string>()
  let cursor: unknown = null
  for (let turn = 0; turn < 4; turn += 1) {
    const read = await round(io, { ...noInput, cursor })
    cursor = read.cursor
    for (const fact of read.facts) seen.add(fact.externalId)
  }
  expect(seen.size).toBe(100)
})
