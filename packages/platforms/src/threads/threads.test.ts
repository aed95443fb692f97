import { describe, expect, test } from 'vitest'
import type { Io, ReplyMedia, ReplyTarget } from '../platform.ts'
import { threads } from './adapter.ts'

const now = new Date('2026-11-22T12:00:00.000Z')
type Asked = { method: string; path: string; query: URLSearchParams; body: URLSearchParams }

/** A channel whose calls are answered by `answer`: an object, or `[status, object]`. */
function channel(answer: (asked: Asked) => unknown) {
  const asked: Asked[] = []
  const fetch: Io['fetch'] = async (input, init) => {
    const url = new URL(String(input))
    const one = {
      method: init?.method ?? 'GET',
      path: url.pathname,
      query: url.searchParams,
      body: new URLSearchParams(String(init?.body ?? '')),
    }
    asked.push(one)
    const answered = answer(one)
    return Array.isArray(answered) ? Response.json(answered[1], { status: Number(answered[0]) }) : Response.json(answered)
  }
  const io: Io = {
    fetch,
    now: () => now,
    settings: { apiUrl: 'https://stand.test' },
    credentials: { accessToken: 'THAAtoken' },
    save: async () => {},
    self: { accountId: '9876', handle: 'fieldnote', ownedIds: ['9876'], host: 'www.threads.com' },
  }
  return { io, asked }
}

const error = (code: number, more = {}): [number, unknown] => [400, { error: { message: 'as documented', code, ...more } }]
const thing = (id: string, more: object = {}) => ({
  id,
  text: `words ${id}`,
  timestamp: '2026-11-20T10:00:00+0000',
  username: 'ana.r',
  ...more,
})
const target: ReplyTarget = {
  externalId: '186',
  parentExternalId: '185',
  postExternalId: '185',
  ref: { rootId: '185' },
  authorExternalId: '@ana.r',
  authorHandle: 'ana.r',
  private: false,
}
const input = { target, text: 'Yes', key: 'k', createdAt: now.toISOString() }

describe('an answer', () => {
  test('is a container, then its publishing', async () => {
    const { io, asked } = channel(({ path, method }) =>
      method === 'GET'
        ? { id: '190', permalink: 'https://www.threads.net/@fieldnote/post/C1' }
        : { id: path.endsWith('publish') ? '190' : '77' },
    )
    const sent = await threads.reply(io, input)
    expect(asked.slice(0, 2).map(({ path, body }) => [path, Object.fromEntries(body)])).toEqual([
      ['/v1.0/me/threads', { media_type: 'TEXT', text: 'Yes', reply_to_id: '186' }],
      ['/v1.0/9876/threads_publish', { creation_id: '77' }],
    ])
    expect(sent).toMatchObject({
      externalId: '190',
      url: 'https://www.threads.com/@fieldnote/post/C1',
      facts: [{ parentExternalId: '186', postExternalId: '185', kind: 'reply' }],
    })
  })

  test('that broke before its publishing was surely not sent; one that broke in it may have been', async () => {
    const broken = async (where: string) => {
      const { io } = channel(({ path }) => (path.endsWith(where) ? error(2) : { id: '77' }))
      return threads.reply(io, input).catch((failure: unknown) => failure)
    }
    expect(await broken('me/threads')).toMatchObject({ kind: 'unavailable', notSent: true })
    expect(await broken('threads_publish')).toMatchObject({ kind: 'unavailable', notSent: false })
  })

  test('whose container is not ready comes again later', async () => {
    const { io } = channel(({ path }) => (path.endsWith('threads_publish') ? error(24) : { id: '77' }))
    await expect(threads.reply(io, input)).rejects.toMatchObject({ kind: 'rate_limited', retryAfterMs: 30_000 })
  })

  test('is found below what it answers, and not elsewhere', async () => {
    const found = async (more: object) => {
      const { io } = channel(() => ({ data: [{ id: '190', text: 'Yes', timestamp: '2026-11-22T12:00:01+0000', ...more }] }))
      return (await threads.find(io, { ...input, since: now.toISOString() })).found
    }
    expect(await found({ replied_to: { id: '186' } })).toBe('landed')
    expect(await found({ replied_to: { id: '187' } })).toBe('unsure')
    expect(await found({ replied_to: { id: '186' }, text: 'No' })).toBe('unsure')
    expect(await found({ replied_to: { id: '186' }, timestamp: '2026-11-22T11:50:00+0000' })).toBe('unsure')
  })
})

