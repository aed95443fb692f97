import { describe, expect, test } from 'vitest'
import type { Io, ReplyTarget } from '../platform.ts'
import { instagram } from './adapter.ts'

const accountId = '17841400000000001'
const now = new Date('2026-11-22T12:00:00.000Z')
type Asked = { method: string; path: string; query: URLSearchParams; body: string; token: string }
type Answer = (asked: Asked) => unknown

/** A channel whose calls are answered by `answer`: an object, or `[status, object]`. */
function channel(answer: Answer, more: { settings?: Record<string, string>; credentials?: Record<string, string> } = {}) {
  const asked: Asked[] = []
  const saved: [Record<string, string>, unknown][] = []
  const fetch: Io['fetch'] = async (input, init) => {
    const url = new URL(String(input))
    const token = new Headers(init?.headers).get('authorization') ?? ''
    const one = { method: init?.method ?? 'GET', path: url.pathname, query: url.searchParams, body: String(init?.body ?? ''), token }
    asked.push(one)
    const answered = answer(one)
    return Array.isArray(answered) ? Response.json(answered[1], { status: Number(answered[0]) }) : Response.json(answered)
  }
  const io: Io = {
    fetch,
    now: () => now,
    settings: { login: 'instagram', apiUrl: 'https://stand.test', ...more.settings },
    credentials: { accessToken: 'IGAAtoken', ...more.credentials },
    save: async (credentials, ends) => {
      saved.push([credentials, ends])
      io.credentials = credentials
    },
    self: { accountId, handle: 'fieldnote', ownedIds: [accountId], host: 'www.instagram.com' },
  }
  return { io, asked, saved }
}

const error = (code: number, message: string, more = {}): [number, unknown] => [400, { error: { message, code, ...more } }]
const media = (id: string, count: number) => ({
  id,
  caption: 'Canvas',
  timestamp: '2026-11-20T09:00:00+0000',
  permalink: `https://www.instagram.com/p/${id}/`,
  comments_count: count,
})
const comment = (id: string) => ({
  id,
  text: `words ${id}`,
  timestamp: '2026-11-20T10:00:00+0000',
  username: 'ana.r',
  from: { id: '81', username: 'ana.r' },
})
const target: ReplyTarget = {
  externalId: '180',
  parentExternalId: '170',
  postExternalId: '179',
  ref: { replyTo: '170', mediaId: '179', permalink: 'https://www.instagram.com/p/179/' },
  authorExternalId: '81',
  authorHandle: 'ana.r',
  private: false,
}
const input = { target, text: 'Yes', key: 'k', createdAt: now.toISOString() }
const none = { posts: [], open: [] }

