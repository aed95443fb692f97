import { createHmac } from 'node:crypto'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startSandbox } from '../src/sandbox.ts'
import type { Sandbox } from '../src/sandbox.ts'
import type { Item } from '../src/world/item.ts'
import { speak } from '../src/world/speak.ts'

const platform = 'github'
let sandbox: Sandbox
let post: Item
beforeEach(async () => {
  sandbox = await startSandbox({ port: 0, brand: 'empty' })
  post = speak(sandbox.world, { platform, author: 'brand', text: 'New pattern' })
})
afterEach(() => sandbox.close())

async function ask(query: string, variables: object = {}): Promise<any> {
  const headers = { authorization: `Bearer ${sandbox.secrets[platform].token}`, 'content-type': 'application/json' }
  const answer = await fetch(`${sandbox.urls[platform]}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query, variables }) })
  return answer.json()
}

async function get(path: string, headers: Record<string, string> = {}): Promise<{ status: number; headers: Headers; body: any }> {
  const token = `Bearer ${sandbox.secrets[platform].token}`
  const answer = await fetch(`${sandbox.urls[platform]}/${path}`, { headers: { authorization: token, ...headers } })
  const text = await answer.text()
  return { status: answer.status, headers: answer.headers, body: text === '' ? null : JSON.parse(text) }
}

const comment = (name: string, text: string, parent: Item = post): Item =>
  speak(sandbox.world, { platform, author: { name }, text, parentId: parent.id })

test('lists discussions by their last change, with comments and the answers to each', async () => {
  const old = comment('Ana', 'Which file?')
  const other = speak(sandbox.world, { platform, author: 'brand', text: 'Another', createdAt: Date.now() + 1_000 })
  const nested = comment('Bo', 'I wonder too', old)
  const beside = comment('Cy', 'And I', nested)
  expect(beside.parentId, 'answers nest once').toBe(old.id)
  comment('Di', 'Later', post).createdAt += 5_000
  const [owner, name] = sandbox.secrets[platform].repository.split('/')
  const { data, errors } = await ask(
    `query($owner: String!, $name: String!, $n: Int = 10) {
      repository(owner: $owner, name: $name) {
        discussions(first: $n, orderBy: { field: UPDATED_AT, direction: DESC }) {
          pageInfo { hasNextPage endCursor }
          nodes { ...Talk }
        }
      }
      rateLimit { remaining }
    }
    # parts come after
    fragment Talk on Discussion { id number title body comments(first: 1) { totalCount pageInfo { hasNextPage endCursor }
      nodes { id replyTo { id } author { login ... on User { databaseId } } text: bodyText replies(last: 5) { nodes { id replyTo { id } } } } } }`,
    { owner, name },
  )
  expect(errors).toBeUndefined()
  const [first, second] = data.repository.discussions.nodes
  expect([first.id, second.id]).toEqual([post.id, other.id])
  expect(first.comments).toMatchObject({ totalCount: 2, pageInfo: { hasNextPage: true } })
  expect(first.comments.nodes).toMatchObject([
    {
      id: old.id,
      replyTo: null,
      text: 'Which file?',
      author: { login: 'ana', databaseId: Number(old.authorId) },
      replies: {
        nodes: [
          { id: nested.id, replyTo: { id: old.id } },
          { id: beside.id, replyTo: { id: old.id } },
        ],
      },
    },
  ])
  const next = await ask(
    'query($id: ID!, $after: String) { node(id: $id) { ... on Discussion { comments(first: 5, after: $after) { nodes { body } } } } }',
    {
      id: post.id,
      after: first.comments.pageInfo.endCursor,
    },
  )
  expect(next.data.node.comments.nodes).toEqual([{ body: 'Later' }])
})

test('writes, changes, deletes and hides; what was answered keeps its place without words', async () => {
  const { id } = comment('Ana', 'Which file?')
  const add = 'mutation($in: AddDiscussionCommentInput!) { addDiscussionComment(input: $in) { clientMutationId comment { id url body } } }'
  const added = await ask(add, { in: { discussionId: post.id, replyToId: id, body: 'The "first"\nline', clientMutationId: 'k1' } })
  const { comment: reply, clientMutationId } = added.data.addDiscussionComment
  expect([clientMutationId, reply.body]).toEqual(['k1', 'The "first"\nline'])
  expect(sandbox.world.find(platform, reply.id)?.parentId).toBe(id)
  expect((await ask(add, { in: { discussionId: post.id, replyToId: reply.id, body: 'Deeper' } })).errors).toMatchObject([
    { type: 'UNPROCESSABLE' },
  ])
  for (const body of ['', 'x'.repeat(65_537)])
    expect((await ask(add, { in: { discussionId: post.id, body } })).errors).toMatchObject([{ type: 'UNPROCESSABLE' }])
  await ask(`mutation { updateDiscussionComment(input: { commentId: "${reply.id}", body: "The second" }) { comment { id } } }`)
  expect(sandbox.world.find(platform, reply.id)?.text).toBe('The second')
  await ask(
    `mutation { minimizeComment(input: { subjectId: "${id}", classifier: SPAM }) { minimizedComment { isMinimized minimizedReason } } }`,
  )
  expect(sandbox.world.find(platform, id)?.hidden).toBe(true)
  sandbox.world.remove(sandbox.world.find(platform, id)!)
  const place = await ask(`{ node(id: "${id}") { ... on DiscussionComment { body deletedAt author { login } } } }`)
  expect(place.data.node).toMatchObject({ body: '', author: null, deletedAt: expect.stringMatching(/Z$/) })
  expect((await ask(add, { in: { discussionId: post.id, replyToId: id, body: 'Too late' } })).errors).toMatchObject([{ type: 'NOT_FOUND' }])
  await ask(`mutation { deleteDiscussionComment(input: { id: "${reply.id}" }) { comment { id } } }`)
  expect((await ask(`{ node(id: "${id}") { id } }`)).errors).toMatchObject([{ type: 'NOT_FOUND', path: ['node'] }])
  expect(sandbox.world.journal.ledger.filter(({ text }) => text !== null)).toHaveLength(1)
})

test('refuses what it does not know, and lists without a size', async () => {
  expect((await ask('{ viewer { login shoeSize } }')).errors).toMatchObject([
    { extensions: { code: 'undefinedField', fieldName: 'shoeSize' } },
  ])
  expect((await ask('{ viewer { login')).errors).toHaveLength(1)
  expect((await ask('')).errors).toHaveLength(1)
  const sizes = await ask(`{ node(id: "${post.id}") { ... on Discussion { comments { totalCount } } } }`)
  expect(sizes).toMatchObject({ data: { node: { comments: null } }, errors: [{ type: 'MISSING_PAGINATION_BOUNDARIES' }] })
  expect((await ask('{ repository(owner: "acme", name: "app") { id } }')).errors).toMatchObject([{ type: 'NOT_FOUND' }])
  expect((await get('user', { authorization: 'Bearer ghp_other' })).body).toMatchObject({ message: 'Bad credentials', status: '401' })
})

test('a fault may meet one kind of query alone', async () => {
  sandbox.faults.add({
    platform,
    match: { method: 'POST', path: '/graphql', body: 'addDiscussionComment', times: 1 },
    fault: { kind: 'rate_limited' },
  })
  expect((await ask('{ viewer { login } }')).data.viewer.login).toBe('fieldnote')
  expect((await ask('mutation { addDiscussionComment(input: {}) { clientMutationId } }')).message).toContain('secondary rate limit')
  expect((await ask('mutation { addDiscussionComment(input: {}) { clientMutationId } }')).errors).toMatchObject([{ type: 'NOT_FOUND' }])
})

test('notifications tell who mentioned the brand elsewhere, and nothing when nothing is new', async () => {
  const mention = speak(sandbox.world, { platform, author: { name: 'Chen' }, text: 'ask them', mention: true })
  const one = await get('notifications?participating=true')
  expect(one.body).toMatchObject([{ reason: 'mention', subject: { type: 'Issue' } }])
  expect(one.headers.get('x-poll-interval')).toBe('60')
  const path = new URL(one.body[0].subject.latest_comment_url).pathname.replace('/github/', '')
  expect((await get(path)).body).toMatchObject({ node_id: mention.id, body: '@fieldnote ask them', user: { login: 'chen' } })
  expect((await get('notifications', { 'if-modified-since': one.headers.get('last-modified') ?? '' })).status).toBe(304)
})

test('of a thread there is one notification, by its newest comment; further pages stand in Link', async () => {
  const mentions = [1, 2].map((n) => speak(sandbox.world, { platform, author: { name: 'Chen' }, text: `ask them ${n}`, mention: true }))
  const later = comment('Bo', 'I have the same crash', mentions[0])
  later.createdAt += 5_000
  const one = await get('notifications?per_page=1')
  expect(one.body).toMatchObject([{ reason: 'mention', id: String(mentions[0]!.extra['databaseId']) }])
  expect(one.body[0].subject.latest_comment_url).toContain(`/comments/${String(later.extra['databaseId'])}`)
  const pathOf = (address: string): string => address.slice(`${sandbox.urls[platform]}/`.length)
  const next = /<([^>]+)>; rel="next"/.exec(one.headers.get('link') ?? '')?.[1]
  const two = await get(pathOf(next!))
  expect([two.body.length, two.headers.get('link')]).toEqual([1, null])
  const issue = await get(pathOf(one.body[0].subject.url as string))
  expect(issue.body).toMatchObject({ url: one.body[0].subject.url, node_id: expect.stringMatching(/^I_/), comments: 2 })
})

test('an issue elsewhere is answered by REST, on one level, and only its writer deletes there', async () => {
  const mention = speak(sandbox.world, { platform, author: { name: 'Chen' }, text: 'ask them', mention: true })
  const { issue_url: issue } = (await get(`repos/elsewhere/bags/issues/comments/${String(mention.extra['databaseId'])}`)).body
  const headers = { authorization: `Bearer ${sandbox.secrets[platform].token}`, 'content-type': 'application/json' }
  const write = async (body: string) => fetch(`${issue}/comments`, { method: 'POST', headers, body: JSON.stringify({ body }) })
  expect((await write(' ')).status).toBe(422)
  const written = await write('Here we are')
  expect(written.status).toBe(201)
  const { node_id: id } = (await written.json()) as { node_id: string }
  expect(sandbox.world.find(platform, id)).toMatchObject({ parentId: mention.id, text: 'Here we are' })
  const list = await get(`${new URL(issue).pathname.replace('/github/', '')}/comments?since=${new Date(Date.now() - 60_000).toISOString()}`)
  expect(list.body.map((each: { body: string }) => each.body)).toEqual(['@fieldnote ask them', 'Here we are'])
  const remove = (subject: string) => ask(`mutation { deleteIssueComment(input: { id: "${subject}" }) { clientMutationId } }`)
  expect((await remove(mention.id)).errors).toMatchObject([{ type: 'FORBIDDEN' }])
  expect((await remove(id)).errors).toBeUndefined()
  expect(sandbox.world.find(platform, id)).toBeUndefined()
  const nodes = await ask(`{ nodes(ids: ["${id}", "${mention.id}"]) { id } }`)
  expect(nodes).toMatchObject({ data: { nodes: [null, { id: mention.id }] }, errors: [{ type: 'NOT_FOUND', path: ['nodes', 0] }] })
})

test('tells its webhook of comments, signed, an event a request', async () => {
  const heard: { headers: Record<string, string>; body: any; raw: string }[] = []
  sandbox.world.listen((happening) => {
    for (const { headers, body } of sandbox.webhooks.of(platform).requestsFor(happening, 's3cret'))
      heard.push({ headers, raw: body, body: JSON.parse(body) })
  })
  const written = comment('Ana', 'Which file?')
  sandbox.world.edit(written, 'Which files?')
  sandbox.world.remove(written)
  expect(heard.map(({ headers, body }) => [headers['x-github-event'], body.action])).toEqual([
    ['discussion_comment', 'created'],
    ['discussion_comment', 'edited'],
    ['discussion_comment', 'deleted'],
  ])
  const [{ headers, raw, body }] = heard as [(typeof heard)[number]]
  expect(headers['x-hub-signature-256']).toBe(`sha256=${createHmac('sha256', 's3cret').update(raw).digest('hex')}`)
  expect(body).toMatchObject({
    comment: { node_id: written.id, parent_id: null, body: 'Which file?', user: { login: 'ana' } },
    discussion: { node_id: post.id },
    repository: { full_name: sandbox.secrets[platform].repository },
    sender: { login: 'ana' },
  })
  expect(heard[1]?.body.changes).toEqual({ body: { from: 'Which file?' } })
})
