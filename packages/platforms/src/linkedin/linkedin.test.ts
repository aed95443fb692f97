import { describe, expect, test } from 'vitest'
import { answering } from '../../test/answering.ts'
import type { Asked } from '../../test/answering.ts'
import type { Io, RawDelivery, ReplyTarget } from '../platform.ts'
import { linkedin } from './adapter.ts'

const now = new Date('2026-11-22T12:00:00.000Z')
const organization = 'urn:li:organization:2414183'
const thread = 'urn:li:activity:7100'
const post = 'urn:li:share:7000'
const urn = (id: string, of = thread): string => `urn:li:comment:(${of},${id})`

/** A channel whose calls are answered so. */
function channel(answer: (asked: Asked) => unknown) {
  const { fetch, asked } = answering(answer)
  const io: Io = {
    fetch,
    now: () => now,
    settings: { apiUrl: 'https://stand.test' },
    credentials: { accessToken: 'AQV' },
    save: async () => {},
    self: { accountId: organization, handle: 'fieldnote', ownedIds: [organization], host: 'www.linkedin.com' },
  }
  return { io, asked }
}

const comment = (id: string, more: object = {}) => ({
  id,
  object: thread,
  actor: 'urn:li:person:A',
  message: { text: `words ${id}` },
  created: { time: now.getTime() - 60_000 },
  ...more,
})
const list = (...elements: unknown[]) => ({ paging: { start: 0, count: 100, links: [] }, elements })
const refused: [number, unknown] = [403, { status: 403, code: 'ACCESS_DENIED', message: 'Not enough permissions' }]
const missing: [number, unknown] = [404, { status: 404, message: 'Not found' }]
const target: ReplyTarget = {
  externalId: urn('2'),
  parentExternalId: urn('1'),
  postExternalId: post,
  ref: { thread, root: urn('1'), post },
  authorExternalId: 'urn:li:person:A',
  authorHandle: null,
  private: false,
}
const input = { target, text: 'Yes', key: 'k', createdAt: now.toISOString(), since: now.toISOString() }
const facts = (io: Io, pages: Omit<RawDelivery, 'receivedAt'>[]) =>
  pages.flatMap((page) => linkedin.normalize({ ...page, receivedAt: now.toISOString() }, io.self).facts)

/** Where nothing is but what `more` answers. */
const quiet = (more: (asked: Asked) => unknown) => (asked: Asked) => more(asked) ?? list()

describe('an answer', () => {
  test('to a reply stands below the comment on top, as the page, in a version and in the protocol that LinkedIn wants', async () => {
    const { io, asked } = channel(() => new Response('', { status: 201, headers: { 'x-restli-id': encodeURIComponent(urn('9')) } }))
    const sent = await linkedin.reply(io, input)
    expect(asked[0]).toMatchObject({
      method: 'POST',
      path: `/rest/socialActions/${encodeURIComponent(urn('1')).replace('(', '%28').replace(')', '%29')}/comments`,
      body: { actor: organization, object: thread, message: { text: 'Yes' }, parentComment: urn('1') },
    })
    expect(asked[0]!.headers.get('linkedin-version')).toMatch(/^20\d{4}$/)
    expect(asked[0]!.headers.get('x-restli-protocol-version')).toBe('2.0.0')
    expect(sent).toMatchObject({
      externalId: urn('9'),
      facts: [{ kind: 'reply', ours: true, parentExternalId: urn('1'), postExternalId: post }],
    })
  })

  test('to somebody else’s post stands right below it', async () => {
    const share = 'urn:li:share:8000'
    const { io, asked } = channel(() => [201, comment('9', { actor: organization, object: 'urn:li:activity:8001' })])
    const mention = { ...target, externalId: share, parentExternalId: null, postExternalId: null, ref: { thread: share } }
    const sent = await linkedin.reply(io, { ...input, target: mention })
    expect(asked[0]!.body).toEqual({ actor: organization, object: share, message: { text: 'Yes' } })
    expect(sent).toMatchObject({
      externalId: urn('9', 'urn:li:activity:8001'),
      facts: [{ parentExternalId: share, postExternalId: share }],
    })
  })

  test('is found by its writer, words and time', async () => {
    const found = async (more: object) => {
      const { io } = channel(({ query }) =>
        query.includes('start') ? list() : list(comment('8'), comment('9', { actor: organization, message: { text: 'Yes' }, ...more })),
      )
      return (await linkedin.find(io, input)).found
    }
    expect(await found({ created: { time: now.getTime() + 1_000 } })).toBe('landed')
    expect(await found({ created: { time: now.getTime() - 120_000 } })).toBe('unsure')
    expect(await found({ actor: 'urn:li:person:A' })).toBe('unsure')
    expect(await found({ message: { text: 'No' } })).toBe('unsure')
  })

  test('is changed by a partial update, and keeps its time', async () => {
    const { io, asked } = channel(({ method }) =>
      method === 'GET'
        ? comment('9', { parentComment: urn('1'), created: { time: 1_795_000_000_000 } })
        : new Response(null, { status: 204 }),
    )
    const sent = await linkedin.editReply!(io, { externalId: urn('9'), ref: { thread, root: urn('1'), post }, text: 'No' })
    expect(asked[0]).toMatchObject({
      method: 'POST',
      path: '/rest/socialActions/urn%3Ali%3Aactivity%3A7100/comments/9',
      body: { patch: { message: { $set: { text: 'No' } } } },
    })
    expect(asked[0]!.headers.get('x-restli-method')).toBe('PARTIAL_UPDATE')
    expect(sent.facts).toMatchObject([
      { externalId: urn('9'), text: 'No', platformAt: '2026-11-18T11:06:40.000Z', parentExternalId: urn('1') },
    ])
  })
})

