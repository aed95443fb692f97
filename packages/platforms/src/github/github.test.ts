import { describe, expect, onTestFinished, test } from 'vitest'
import type { Fact } from '@answerback/core/facts'
import { openSandboxWorld } from '../../test/sandbox-world.ts'
import { Reader } from '../conformance/reader.ts'
import type { FindInput, Io, PollResult } from '../platform.ts'
import { github } from './adapter.ts'

type Asked = { method: string; url: URL; headers: Headers; query: string; variables: Record<string, any> }

const now = new Date('2026-11-23T12:00:00.000Z')
const settings = { owner: 'fieldnote', name: 'app', viewerId: '7', viewerLogin: 'fieldnote', mentions: 'no' }
const self = { accountId: 'R_kw1', handle: 'fieldnote', ownedIds: ['R_kw1'], host: 'github.com', settings }

function ioOf(answer: (asked: Asked) => unknown, more: Record<string, string> = {}): { io: Io; asked: Asked[] } {
  const asked: Asked[] = []
  const io: Io = {
    fetch: async (url, init) => {
      const request = new Request(url, init)
      const text = await request.text()
      const { query = '', variables = {} } = request.url.endsWith('/graphql') ? (JSON.parse(text) as Asked) : { query: text }
      const each = { method: request.method, url: new URL(request.url), headers: request.headers, query, variables }
      asked.push(each)
      const given = answer(each)
      return given instanceof Response ? given : Response.json(given)
    },
    now: () => now,
    settings: { ...settings, ...more },
    credentials: { token: 'token-1' },
    save: async (credentials) => void (io.credentials = credentials),
    self,
  }
  return { io, asked }
}

const person = (login: string, databaseId: number): object => ({ __typename: 'User', login, databaseId })
const comment = (id: string, body: string, more: object = {}): object => ({
  __typename: 'DiscussionComment',
  ...{ id, body, createdAt: '2026-11-23T11:00:00Z', authorAssociation: 'NONE', author: person('kai', 22), replyTo: null },
  ...more,
})
const head = {
  __typename: 'Discussion',
  id: 'D_1',
  title: 'What broke?',
  body: 'Tell us.',
  authorAssociation: 'OWNER',
  author: person('fieldnote', 7),
}
const discussion = (id: string, nodes: object[], more: object = {}): object => ({
  ...head,
  ...{ id, updatedAt: '2026-11-23T11:00:00Z', comments: { totalCount: nodes.length, pageInfo: { hasPreviousPage: false }, nodes } },
  ...more,
})
const page = (nodes: object[], endCursor: string | null = null): object => ({
  data: { repository: { discussions: { pageInfo: { hasNextPage: endCursor !== null, endCursor }, nodes } } },
})
const isList = ({ query }: Asked): boolean => query.includes('discussions(first')
const factsOf = ({ pages }: PollResult): Fact[] =>
  pages.flatMap((each) => github.normalize({ ...each, receivedAt: now.toISOString() }, self).facts)
const messagesOf = (result: PollResult): string[] => factsOf(result).flatMap((fact) => (fact.fact === 'message' ? [fact.externalId] : []))
const again = (result: PollResult): unknown => JSON.parse(JSON.stringify(result.cursor))

describe('connecting', () => {
  const viewer = { login: 'fieldnote', databaseId: 7, avatarUrl: null, url: null }
  const repository = { id: 'R_kw1', nameWithOwner: 'Fieldnote/app', url: 'https://github.com/Fieldnote/app', hasDiscussionsEnabled: true }

  test('takes a repository by name or address, and finds out whether notifications can be read', async () => {
    const { io, asked } = ioOf(({ url }) =>
      url.pathname === '/notifications'
        ? new Response('{"message":"Resource not accessible by personal access token"}', { status: 403 })
        : { data: { viewer, repository } },
    )
    for (const typed of ['fieldnote/app', 'https://github.com/fieldnote/app/discussions', 'github.com/fieldnote/app.git'])
      expect(await github.connect.open(io, { repository: typed, token: 't' })).toMatchObject({
        account: { externalId: 'R_kw1', handle: 'fieldnote', name: 'Fieldnote/app' },
        settings: { owner: 'fieldnote', name: 'app', viewerId: '7', mentions: 'no' },
        credentials: { token: 't' },
      })
    expect(asked[0]!.headers.get('authorization')).toBe('Bearer t')
  })

  test('says what is wrong: no repository, one that the token does not see, one without discussions', async () => {
    const open = (given: object, answered: object | null = repository) =>
      github.connect.open(ioOf(() => ({ data: { viewer, repository: answered } })).io, {
        repository: 'fieldnote/app',
        token: 't',
        ...given,
      })
    await expect(open({ repository: 'fieldnote' })).rejects.toMatchObject({ message: expect.stringContaining('example/app') })
    await expect(open({ token: '' })).rejects.toMatchObject({ message: expect.stringContaining('token is missing') })
    await expect(open({}, null)).rejects.toMatchObject({ message: expect.stringContaining('sees no repository') })
    await expect(open({}, { ...repository, hasDiscussionsEnabled: false })).rejects.toMatchObject({
      message: expect.stringContaining('turned off'),
    })
  })
})

