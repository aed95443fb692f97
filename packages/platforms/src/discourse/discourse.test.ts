import { describe, expect, test } from 'vitest'
import type { Io, ReplyTarget } from '../platform.ts'
import { discourse } from './adapter.ts'

type Answer = { status?: number; body: unknown }

/** A forum by its answers: method and path to what it says, the first that fits. */
function forum(answers: [RegExp, Answer | ((url: URL) => Answer)][]): { io: Io; calls: string[] } {
  const calls: string[] = []
  const fetch: Io['fetch'] = async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input)
    const call = `${init?.method ?? 'GET'} ${url.pathname}${url.search}`
    calls.push(call)
    const [, answer] = answers.find(([shape]) => shape.test(call)) ?? [
      null,
      { status: 404, body: { errors: ['x'], error_type: 'not_found' } },
    ]
    const { status = 200, body } = typeof answer === 'function' ? answer(url) : answer
    return new Response(JSON.stringify(body), { status })
  }
  const settings = { url: 'https://forum.test', username: 'acme' }
  const self = { accountId: '7@forum.test', handle: 'acme', ownedIds: ['7@forum.test'], host: 'forum.test', settings }
  const now = (): Date => new Date('2026-11-22T12:00:00Z')
  return { io: { fetch, now, settings, credentials: { apiKey: 'key' }, save: async () => {}, self }, calls }
}

const target: ReplyTarget = {
  externalId: 'forum.test/post/9001',
  parentExternalId: 'forum.test/post/9000',
  postExternalId: 'forum.test/post/9000',
  ref: { topic: '321', number: '2' },
  authorExternalId: null,
  authorHandle: 'kai',
  private: false,
}
const input = { target, text: 'It ships from Monday on', key: 'k', createdAt: '2026-11-22T11:59:00Z' }
const at = '2026-11-22T11:00:00.000Z'
const post = (id: number, more: object = {}): object => ({
  id,
  post_number: id,
  topic_id: 321,
  user_id: 22,
  username: 'kai',
  raw: 'words',
  created_at: at,
  ...more,
})

describe('a reply', () => {
  test('that waits for approval is sent, and has no name yet', async () => {
    const { io } = forum([
      [/^GET \/posts\/9001/, { body: post(2) }],
      [/^POST/, { body: { action: 'enqueued', success: true } }],
    ])
    const { externalId, pending, facts } = await discourse.reply(io, input)
    expect({ externalId, facts }).toEqual({ externalId: '', facts: [] })
    expect(pending).toContain('approval')
  })

  test('to a post that its author took back is not sent', async () => {
    const { io, calls } = forum([[/^GET \/posts\/9001/, { body: post(2, { user_deleted: true }) }]])
    await expect(discourse.reply(io, input)).rejects.toMatchObject({ kind: 'gone' })
    expect(calls.filter((call) => call.startsWith('POST'))).toEqual([])
  })

  test('whose words stood there already may be ours from before: nobody knows', async () => {
    const body = { errors: ['Body is too similar to what you recently posted'] }
    const { io } = forum([
      [/^GET/, { body: post(2) }],
      [/^POST/, { status: 422, body }],
    ])
    await expect(discourse.reply(io, input)).rejects.toMatchObject({ kind: 'unavailable', notSent: false })
  })

  test('that could not even look at its target was surely not sent', async () => {
    const { io } = forum([[/^GET/, { status: 502, body: {} }]])
    await expect(discourse.reply(io, input)).rejects.toMatchObject({ kind: 'unavailable', notSent: true })
  })
})

test('a like that is there already is there', async () => {
  const refused = { status: 403, body: { errors: ['You already did that'], error_type: 'invalid_access' } }
  const likedBy = (acted: boolean): Answer => ({ body: post(2, { actions_summary: [{ id: 2, count: 1, acted }] }) })
  const of = (acted: boolean): Io =>
    forum([
      [/^(POST|DELETE)/, refused],
      [/^GET/, likedBy(acted)],
    ]).io
  const like = { externalId: 'forum.test/post/9001', ref: {}, liked: true }
  await expect(discourse.like!(of(true), like)).resolves.toBeUndefined()
  await expect(discourse.like!(of(false), like)).rejects.toMatchObject({ kind: 'rejected' })
  await expect(discourse.like!(of(false), { ...like, liked: false })).resolves.toBeUndefined()
})