test('a like that is there already, or not there any more, is fine', async () => {
  const like = (answer: [number, unknown], liked: boolean) =>
    linkedin.like!(channel(() => answer).io, { externalId: urn('2'), ref: {}, liked })
  await like([409, {}], true)
  await like(missing, false)
  await expect(like(missing, true)).rejects.toMatchObject({ kind: 'gone' })
  await expect(like(refused, true)).rejects.toMatchObject({ kind: 'rejected' })
})

describe('reading', () => {
  const notice = (id: number, action: string, comment: string, more: object = {}) => ({
    notificationId: id,
    action,
    organizationalEntity: organization,
    sourcePost: post,
    generatedActivity: urn(comment),
    lastModifiedAt: now.getTime() - 30_000,
    ...more,
  })
  const hook = (...notifications: unknown[]) => JSON.stringify({ type: 'ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS', notifications })
  const posts = { id: post, author: organization, commentary: 'ours', createdAt: now.getTime() - 3_600_000 }
  const known = [{ externalId: post, ref: {} }]

  test('what a webhook named is asked for, and nothing else when all was read just now', async () => {
    const { io, asked } = channel(
      quiet(({ path }) =>
        path.endsWith('/posts') ? list(posts) : path.endsWith('/comments/2') ? comment('2', { parentComment: urn('1') }) : undefined,
      ),
    )
    const first = await linkedin.poll(io, { cursor: null, posts: [], open: [] })
    asked.length = 0
    const entry = linkedin.webhook!.entries(hook(notice(5, 'COMMENT', '2')), {})[0]!
    expect(entry.accountExternalId).toBe(organization)
    const { wanted } = linkedin.normalize({ kind: 'webhook', request: {}, body: entry.body, receivedAt: now.toISOString() }, io.self)
    const { pages } = await linkedin.poll(io, { cursor: first.cursor, posts: known, open: [], wanted })
    expect(asked.map(({ path }) => path)).toEqual(['/rest/socialActions/urn%3Ali%3Aactivity%3A7100/comments/2'])
    expect(facts(io, pages)).toMatchObject([{ kind: 'reply', parentExternalId: urn('1'), postExternalId: post }])
  })

  test('a comment told by another name of the post stands under the post that we know', async () => {
    const { io } = channel(
      quiet(({ path }) =>
        path.endsWith('/posts')
          ? list(posts)
          : path.endsWith('/comments')
            ? list(comment('1'))
            : path.endsWith('/comments/2')
              ? comment('2')
              : undefined,
      ),
    )
    const first = await linkedin.poll(io, { cursor: null, posts: [], open: [] })
    const { wanted } = linkedin.normalize(
      { kind: 'webhook', request: {}, body: hook(notice(5, 'COMMENT', '2', { sourcePost: thread })), receivedAt: now.toISOString() },
      io.self,
    )
    const { pages } = await linkedin.poll(io, { cursor: first.cursor, posts: known, open: [], wanted })
    expect(facts(io, pages)).toContainEqual(expect.objectContaining({ externalId: urn('2'), parentExternalId: post, postExternalId: post }))
  })

  test('a comment told by a name of its post that nobody knows yet is found below the post all the same', async () => {
    const { io } = channel(
      quiet(({ path }) => {
        if (path.endsWith('/posts')) return list(posts)
        return path.includes('share%3A7000/comments') ? list(comment('2')) : undefined
      }),
    )
    const body = hook(notice(5, 'COMMENT', '2', { sourcePost: thread }))
    const { wanted } = linkedin.normalize({ kind: 'webhook', request: {}, body, receivedAt: now.toISOString() }, io.self)
    const cursor = { v: 1, postsAt: now.getTime() - 60_000, lastAt: now.getTime() - 1_000, deepAt: now.getTime() }
    const { pages } = await linkedin.poll(io, { cursor, posts: known, open: [], wanted })
    expect(facts(io, pages).filter((fact) => fact.fact === 'message')).toMatchObject([{ externalId: urn('2'), postExternalId: post }])
  })

  test('a notification is read once, and one that a webhook brought is not read again', async () => {
    const { io, asked } = channel(
      quiet(({ path }) =>
        path.endsWith('Notifications') ? list(notice(5, 'COMMENT', '2')) : path.endsWith('/comments/2') ? comment('2') : undefined,
      ),
    )
    const first = await linkedin.poll(io, { cursor: null, posts: [], open: [] })
    const singles = () => asked.filter(({ path }) => path.endsWith('/comments/2')).length
    expect(singles()).toBe(1)
    await linkedin.poll(io, { cursor: first.cursor, posts: known, open: [] })
    expect(singles()).toBe(1)
  })

  test('many comments below one post are read as its list', async () => {
    const ids = Array.from({ length: 30 }, (_, index) => String(100 + index))
    const { io, asked } = channel(
      quiet(({ path }) => {
        if (path.endsWith('Notifications')) return list(...ids.map((id, index) => notice(index + 1, 'COMMENT', id)))
        return path.endsWith('/comments') ? list(...ids.map((id) => comment(id))) : undefined
      }),
    )
    const { pages } = await linkedin.poll(io, { cursor: null, posts: [], open: [] })
    expect(asked.filter(({ path }) => path.includes('socialActions'))).toHaveLength(1)
    expect(facts(io, pages)).toHaveLength(30)
  })

  test('an app that may not ask for notifications, or for names, reads the threads, and is spared the question for a day', async () => {
    const { io, asked } = channel(
      quiet(({ path, query }) => {
        if (path.endsWith('Notifications') || query.includes('projection')) return refused
        return path.endsWith('/posts') ? list(posts) : path.endsWith('/comments') ? list(comment('1')) : undefined
      }),
    )
    const first = await linkedin.poll(io, { cursor: null, posts: [], open: [] })
    expect(first.trouble).toBeUndefined()
    expect(facts(io, first.pages).map((fact) => fact.externalId)).toEqual([post, urn('1')])
    asked.length = 0
    await linkedin.poll(io, { cursor: first.cursor, posts: known, open: [] })
    expect(asked.map(({ query }) => query)).toEqual(['?count=100'])
  })

  test('an action that LinkedIn does not know costs none of the others', async () => {
    const { io } = channel(
      quiet(({ path, query }) => {
        if (query.includes('COMMENT_MENTION')) return [400, { status: 400, message: 'unknown action' }]
        return path.endsWith('Notifications') ? list(notice(5, 'COMMENT_DELETE', '2')) : undefined
      }),
    )
    const { pages, trouble } = await linkedin.poll(io, { cursor: null, posts: [], open: [] })
    expect(trouble).toBeUndefined()
    expect(facts(io, pages)).toMatchObject([{ fact: 'removal', externalId: urn('2') }])
  })

  test('a reply that is not found below its post is looked for below its comment before it is gone', async () => {
    const open = [{ externalId: urn('2'), ref: { thread, root: urn('1'), post } }]
    const read = async (there: boolean) => {
      const { io } = channel(
        quiet(({ path }) => {
          if (path.includes('comment%3A%28') && there) return comment('2', { parentComment: urn('1') })
          return /\/comments\/\d+$/.test(path) ? missing : undefined
        }),
      )
      return facts(io, (await linkedin.poll(io, { cursor: null, posts: [], open })).pages)
    }
    expect(await read(true)).toMatchObject([{ fact: 'message', externalId: urn('2'), postExternalId: post }])
    expect(await read(false)).toMatchObject([{ fact: 'removal', externalId: urn('2') }])
  })

  test('replies are read where their number changed, to the last page of however many there are', async () => {
    const at = (path: string, query: string): unknown => {
      const start = Number(/start=(\d+)/.exec(query)?.[1] ?? 0)
      if (path.includes('comment%3A'))
        return {
          paging: { start, count: 2, links: [] },
          elements: ['5', '6', '7'].slice(start, start + 2).map((id) => comment(id, { parentComment: urn('1') })),
        }
      return list(comment('1', { commentsSummary: { totalFirstLevelComments: 3 } }))
    }
    const { io, asked } = channel(
      quiet(({ path, query }) => (path.endsWith('/posts') ? list(posts) : path.endsWith('/comments') ? at(path, query) : undefined)),
    )
    const first = await linkedin.poll(io, { cursor: null, posts: [], open: [] })
    expect(facts(io, first.pages).map((fact) => fact.externalId)).toEqual([post, urn('1'), urn('5'), urn('6'), urn('7')])
    asked.length = 0
    const second = await linkedin.poll(io, { cursor: first.cursor, posts: known, open: [] })
    expect(asked.filter(({ path }) => path.includes('comment%3A'))).toEqual([])
    asked.length = 0
    await linkedin.poll(io, { cursor: second.cursor, posts: [{ ...known[0]!, whole: true }], open: [] })
    expect(asked.filter(({ path }) => path.includes('comment%3A'))).toHaveLength(2)
  })
})