describe('a poll', () => {
  test('ends where nothing is new, and asks by id for posts, open messages, and what a webhook named', async () => {
    const { io, asked } = ioOf((each) => {
      if (isList(each))
        return each.variables.after === 'p2' ? page([discussion('D_2', [])]) : page([discussion('D_1', [comment('C_1', 'one')])], 'p2')
      const nodes = each.variables.ids.map((id: string) => (id === 'C_9' ? null : comment(id, 'again', { discussion: head })))
      return { data: { nodes }, errors: [{ type: 'NOT_FOUND', message: 'gone' }] }
    })
    const first = await github.poll(io, { cursor: null, posts: [], open: [] })
    expect(asked).toHaveLength(2)
    const open = ['C_1', 'C_5', 'C_9'].map((externalId) => ({ externalId, ref: {} }))
    const wanted = [{ kind: 'node', id: 'C_7' }]
    const second = await github.poll(io, { cursor: again(first), posts: [], open, wanted })
    expect(asked.slice(2).map(({ variables }) => variables.ids ?? 'list')).toEqual(['list', ['C_7', 'C_5', 'C_9']])
    expect(messagesOf(second)).toEqual(['C_1', 'C_7', 'C_5'])
    expect(factsOf(second)).toContainEqual({ fact: 'removal', externalId: 'C_9', by: 'unknown', platformAt: null })
    expect(second.wanted).toBeUndefined()
  })

  test('gives back what it was to read and could not', async () => {
    const { io } = ioOf((each) => (isList(each) ? page([]) : new Response('', { status: 502 })))
    const result = await github.poll(io, { cursor: null, posts: [], open: [], wanted: [{ kind: 'node', id: 'C_7' }] })
    expect(result).toMatchObject({ trouble: { kind: 'unavailable' }, wanted: [{ kind: 'node', id: 'C_7' }] })
  })

  test('reads a thread that is longer than what came along to its end, answers too, once', async () => {
    const cut = { totalCount: 90, pageInfo: { hasPreviousPage: true }, nodes: [comment('C_90', 'newest')] }
    const { io, asked } = ioOf((each) => {
      if (isList(each)) return page([discussion('D_1', [], { comments: cut })])
      const { id, after } = each.variables
      if (id === 'C_1')
        return {
          data: {
            node: comment('C_1', 'one', {
              discussion: head,
              replies: { pageInfo: { hasNextPage: false }, nodes: [comment('C_12', 'deep')] },
            }),
          },
        }
      const more =
        after === null
          ? [comment('C_1', 'one', { replies: { pageInfo: { hasNextPage: true, endCursor: 'r' }, nodes: [] } })]
          : [comment('C_90', 'newest')]
      return {
        data: { node: discussion('D_1', more, { comments: { pageInfo: { hasNextPage: after === null, endCursor: 'p2' }, nodes: more } }) },
      }
    })
    const first = await github.poll(io, { cursor: null, posts: [], open: [] })
    expect(new Set(messagesOf(first))).toEqual(new Set(['C_90', 'C_1', 'C_12']))
    expect(asked).toHaveLength(4)
    await github.poll(io, { cursor: again(first), posts: [], open: [] })
    expect(asked).toHaveLength(5)
    const posts = [{ externalId: 'D_1', ref: {}, whole: true as const }]
    const third = await github.poll(io, { cursor: again(first), posts, open: [] })
    expect(third.read).toEqual(['D_1'])
  })

  test('a thread that is refused, or does not end, keeps no other one and no mention back', async () => {
    const { io, asked } = ioOf(
      (each) => {
        if (isList(each)) return page([])
        if (each.url.pathname === '/notifications') return Response.json([])
        const { id } = each.variables
        if (id === 'D_1') return { data: { node: null }, errors: [{ type: 'FORBIDDEN', message: 'no', path: ['node'] }] }
        if (id === 'D_2') return new Response('', { status: 502 })
        const pageInfo = { hasNextPage: id === 'D_3', endCursor: `p${asked.length}` }
        return { data: { node: { ...discussion(id, []), comments: { nodes: [], pageInfo } } } }
      },
      { mentions: 'yes' },
    )
    const pendingIn = (result: PollResult): unknown => (again(result) as { pending: string[] }).pending
    const cursor = { begun: true, pending: ['D_1', 'D_2', 'D_3', 'D_4'] }
    const first = await github.poll(io, { cursor, posts: [], open: [] })
    expect(first.trouble?.kind).toBe('rejected')
    expect(pendingIn(first)).toEqual(['D_3', 'D_4', 'D_2'])
    expect(asked.some(({ url }) => url.pathname === '/notifications')).toBe(true)
    const second = await github.poll(io, { cursor: again(first), posts: [{ externalId: 'D_4', ref: {}, whole: true }], open: [] })
    expect(second).toMatchObject({ read: ['D_4'], trouble: { message: expect.stringContaining('100 pages') } })
    expect(pendingIn(second)).toEqual(['D_2'])
  })
})