describe('reading', () => {
  const post = thing('185', { username: 'fieldnote' })
  const answerWith = (single: (id: string) => unknown) =>
    channel(({ path }) => {
      if (path.endsWith('/me/threads')) return { data: [post] }
      if (/\/(me|\d+)\/(mentions|replies|conversation)$/.test(path)) return { data: [] }
      return single(path.split('/').at(-1)!)
    })
  const open = [{ externalId: '186', ref: { rootId: '185' } }]

  test('an absence counts only once reading by id has worked', async () => {
    let works = false
    const { io } = answerWith((id) => (works && id === '187' ? thing('187') : error(100, { error_subcode: 33 })))
    const kinds = async (cursor: unknown, more = open) => {
      const result = await threads.poll(io, { cursor, posts: [], open: more })
      return { cursor: result.cursor, kinds: result.pages.map((page) => page.kind) }
    }
    const blind = await kinds(null)
    expect(blind.kinds).toEqual(['posts'])
    works = true
    const seen = await kinds(blind.cursor, [...open, { externalId: '187', ref: { rootId: '185' } }])
    expect(seen.kinds).toEqual(['posts', 'single', 'gone'])
    expect((await kinds(seen.cursor)).kinds).toEqual(['posts', 'gone'])
  })

  test('our own reply, which a webhook only names, is asked for', async () => {
    const value = { id: '199', media_type: 'TEXT_POST', permalink: 'https://www.threads.net/@fieldnote/post/C2', username: 'fieldnote' }
    const body = JSON.stringify({ topic: 'interaction', time: 1795000002, values: { field: 'publish', value } })
    const { io } = answerWith((id) =>
      thing(id, { username: 'fieldnote', is_reply: true, root_post: { id: '185' }, replied_to: { id: '186' } }),
    )
    const entry = threads.webhook!.entries(body, {})[0]!
    expect(entry).toMatchObject({ accountExternalId: '', accountHandle: 'fieldnote' })
    const { wanted } = threads.normalize({ kind: 'webhook', request: {}, body: entry.body, receivedAt: now.toISOString() }, io.self)
    const { pages } = await threads.poll(io, { cursor: null, posts: [], open: [], wanted })
    const facts = pages.flatMap((page) => threads.normalize({ ...page, receivedAt: now.toISOString() }, io.self).facts)
    expect(facts).toContainEqual(
      expect.objectContaining({ externalId: '199', ours: true, kind: 'reply', parentExternalId: '186', postExternalId: '185' }),
    )
  })

  test('a mention keeps its kind when it is read again, and a reply that names us its own', async () => {
    const { io } = answerWith((id) =>
      thing(id, { text: 'ask @fieldnote', root_post: { id: id === '186' ? '185' : '300' }, replied_to: { id: '301' } }),
    )
    const both = [...open, { externalId: '302', ref: { rootId: '300', mention: '1' } }]
    const { pages } = await threads.poll(io, { cursor: null, posts: [], open: both })
    const kinds = pages.slice(1).flatMap((page) => {
      const [fact] = threads.normalize({ ...page, receivedAt: now.toISOString() }, io.self).facts
      return fact?.fact === 'message' ? [fact.kind] : []
    })
    expect(kinds).toEqual(['reply', 'mention'])
  })

  test('a conversation in which something is missing is read to its end', async () => {
    const page = (after: string | null) => ({
      data: [
        thing(`9${after ?? ''}1`, { timestamp: '2026-11-01T10:00:01+0000' }),
        thing(`9${after ?? ''}2`, { timestamp: '2026-11-01T10:00:00+0000' }),
      ],
      ...(after === '2' ? {} : { paging: { next: `https://graph.threads.net/v1.0/185/conversation?after=${after === null ? '1' : '2'}` } }),
    })
    const { io, asked } = channel(({ path, query }) =>
      path.endsWith('/conversation') ? page(query.get('after')) : path.endsWith('/me/threads') ? { data: [post] } : { data: [] },
    )
    const read = async (cursor: unknown, whole: boolean) => {
      asked.length = 0
      const { cursor: next } = await threads.poll(io, {
        cursor,
        posts: [{ externalId: '185', ref: {}, ...(whole && { whole: true }) }],
        open: [],
      })
      return { next, pages: asked.filter(({ path }) => path.endsWith('/conversation')).length }
    }
    const first = await read(null, false)
    expect(first.pages).toBe(3)
    expect((await read(first.next, false)).pages).toBe(1)
    expect((await read(first.next, true)).pages).toBe(3)
  })
})