describe('reading', () => {
  test('asks only for comments of posts whose number changed, between the hourly readings', async () => {
    let count = 1
    const { io, asked } = channel(({ path }) =>
      path.endsWith('/media') ? { data: [media('179', count), media('178', 0)] } : { data: [comment('180')] },
    )
    const first = await instagram.poll(io, { cursor: null, ...none })
    expect(first.pages.map((page) => page.resource)).toEqual(['media:0', 'comments:179:0', 'comments:178:0'])
    const read = async (cursor: unknown): Promise<string[]> => {
      asked.length = 0
      await instagram.poll(io, { cursor, ...none })
      return asked.map(({ path }) => path)
    }
    expect(await read(first.cursor)).toEqual([`/v25.0/${accountId}/media`])
    count = 2
    expect(await read(first.cursor)).toEqual([`/v25.0/${accountId}/media`, '/v25.0/179/comments'])
  })

  test('a post in which something is missing is read to its end', async () => {
    const { io, asked } = channel(({ path, query }) => {
      if (path.endsWith('/media')) return { data: [] }
      const after = Number(query.get('after') ?? 0)
      const data = [0, 1].map((each) => ({ ...comment(`18${after}${each}`), timestamp: `2026-11-0${6 - after - each}T10:00:00+0000` }))
      return { data, ...(after < 2 && { paging: { next: `https://graph.instagram.com/v25.0/179/comments?after=${after + 1}` } }) }
    })
    const read = async (cursor: unknown, whole: boolean) => {
      asked.length = 0
      const result = await instagram.poll(io, { cursor, posts: [{ externalId: '179', ref: {}, ...(whole && { whole }) }], open: [] })
      return { ...result, asked: asked.length - 1 }
    }
    const first = await read(null, false)
    expect((await read(first.cursor, false)).asked).toBe(1)
    expect((await read(first.cursor, true)).asked).toBe(3)
  })

  test('a field that is refused is left out, and the rest is read', async () => {
    const { io } = channel(({ path, query }) => {
      if (path.endsWith('/media')) return { data: [media('179', 1)] }
      if (path.endsWith('/replies')) return { data: [comment('181')] }
      for (const field of ['from', 'replies'])
        if (new RegExp(`(^|,)${field}\\W`).test(query.get('fields') ?? ''))
          return error(100, `(#100) Tried accessing nonexisting field (${field})`)
      return { data: [comment('180')] }
    })
    const { pages, trouble } = await instagram.poll(io, { cursor: null, ...none })
    expect(trouble).toBeUndefined()
    expect(pages.map((page) => page.resource)).toEqual(['media:0', 'comments:179:0', 'replies:179/180:0'])
  })

  test('more replies than came along are read from their own edge', async () => {
    const next = { next: `https://graph.instagram.com/v25.0/180/replies?after=x&access_token=secret` }
    const { io, asked } = channel(({ path }) => {
      if (path.endsWith('/media')) return { data: [media('179', 30)] }
      return path.endsWith('/replies') ? { data: [] } : { data: [{ ...comment('180'), replies: { data: [comment('181')], paging: next } }] }
    })
    await instagram.poll(io, { cursor: null, ...none })
    expect(asked.map(({ path }) => path)).toContain('/v25.0/180/replies')
    expect(asked.some(({ query }) => query.has('access_token'))).toBe(false)
  })

  test('a mention is asked for by its ids, kept while Instagram is busy, given up when it is refused', async () => {
    const body = {
      object: 'instagram',
      entry: [
        {
          id: accountId,
          time: 1,
          changes: [
            { field: 'mentions', value: { media_id: '91' } },
            { field: 'mentions', value: { media_id: '92', comment_id: '93' } },
            { field: 'mentions', value: { media_id: '179', comment_id: '94' } },
          ],
        },
      ],
    }
    const { wanted, facts } = instagram.normalize(
      { kind: 'webhook', request: {}, body: JSON.stringify(body), receivedAt: now.toISOString() },
      channel(() => ({})).io.self,
    )
    expect(facts).toEqual([])
    let state: 'well' | 'busy' | 'refused' = 'well'
    const { io, asked } = channel(({ path, query }) => {
      if (path.endsWith('/media')) return { data: [media('179', 0)] }
      if (!path.endsWith(accountId)) return { data: [] }
      if (state === 'busy') return error(2, 'busy', { is_transient: true })
      if (state === 'refused') return error(10, 'no permission')
      const fields = query.get('fields') ?? ''
      return fields.includes('mentioned_media')
        ? { mentioned_media: { id: '91', caption: 'my @fieldnote', timestamp: '2026-11-20T10:00:00+0000', username: 'chen' } }
        : { mentioned_comment: { id: '93', text: '@fieldnote ?', timestamp: '2026-11-20T10:00:00+0000', media: { id: '92' } } }
    })
    const read = await instagram.poll(io, { cursor: null, ...none, wanted })
    expect(asked.filter(({ path }) => path.endsWith(accountId)).map(({ query }) => (query.get('fields') ?? '').split('{')[0])).toEqual([
      'mentioned_media.media_id(91)',
      'mentioned_comment.comment_id(93)',
    ])
    const kinds = read.pages.flatMap((page) =>
      instagram
        .normalize({ ...page, receivedAt: now.toISOString() }, io.self)
        .facts.flatMap((fact) => (fact.fact === 'message' ? [fact.kind] : [])),
    )
    expect({ kinds, wanted: read.wanted }).toEqual({ kinds: ['mention', 'mention'], wanted: undefined })
    state = 'busy'
    expect((await instagram.poll(io, { cursor: null, ...none, wanted })).wanted).toEqual(wanted!.slice(0, 2))
    state = 'refused'
    expect((await instagram.poll(io, { cursor: null, ...none, wanted })).wanted).toBeUndefined()
  })

  test('a token is renewed ten days before its end, and not again', async () => {
    const { io, asked, saved } = channel(
      ({ path }) => (path === '/refresh_access_token' ? { access_token: 'IGAAnew', expires_in: 5_184_000 } : { data: [] }),
      { credentials: { renewAt: '2026-11-22T11:00:00.000Z' } },
    )
    await instagram.poll(io, { cursor: null, ...none })
    await instagram.poll(io, { cursor: null, ...none })
    expect(asked.filter(({ path }) => path === '/refresh_access_token')).toHaveLength(1)
    expect(saved).toEqual([
      [{ accessToken: 'IGAAnew', renewAt: '2027-01-11T12:00:00.000Z' }, { tokenExpiresAt: '2027-01-21T12:00:00.000Z' }],
    ])
    expect(asked.at(-1)?.token).toBe('Bearer IGAAnew')
  })
})