describe('mentions elsewhere', () => {
  const api = 'https://api.github.com/repos/acme/web'
  const at = (minute: number): string => `2026-11-23T11:${String(minute).padStart(2, '0')}:00Z`
  const said = (id: number, login: string, body: string, more: object = {}): object => ({
    ...{ url: `${api}/issues/comments/${id}`, issue_url: `${api}/issues/3`, node_id: `IC_${id}`, body, created_at: at(id) },
    user: { login, id: login === 'fieldnote' ? 7 : 22 },
    ...more,
  })
  const notification = (id: string, address: string, more: object = {}): object => ({
    ...{ id, reason: 'mention', updated_at: at(9), repository: { full_name: 'acme/web' } },
    subject: { latest_comment_url: address, url: `${api}/issues/3` },
    ...more,
  })
  const issue = said(1, 'bo', 'It crashes', { url: `${api}/issues/3`, issue_url: undefined, node_id: 'I_3' })
  const worldOf = (list: object[], talk: object[], more: object[] = []) =>
    ioOf(
      (each) => {
        const { pathname, searchParams } = each.url
        if (each.query.startsWith('query')) return isList(each) ? page([]) : { data: { nodes: [] } }
        const link = { link: `<https://api.github.com/notifications?page=2>; rel="next"`, 'last-modified': 'Mon, 23 Nov 2026 11:09:00 GMT' }
        if (pathname === '/notifications' && each.headers.has('if-modified-since')) return new Response(null, { status: 304 })
        if (pathname === '/notifications') return searchParams.has('page') ? more : Response.json(list, { headers: link })
        if (pathname.endsWith('/comments')) return pathname.includes('/pulls/') ? [] : talk
        return talk.find((item) => (item as { url: string }).url === each.url.href) ?? issue
      },
      { mentions: 'yes' },
    )

  test('are those whose words name us, whoever spoke last, in every thread told of', async () => {
    const talk = [
      said(2, 'kai', 'Ask @FieldNote, they know'),
      said(4, 'bo', 'Same crash here, @fieldnotes and me@fieldnote.example'),
      said(5, 'bo', '@fieldnote/support?'),
    ]
    const list = [notification('1', `${api}/issues/comments/5`), notification('2', 'https://elsewhere.example/steal')]
    const other = notification('4', `${api}/issues/comments/7`, { repository: { full_name: 'Fieldnote/App' } })
    const pull = notification('5', `${api}/issues/comments/8`, { subject: { url: `${api}/pulls/8`, latest_comment_url: `${api}/pulls/8` } })
    const { io, asked } = worldOf([...list, other, notification('3', '', { reason: 'subscribed' })], talk, [pull])
    const first = await github.poll(io, { cursor: null, posts: [], open: [] })
    expect([...new Set(messagesOf(first))]).toEqual(['IC_2', 'IC_5'])
    expect(factsOf(first)[0]).toMatchObject({ kind: 'mention', mentionsUs: true, ref: { issue: `${api}/issues/3` } })
    expect(new Set(asked.map(({ url }) => url.host))).toEqual(new Set(['api.github.com']))
    expect(asked.map(({ url }) => url.pathname)).toContain('/repos/acme/web/pulls/8/comments')
    const before = asked.length
    await github.poll(io, { cursor: again(first), posts: [], open: [] })
    expect(asked.slice(before).map(({ url }) => url.pathname)).toEqual(['/graphql', '/notifications'])
  })

  test('a thread that goes on is read from where it was', async () => {
    const list = [notification('1', `${api}/issues/comments/5`)]
    const { io, asked } = worldOf(list, [said(2, 'kai', '@fieldnote?')])
    const first = await github.poll(io, { cursor: null, posts: [], open: [] })
    list[0] = notification('1', `${api}/issues/comments/5`, { updated_at: at(30) })
    await github.poll(io, { cursor: { ...(again(first) as object), lastModified: null }, posts: [], open: [] })
    const sinceOf = (path: string): unknown[] =>
      asked
        .filter(({ url }) => url.pathname.endsWith(path) && url.searchParams.has('since'))
        .map(({ url }) => url.searchParams.get('since'))
    expect(sinceOf('/comments')[1]).toBe('2026-11-23T11:08:00.000Z')
    expect(sinceOf('/notifications')[1]).toBe('2026-11-23T10:09:00.000Z')
    list[0] = notification('2', `${api}/issues/comments/5`, { updated_at: at(50) })
    list.push(notification('3', `${api}/issues/comments/5`, { updated_at: at(40) }))
    await github.poll(io, { cursor: null, posts: [], open: [], backTo: '2026-11-20T00:00:00Z' })
    expect(sinceOf('/comments').slice(2), 'one met first goes back as far as all').toEqual(Array(2).fill('2026-11-19T23:59:00.000Z'))
  })

  test('our answer given there by hand stands below the newest mention before it, also when only a mention is read again', async () => {
    const talk = [
      said(2, 'fieldnote', 'Subscribing', { updated_at: at(40) }),
      said(3, 'kai', '@fieldnote?'),
      said(4, 'bo', 'Me too'),
      said(5, 'fieldnote', 'Fixed'),
    ]
    const open = [{ externalId: 'IC_3', ref: { issue: `${api}/issues/3`, at: `${api}/issues/comments/3` } }]
    const { io, asked } = worldOf([], talk)
    const result = await github.poll(io, { cursor: null, posts: [], open })
    expect(new Set(messagesOf(result))).toEqual(new Set(['IC_3', 'IC_5']))
    const answer = { externalId: 'IC_5', ours: true, kind: 'reply', parentExternalId: 'IC_3', text: 'Fixed' }
    expect(factsOf(result)).toContainEqual(expect.objectContaining(answer))
    expect(asked.find(({ url }) => url.pathname.endsWith('/comments'))!.url.searchParams.get('since')).toBe('2026-11-23T11:03:00.000Z')
  })

  test('are read in the sandbox, too, with what others say after them and what we answer', async () => {
    const world = await openSandboxWorld(github)
    onTestFinished(() => world.close())
    const reader = new Reader(github, world)
    const mention = world.mention('Chen', 'ask them')
    const beside = world.comment('Bo', 'I have the same crash', mention)
    await reader.poll()
    const answer = world.answer('Fixed', mention)
    await reader.poll([mention])
    expect(reader.message(mention)).toMatchObject({ kind: 'mention', mentionsUs: true })
    expect(reader.message(answer)).toMatchObject({ ours: true, parentExternalId: mention })
    expect(reader.facts.has(beside)).toBe(false)
  })
})