describe('a first reading', () => {
  const postsSince = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ id: `urn:li:share:${9000 - index}`, createdAt: now.getTime() - index * 86_400_000 }))
  const paged = (elements: unknown[], query: string) => {
    const [, start, size] = /(?:start=(\d+)&)?count=(\d+)/.exec(query)!
    return list(...elements.slice(Number(start ?? 0), Number(start ?? 0) + Number(size)))
  }
  const keep = (cursor: unknown): unknown => JSON.parse(JSON.stringify(cursor))

  test('that breaks off is done again to its end: posts as far back as was wanted, their threads, and what named us', async () => {
    for (const breaking of ['/posts', 'Notifications']) {
      let broken = true
      const ours = postsSince(80)
      const { io, asked } = channel(
        quiet(({ path, query }) => {
          // The first page of the posts comes, the second does not.
          if (broken && path.endsWith(breaking) && (breaking !== '/posts' || query.includes('start='))) return [503, {}]
          return path.endsWith('/posts') ? paged(ours, query) : undefined
        }),
      )
      const backTo = new Date(now.getTime() - 60.5 * 86_400_000).toISOString()
      const first = await linkedin.poll(io, { cursor: null, backTo, posts: [], open: [] })
      expect(first.trouble).toMatchObject({ kind: 'unavailable' })
      broken = false
      asked.length = 0
      const second = await linkedin.poll(io, { cursor: keep(first.cursor), posts: [], open: [] })
      const third = await linkedin.poll(io, { cursor: keep(second.cursor), posts: [], open: [] })
      expect(asked.filter(({ path }) => path.endsWith('/posts'))).toHaveLength(2)
      expect(new Set(asked.flatMap(({ path }) => /share%3A(\d+)\/comments/.exec(path)?.[1] ?? []))).toEqual(
        new Set(ours.slice(0, 61).map(({ id }) => id.slice(-4))),
      )
      expect(asked.filter(({ query }) => query.includes('List(SHARE_MENTION,SHARE)'))).toHaveLength(1)
      expect(third.trouble).toBeUndefined()
    }
  })

  test('of more lists than can be kept leaves no replies unread below the posts that are read again', async () => {
    const ours = postsSince(350).map((each) => ({ ...each, createdAt: now.getTime() - 60_000 }))
    const newest = ours[0]!.id
    const ids = Array.from({ length: 100 }, (_, index) => String(100 + index))
    const { io, asked } = channel(
      quiet(({ path, query }) => {
        if (path.endsWith('/posts')) return paged(ours, query)
        return path.endsWith(`${encodeURIComponent(newest)}/comments`)
          ? list(...ids.map((id) => comment(id, { object: newest, commentsSummary: { totalFirstLevelComments: 1 } })))
          : undefined
      }),
    )
    let cursor: unknown = null
    for (let round = 0; round < 12; round += 1)
      ({ cursor } = await linkedin.poll(io, { cursor: keep(cursor), posts: [{ externalId: newest, ref: {} }], open: [] }))
    const read = asked.flatMap(({ path }) => /comment%3A.*%2C(\d+)%29\/comments/.exec(path)?.[1] ?? [])
    expect(read.toSorted()).toEqual(ids)
  })
})

test('a post that is announced is known by its share or ugcPost, and by nothing else', () => {
  const { self } = channel(() => ({})).io
  const named = (given: { externalId?: string; url?: string }) => linkedin.postId!(given, self)
  expect(named({ externalId: 'urn:li:ugcPost:71' })).toBe('urn:li:ugcPost:71')
  expect(named({ url: 'https://www.linkedin.com/feed/update/urn%3Ali%3Ashare%3A71/' })).toBe('urn:li:share:71')
  expect(named({ url: 'https://www.linkedin.com/posts/fieldnote_launch-activity-7100-AbCd' })).toBeNull()
  expect(named({ url: 'https://www.linkedin.com/feed/update/%E0%A4%A/' })).toBeNull()
})