describe('answering', () => {
  test('a reply goes to the comment above, and names no fields', async () => {
    const { io, asked } = channel(({ method }) => (method === 'POST' ? { id: '190' } : error(1, 'no')))
    const sent = await instagram.reply(io, input)
    expect(asked[0]).toMatchObject({ method: 'POST', path: '/v25.0/170/replies', body: 'message=Yes' })
    expect(sent).toMatchObject({ externalId: '190', url: 'https://www.instagram.com/p/179/', facts: [{ parentExternalId: '170' }] })
  })

  test('where we are mentioned it goes by the account, with post and comment', async () => {
    const { io, asked } = channel(() => ({ id: '190' }))
    await instagram.reply(io, { ...input, target: { ...target, ref: { mentionMedia: '92', mentionComment: '93' } } })
    expect(asked[0]).toMatchObject({ path: `/v25.0/${accountId}/mentions`, body: 'media_id=92&comment_id=93&message=Yes' })
  })

  test('in private it is a message to the writer; on a live video it is only that', async () => {
    const { io, asked } = channel(() => ({ recipient_id: '81', message_id: 'm1' }))
    const live = { ...target, ref: { ...target.ref, live: '1' } }
    await expect(instagram.reply(io, { ...input, target: live })).rejects.toMatchObject({ kind: 'rejected' })
    expect(asked).toEqual([])
    const sent = await instagram.reply(io, { ...input, target: live, privately: true })
    expect(asked[0]?.path).toBe('/v25.0/me/messages')
    expect(JSON.parse(asked[0]!.body)).toEqual({ recipient: { comment_id: '180' }, message: { text: 'Yes' } })
    expect(sent).toMatchObject({ externalId: 'm1', facts: [{ private: true, ours: true }] })
    expect(await instagram.find(io, { ...input, privately: true, since: now.toISOString() })).toEqual({ found: 'unsure' })
  })

  test('a reply whose author Instagram withholds counts as ours, somebody else’s does not', async () => {
    const said = { id: '190', text: 'Yes', timestamp: '2026-11-22T12:00:01+0000' }
    const found = async (more: object) =>
      (await instagram.find(channel(() => ({ data: [{ ...said, ...more }] })).io, { ...input, since: now.toISOString() })).found
    expect(await found({})).toBe('landed')
    expect(await found({ username: 'Fieldnote' })).toBe('landed')
    expect(await found({ username: 'ana.r' })).toBe('unsure')
    expect(await found({ from: { id: '81' } })).toBe('unsure')
  })
})

describe('connecting', () => {
  test('a Facebook login leads to the account behind the Page, by the other host', async () => {
    const { io, asked } = channel(({ path }) => {
      if (path.endsWith('/me/accounts'))
        return {
          data: [
            { id: '11', name: 'No account' },
            { id: '12', access_token: 'EAApage', instagram_business_account: { id: accountId } },
          ],
        }
      return path.endsWith('subscribed_apps') ? { success: true } : { id: accountId, username: 'fieldnote' }
    })
    const connected = await instagram.connect.open(io, { accessToken: 'EAAuser', apiUrl: 'https://stand.test' })
    expect(asked.map(({ path }) => path)).toEqual([
      '/graph.facebook.com/v25.0/me/accounts',
      `/graph.facebook.com/v25.0/${accountId}`,
      `/graph.facebook.com/v25.0/${accountId}/subscribed_apps`,
    ])
    expect(connected).toMatchObject({
      account: { externalId: accountId, handle: 'fieldnote' },
      settings: { login: 'facebook', pageId: '12', webhook: 'on' },
      credentials: { accessToken: 'EAApage' },
    })
  })

  test('an Instagram login ends in a token of sixty days, and the id that webhooks name', async () => {
    const { io, asked } = channel(({ path }) => {
      if (path.endsWith('/oauth/access_token')) return { data: [{ access_token: 'brief', user_id: 5, permissions: [] }] }
      if (path === '/access_token') return { access_token: 'IGAAlong', token_type: 'bearer', expires_in: 5_184_000 }
      return path.endsWith('subscribed_apps')
        ? error(10, 'not live yet')
        : { id: '5', user_id: accountId, username: 'fieldnote', name: 'Fieldnote' }
    })
    const settings = { apiUrl: 'https://stand.test' }
    const grant = { settings, client: { id: '1', secret: 's' }, redirectUrl: 'https://inbox.example.org/o', code: 'c#_', codeVerifier: 'v' }
    const [account] = await instagram.connect.oauth!.exchange(io, grant)
    expect(asked[0]).toMatchObject({ method: 'POST', path: '/api.instagram.com/oauth/access_token' })
    expect(new URLSearchParams(asked[0]!.body).get('code')).toBe('c')
    const connected = await instagram.connect.open(io, account!.settings)
    expect(connected).toMatchObject({
      account: { externalId: accountId, handle: 'fieldnote', url: 'https://www.instagram.com/fieldnote/' },
      settings: { webhook: 'not live yet' },
      credentials: { accessToken: 'IGAAlong', renewAt: '2027-01-11T12:00:00.000Z' },
      tokenExpiresAt: '2027-01-21T12:00:00.000Z',
    })
    expect(connected.settings).not.toHaveProperty('accessToken')
  })
})