describe('the newest posts', () => {
  const mentions = Array.from({ length: 120 }, (_, index) => 1000 + index * 2)
  /** A forum whose pages hold what is in fifty ids, its own idea of `before` included or not. */
  const paged = (inclusive: boolean, ids = mentions): ReturnType<typeof forum> =>
    forum([
      [
        /^GET \/posts\.json/,
        (url) => {
          const before = Number(url.searchParams.get('before') ?? 1_000_000)
          const from = url.searchParams.has('before') ? before : Math.max(...ids)
          const here = ids.filter((id) => (inclusive ? id <= before : id < before) && id > from - 50)
          return { body: { latest_posts: here.toReversed().map((id) => post(id, { topic_id: id, raw: 'hi @acme' })) } }
        },
      ],
      [/^GET \/notifications/, { body: { notifications: [] } }],
      [/^GET \/t\//, (url) => ({ body: { post_stream: { posts: [post(Number(/\d+/.exec(url.pathname)?.[0]), { post_number: 1 })] } } })],
    ])
  const poll = (io: Io, cursor: unknown) => discourse.poll(io, { cursor, posts: [], open: [] })

  test.each([true, false])('are read to the end, whether a page begins at `before` or below it (%s)', async (inclusive) => {
    const { io } = paged(inclusive)
    const seen = new Set<string>()
    let cursor: unknown = null
    for (let round = 0; round < 8; round += 1) {
      const { pages, cursor: next } = await poll(io, cursor)
      cursor = JSON.parse(JSON.stringify(next))
      for (const { resource } of pages) seen.add(resource)
    }
    // Each stands in a topic of its own: more than one round may ask for, so the rest waits in the cursor.
    expect(seen.size).toBe(mentions.length)
  })

  test('go past a gap of ids that are not for us', async () => {
    const { io } = paged(true, [1000, 1001, 1090, 1180])
    const { pages } = await poll(io, null)
    expect(pages.map(({ resource }) => resource).toSorted()).toEqual(['topic:1000', 'topic:1001', 'topic:1090', 'topic:1180'])
  })

  test('that were read before cost four calls at most', async () => {
    const { io, calls } = paged(true, [1000, 1001])
    const { cursor } = await poll(io, null)
    calls.length = 0
    expect((await poll(io, cursor)).pages).toEqual([])
    expect(calls.length).toBeLessThanOrEqual(4)
  })
})

test('a webhook whose words come as a form is read the same', () => {
  const body = JSON.stringify({ post: post(2) })
  expect(discourse.webhook!.entries(`payload=${encodeURIComponent(body)}`, {})).toEqual([{ index: 0, accountExternalId: '', body }])
})

test('a created post is looked for among the newest, an edited one where it stands', () => {
  const of = (event: string): unknown =>
    discourse.normalize(
      {
        kind: 'webhook',
        request: { 'x-discourse-event-type': 'post', 'x-discourse-event': event },
        body: JSON.stringify({ post: post(9) }),
        receivedAt: at,
      },
      forum([]).io.self,
    ).wanted
  expect([of('post_created'), of('post_edited')]).toEqual([[{ kind: 'posts', id: '9' }], [{ kind: 'topic', id: '321/9' }]])
})

describe('two forums that both have a post 9001', () => {
  const selves = [
    { url: 'https://forum.test', host: 'forum.test' },
    { url: 'https://other.test', host: 'other.test' },
    { url: 'https://other.test/community', host: 'other.test' },
  ].map(({ url, host }) => ({ ...forum([]).io.self, host, settings: { url } }))
  const homes = ['forum.test', 'other.test', 'other.test/community']
  const read = (kind: string, request: Record<string, string>, body: object, self: Io['self']): unknown =>
    discourse.normalize({ kind, request, body: JSON.stringify(body), receivedAt: at }, self).facts

  test('are told apart in everything that is read, whatever they call themselves', () => {
    const topic = {
      id: 321,
      base_url: 'https://forum.test',
      post_stream: { posts: [post(9000, { post_number: 1, user_id: 24 }), post(9001)] },
    }
    const around = { op: '9000', opUser: '24', numbers: '2', ids: '9002', told: '9001' }
    topic.post_stream.posts.push(post(9003, { reply_to_post_number: 2, raw: 'and @acme?' }))
    const event = { 'x-discourse-event-type': 'post', 'x-discourse-event': 'post_destroyed', 'x-discourse-instance': 'https://forum.test' }
    const like = { post: { id: 9001 }, user: { id: 7, username: 'acme' } }
    selves.forEach((self, index) => {
      const id = (number: number): string => `${homes[index]}/post/${number}`
      expect(read('topic', around, topic, self)).toMatchObject([
        { externalId: id(9001), parentExternalId: id(9000), postExternalId: id(9000), mentionsUs: true },
        { externalId: id(9003), parentExternalId: id(9002), postExternalId: id(9000), ref: { above: id(9002), op: id(9000) } },
      ])
      expect(read('gone', { id: '9001' }, { errors: ['gone'] }, self)).toMatchObject([{ externalId: id(9001) }])
      expect(read('webhook', event, { post: post(9001) }, self)).toMatchObject([{ fact: 'removal', externalId: id(9001) }])
      expect(read('webhook', { 'x-discourse-event-type': 'like' }, { like }, self)).toMatchObject([{ fact: 'like', externalId: id(9001) }])
    })
  })

  test('are each asked by its own number', async () => {
    for (const [index, self] of selves.entries()) {
      const { io, calls } = forum([
        [/^GET \/posts\/9001/, { body: post(9001, { post_number: 2 }) }],
        [/^POST \/posts/, { body: post(9004, { user_id: 7, username: 'acme' }) }],
        [/^PUT/, { body: { post: post(9004, { user_id: 7, username: 'acme' }) } }],
        [/./, { body: {} }],
      ])
      const own = { ...io, self }
      const externalId = `${homes[index]}/post/9001`
      const sent = await discourse.reply(own, { ...input, target: { ...target, externalId, postExternalId: `${homes[index]}/post/9000` } })
      expect(sent).toMatchObject({ externalId: `${homes[index]}/post/9004`, facts: [{ externalId: `${homes[index]}/post/9004` }] })
      const ref = { topic: '321', number: '9004', above: externalId, op: `${homes[index]}/post/9000` }
      expect(sent.facts).toMatchObject([{ ref }])
      const edited = await discourse.editReply!(own, { externalId: sent.externalId, ref, text: 'Other words' })
      expect(edited).toMatchObject({ externalId: sent.externalId, facts: [{ externalId: sent.externalId, parentExternalId: externalId }] })
      await discourse.like!(own, { externalId, ref: {}, liked: false })
      await discourse.remove!(own, { externalId: sent.externalId, ref: {} })
      expect(calls).toEqual([
        'GET /posts/9001.json',
        'POST /posts.json',
        'GET /posts/9004.json',
        'PUT /posts/9004.json',
        'DELETE /post_actions/9001.json?post_action_type_id=2',
        'DELETE /posts/9004.json',
      ])
    }
  })

  test('are announced by the number or by the whole name, and by no other forum’s', () => {
    const name = (externalId: string): unknown => discourse.postId!({ externalId }, selves[1]!)
    expect(['9001', 'other.test/post/9001'].map(name)).toEqual(['other.test/post/9001', 'other.test/post/9001'])
    expect(['forum.test/post/9001', 'x', 'other.test/post/x', ''].map(name)).toEqual([null, null, null, null])
    expect(discourse.postId!({ url: 'https://other.test/t/blue/321/1' }, selves[1]!)).toBeNull()
  })

  test('what is no post of a forum is not asked for', async () => {
    const { io, calls } = forum([[/./, { body: {} }]])
    for (const externalId of ['9001', 'forum.test/post/../../admin', 'forum.test/post/', 'forum.test/post/9/post/1'])
      await expect(discourse.like!(io, { externalId, ref: {}, liked: true })).rejects.toMatchObject({ kind: 'rejected' })
    expect(calls).toEqual([])
  })
})

test('counts what people wrote, and says what the forum counts without showing it', async () => {
  const shown = [post(1), post(2), post(3, { post_type: 3 })]
  const topic = { posts_count: 6, post_stream: { posts: shown, stream: [1, 2, 3, 4] } }
  const { io } = forum([[/^GET \/t\/321\.json/, { body: topic }]])
  const posts = [{ externalId: 'forum.test/post/1', ref: { topic: '321' } }]
  expect(await discourse.postStats!(io, { posts })).toEqual([{ externalId: 'forum.test/post/1', replies: 4, counts: 'all', withheld: 2 }])
})

test('a long past comes in pieces, newest first, down to a topic of ours, which is read to its end', async () => {
  const ours = post(1, { user_id: 7, username: 'acme' })
  const topic = { body: { id: 321, post_stream: { posts: [ours, post(2)], stream: [1, 2] } } }
  const { io } = forum([
    [
      /^GET \/posts\.json/,
      (url) => {
        const newest = Number(url.searchParams.get('before') ?? 901) - 1
        const ids = Array.from({ length: Math.min(50, newest) }, (_, index) => newest - index)
        return { body: { latest_posts: ids.map((id) => (id === 1 ? ours : post(id, { topic_id: 5, post_number: 9 }))) } }
      },
    ],
    [/^GET \/notifications\.json/, { body: { notifications: [] } }],
    [/^GET \/t\/321\.json/, topic],
  ])
  const backTo = '2026-11-01T00:00:00.000Z'
  const first = await discourse.poll(io, { cursor: null, backTo, posts: [], open: [] })
  expect(first.pages).toEqual([])
  const pages = []
  let cursor: unknown = null
  let pieces = 0
  for (let done = false; !done && pieces < 9; pieces += 1) {
    const piece = await discourse.backfill!(io, { cursor: JSON.parse(JSON.stringify(cursor)), backTo })
    pages.push(...piece.pages)
    ;({ cursor, done } = piece)
  }
  expect(pieces).toBe(5)
  const facts = pages.flatMap((page) => discourse.normalize({ ...page, receivedAt: at }, io.self).facts)
  expect(facts.map(({ fact, externalId }) => [fact, externalId])).toEqual([
    ['post', 'forum.test/post/1'],
    ['message', 'forum.test/post/2'],
  ])
})