test('a login ends in a token of sixty days', async () => {
  const { io, asked } = channel(({ path }) => {
    if (path === '/oauth/access_token') return { access_token: 'brief', user_id: 9876 }
    if (path === '/access_token') return { access_token: 'THAAlong', token_type: 'bearer', expires_in: 5_184_000 }
    return { id: '9876', username: 'fieldnote', name: 'Fieldnote' }
  })
  const settings = { apiUrl: 'https://stand.test' }
  const grant = { settings, client: { id: '1', secret: 's' }, redirectUrl: 'https://inbox.example.org/o', code: 'c', codeVerifier: 'v' }
  const [account] = await threads.connect.oauth!.exchange(io, grant)
  expect(asked.map(({ method, path }) => `${method} ${path}`)).toEqual(['POST /oauth/access_token', 'GET /access_token', 'GET /v1.0/me'])
  expect(await threads.connect.open(io, account!.settings)).toMatchObject({
    account: { externalId: '9876', handle: 'fieldnote', url: 'https://www.threads.com/@fieldnote' },
    credentials: { accessToken: 'THAAlong', renewAt: '2027-01-11T12:00:00.000Z' },
    tokenExpiresAt: '2027-01-21T12:00:00.000Z',
  })
})

describe('pictures that Threads fetches', () => {
  const picture = (alt = '', url: string | null = 'https://inbox.test/media/1'): ReplyMedia => ({
    ...{ id: '1', type: 'image/png', name: 'a.png', alt, url, width: 4, height: 3 },
    bytes: async () => new Uint8Array(),
  })
  const nothingSent = (kind: string, message = expect.any(String)) => ({ kind, message, notSent: true })

  test('one that it cannot read is told in its words, and nothing is published', async () => {
    const { io, asked } = channel(({ method }) =>
      method === 'POST' ? { id: '70' } : { id: '70', status: 'ERROR', error_message: 'The image could not be fetched' },
    )
    const refused = nothingSent('rejected', 'The image could not be fetched')
    await expect(threads.reply(io, { ...input, media: [picture()] })).rejects.toMatchObject(refused)
    expect(asked.filter(({ path }) => path.endsWith('threads_publish'))).toEqual([])
  })

  test('without an address of ours nothing is asked for', async () => {
    const { io, asked } = channel(() => ({ id: '70' }))
    await expect(threads.reply(io, { ...input, media: [picture('', null)] })).rejects.toMatchObject(nothingSent('rejected'))
    expect(asked).toEqual([])
  })

  test('several without words are ours by all their descriptions, in their order', async () => {
    const children = {
      data: [
        { id: '81', alt_text: 'front' },
        { id: '82', alt_text: 'back' },
      ],
    }
    const ours = thing('80', {
      media_type: 'CAROUSEL_ALBUM',
      replied_to: { id: '186' },
      children,
      text: undefined,
      timestamp: now.toISOString(),
    })
    const { io } = channel(() => ({ data: [ours] }))
    const found = async (...alts: string[]) => {
      const media = alts.map((alt) => picture(alt))
      return (await threads.find(io, { ...input, text: '', since: now.toISOString(), media })).found
    }
    expect([await found('front', 'back'), await found('back', 'front'), await found('front'), await found('', '')]).toEqual([
      'landed',
      'unsure',
      'unsure',
      'unsure',
    ])
  })
})