describe('a reply', () => {
  const target = {
    ...{ externalId: 'C_2', parentExternalId: 'C_1', postExternalId: 'D_1', authorExternalId: '22', authorHandle: 'kai', private: false },
    ref: { discussion: 'D_1', top: 'C_1' },
  }
  const wanted: FindInput = { target, text: 'It ships on Monday', key: 'k', createdAt: now.toISOString(), since: now.toISOString() }
  const own = { author: person('fieldnote', 7), authorAssociation: 'OWNER', createdAt: now.toISOString() }

  test('to an answer stands beside it, below the comment; what landed is found by its words', async () => {
    const there: object[] = []
    const { io, asked } = ioOf(({ query, variables }) => {
      if (query.startsWith('mutation')) {
        there.push(comment('C_3', variables.input.body as string, { ...own, replyTo: { id: variables.input.replyToId }, discussion: head }))
        return { data: { addDiscussionComment: { comment: there[0] } } }
      }
      return {
        data: {
          node: query.includes('replies(last')
            ? comment('C_1', 'x', { discussion: head, replies: { nodes: there } })
            : comment('C_2', 'x', { replyTo: { id: 'C_1' }, discussion: head }),
        },
      }
    })
    expect((await github.find(io, wanted)).found).toBe('unsure')
    const sent = await github.reply(io, wanted)
    expect(asked.at(-1)!.variables.input).toEqual({ discussionId: 'D_1', body: wanted.text, replyToId: 'C_1', clientMutationId: 'k' })
    expect(sent).toMatchObject({ externalId: 'C_3', facts: [{ parentExternalId: 'C_1', postExternalId: 'D_1', ours: true }] })
    expect(await github.find(io, wanted)).toMatchObject({ found: 'landed', sent: { externalId: 'C_3' } })
    expect((await github.find(io, { ...wanted, text: 'Other words' })).found).toBe('unsure')
  })

  test('to what was deleted is gone, also where it keeps its place; a locked discussion refuses', async () => {
    const gone = ioOf(() => ({ data: { node: null }, errors: [{ type: 'NOT_FOUND', message: 'gone' }] }))
    await expect(github.reply(gone.io, wanted)).rejects.toMatchObject({ kind: 'gone', notSent: true })
    const kept = ioOf(() => ({ data: { node: comment('C_2', '', { deletedAt: '2026-11-23T11:30:00Z', discussion: head }) } }))
    await expect(github.reply(kept.io, wanted)).rejects.toMatchObject({ kind: 'gone' })
    const locked = ioOf(({ query }) =>
      query.startsWith('mutation')
        ? { data: { addDiscussionComment: null }, errors: [{ type: 'FORBIDDEN', message: 'The discussion is locked' }] }
        : { data: { node: comment('C_2', 'x', { discussion: head, replies: { nodes: [] } }) } },
    )
    await expect(github.reply(locked.io, wanted)).rejects.toMatchObject({ kind: 'rejected', message: 'The discussion is locked' })
    const equal = comment('C_8', wanted.text, { ...own, discussion: head })
    const thanked = ioOf(({ query }) =>
      query.startsWith('mutation')
        ? { data: { addDiscussionComment: null }, errors: [{ type: 'FORBIDDEN', message: 'locked', path: ['addDiscussionComment'] }] }
        : { data: { node: comment('C_2', 'x', { discussion: head, replies: { nodes: [equal] } }) } },
    )
    await expect(github.reply(thanked.io, wanted), 'equal words to somebody else are not this reply').rejects.toThrow('locked')
  })

  test('to a mention elsewhere goes to its issue', async () => {
    const issue = 'https://api.github.com/repos/acme/web/issues/3'
    const item = {
      node_id: 'IC_6',
      url: `${issue}/comments/6`,
      html_url: 'https://github.com/acme/web/issues/3#issuecomment-6',
      user: { login: 'fieldnote', id: 7 },
      body: wanted.text,
      created_at: now.toISOString(),
    }
    const { io, asked } = ioOf(({ method }) => (method === 'POST' ? Response.json(item, { status: 201 }) : Response.json([item])))
    const mention = { ...wanted, target: { ...target, externalId: 'IC_5', ref: { issue, at: `${issue}/comments/5` } } }
    expect(await github.reply(io, mention)).toMatchObject({
      externalId: 'IC_6',
      url: item.html_url,
      facts: [{ parentExternalId: 'IC_5', ours: true }],
    })
    expect(asked.map(({ url }) => url.pathname)).toEqual(['/repos/acme/web/issues/3/comments'])
    expect(await github.find(io, mention)).toMatchObject({ found: 'landed', sent: { externalId: 'IC_6' } })
  })
})
