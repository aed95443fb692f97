import { createHmac } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { numberOf, placeId } from '../src/discourse/ids.ts'
import { startSandbox } from '../src/sandbox.ts'
import type { Sandbox } from '../src/sandbox.ts'
import type { Item } from '../src/world/item.ts'
import { speak } from '../src/world/speak.ts'

let sandbox: Sandbox
let first: Item
beforeEach(async () => {
  sandbox = await startSandbox({ port: 0 })
  first = sandbox.world.posts('discourse', true)[0] as Item
})
afterEach(() => sandbox.close())

type Post = {
  id: number
  raw?: string
  cooked: string
  post_number: number
  topic_id: number
  topic_slug: string
  reply_to_post_number: number | null
  version: number
  username: string
  deleted_at: string | null
  actions_summary: { id: number; count?: number; acted?: boolean }[]
}
type Body = Post & {
  errors?: string[]
  error_type?: string
  action?: string
  post: Post
  latest_posts: Post[]
  post_stream: { posts: Post[]; stream: number[] }
  notifications: { id: number; notification_type: number; post_number: number; data: { original_post_id: number } }[]
  total_rows_notifications: number
  load_more_notifications: string
  extras?: { wait_seconds: number }
}

async function call(
  method: string,
  path: string,
  body?: object,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: Body; headers: Headers }> {
  const { apiKey, username } = sandbox.secrets.discourse
  const answer = await fetch(`${sandbox.urls.discourse}/${path}`, {
    method,
    headers: { 'api-key': apiKey, 'api-username': username, ...(body ? { 'content-type': 'application/json' } : {}), ...headers },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
  const text = await answer.text()
  return { status: answer.status, body: (text === '' ? {} : JSON.parse(text)) as Body, headers: answer.headers }
}

function say(text: string, parent: Item = first): Item {
  return speak(sandbox.world, { platform: 'discourse', author: { name: 'Kai' }, text, parentId: parent.id })
}

const topicId = () => Number(first.extra['topicId'])

describe('reading', () => {
  test('a topic: posts count from 1, answers name the number they answer, words come as HTML', async () => {
    const asked = say('Ships <b>when</b>? @fieldnote')
    const below = say('Same question', asked)
    const { body } = await call('GET', `t/${topicId()}.json`)
    expect(body.post_stream.stream).toEqual([first, asked, below].map(numberOf))
    expect(body.post_stream.posts.map((post) => [post.post_number, post.reply_to_post_number])).toEqual([
      [1, null],
      [2, null],
      [3, 2],
    ])
    expect(body.post_stream.posts[1]).toMatchObject({
      cooked: '<p>Ships &lt;b&gt;when&lt;/b&gt;? <a class="mention" href="/u/fieldnote">@fieldnote</a></p>',
      username: 'kai',
    })
    expect(body.post_stream.posts[1]?.raw).toBeUndefined()
    expect((await call('GET', `t/${topicId()}.json?include_raw=true`)).body.post_stream.posts[1]?.raw).toBe('Ships <b>when</b>? @fieldnote')
    const some = await call('GET', `t/${topicId()}/posts.json?post_ids[]=${numberOf(below)}`)
    expect(some.body.post_stream.posts.map(({ id }) => id)).toEqual([numberOf(below)])
    expect((await call('GET', `posts/${numberOf(asked)}/replies.json`)).body).toMatchObject([{ id: numberOf(below) }])
    expect((await call('GET', `posts/by_number/${topicId()}/3.json`)).body).toMatchObject({ id: numberOf(below), raw: 'Same question' })
  })

  test('a long topic gives twenty posts and the ids of all', async () => {
    for (let n = 0; n < 30; n += 1) say(`number ${n}`)
    const { body } = await call('GET', `t/${topicId()}.json`)
    expect([body.post_stream.posts.length, body.post_stream.stream.length]).toEqual([20, 31])
  })

  test('the newest posts of the forum, fifty at a time, up to an id', async () => {
    const said = Array.from({ length: 60 }, (_, n) => say(`number ${n}`))
    const { body } = await call('GET', 'posts.json')
    expect(body.latest_posts).toHaveLength(50)
    expect(body.latest_posts[0]).toMatchObject({ id: numberOf(said.at(-1) as Item), raw: 'number 59' })
    const older = await call('GET', `posts.json?before=${body.latest_posts.at(-1)?.id}`)
    expect(older.body.latest_posts.map(({ id }) => id)).toEqual([...said.slice(0, 11).map(numberOf).reverse(), numberOf(first)])
  })

  test('notifications: one a post, a mention before a reply before a post in a topic of ours', async () => {
    const replied = say('a question')
    const posted = say('among ourselves', replied)
    const mentioned = say('ask @fieldnote then', replied)
    const elsewhere = speak(sandbox.world, { platform: 'discourse', author: { name: 'Bo' }, text: 'good bags', mention: true })
    sandbox.world.like(first, replied.authorId)
    const { body } = await call('GET', 'notifications.json?limit=3')
    expect(body.notifications.map((each) => [each.notification_type, each.data.original_post_id])).toEqual([
      [5, numberOf(first)],
      [1, numberOf(elsewhere)],
      [1, numberOf(mentioned)],
    ])
    expect(body).toMatchObject({
      total_rows_notifications: 5,
      load_more_notifications: '/notifications?limit=3&offset=3&username=fieldnote',
    })
    const more = await call('GET', 'notifications.json?limit=3&offset=3')
    expect(more.body.notifications.map((each) => [each.notification_type, each.data.original_post_id])).toEqual([
      [9, numberOf(posted)],
      [2, numberOf(replied)],
    ])
    await call('PUT', 'notifications/mark-read.json', { id: body.notifications[0]?.id })
    const recent = await call('GET', 'notifications.json?recent=true&limit=60')
    expect(recent.body.notifications.at(-1)?.notification_type, 'what was read comes last').toBe(5)
    sandbox.world.remove(mentioned)
    expect((await call('GET', 'notifications.json')).body.total_rows_notifications).toBe(4)
  })
})

describe('writing', () => {
  test('answers a post by its number, edits and deletes it', async () => {
    const asked = say('does it ship?')
    const made = await call('POST', 'posts.json', { topic_id: topicId(), raw: 'It ships on Monday morning', reply_to_post_number: 2 })
    expect(made.body).toMatchObject({ post_number: 3, reply_to_post_number: 2, username: 'fieldnote', version: 1, topic_id: topicId() })
    expect(sandbox.world.find('discourse', placeId(made.body.id))?.parentId).toBe(asked.id)
    const edited = await call('PUT', `posts/${made.body.id}.json`, { post: { raw: 'It ships on Tuesday morning' } })
    expect(edited.body.post).toMatchObject({ id: made.body.id, version: 2, raw: 'It ships on Tuesday morning' })
    expect((await call('DELETE', `posts/${made.body.id}.json`)).status).toBe(200)
    expect(await call('GET', `posts/${made.body.id}.json`)).toMatchObject({ status: 404, body: { error_type: 'not_found' } })
    expect(sandbox.world.journal.ledger.map(({ method, inReplyTo }) => [method, inReplyTo])).toEqual([
      ['POST', asked.id],
      ['PUT', null],
      ['DELETE', null],
    ])
  })

  test('refuses what is short, long, said just now, gone, or in a closed topic', async () => {
    const raw = 'It ships on Monday morning'
    const post = (more: object) => call('POST', 'posts.json', { topic_id: topicId(), raw, ...more })
    expect(await post({ raw: 'Monday' })).toMatchObject({ status: 422, body: { errors: ['Body is too short (minimum is 20 characters)'] } })
    expect(await post({ raw: 'x'.repeat(32_001) })).toMatchObject({ status: 422 })
    expect(await post({ reply_to_post_number: 9 })).toMatchObject({ status: 404, body: { error_type: 'not_found' } })
    expect(await post({ topic_id: 1 })).toMatchObject({ status: 404 })
    expect((await post({})).status).toBe(200)
    expect((await post({})).body.errors).toEqual(['Body is too similar to what you recently posted'])
    await call('PUT', `t/${topicId()}/status.json`, { status: 'closed', enabled: 'true' })
    expect(await post({ raw: 'It ships on Tuesday morning' })).toMatchObject({ status: 403, body: { error_type: 'invalid_access' } })
  })

  test('a queue takes an answer without a post', async () => {
    sandbox.faults.setQuirks({ queuesReplies: true })
    const { status, body } = await call('POST', 'posts.json', { topic_id: topicId(), raw: 'It ships on Monday morning' })
    expect({ status, body }).toMatchObject({ status: 200, body: { action: 'enqueued', success: true } })
    expect(body.id).toBeUndefined()
  })

  test('likes once', async () => {
    const asked = say('does it ship?')
    const like = { id: numberOf(asked), post_action_type_id: 2 }
    expect((await call('POST', 'post_actions.json', like)).body.actions_summary).toEqual([{ id: 2, count: 1, acted: true, can_undo: true }])
    expect((await call('POST', 'post_actions.json', like)).status).toBe(403)
    expect((await call('DELETE', `post_actions/${numberOf(asked)}.json?post_action_type_id=2`)).body.actions_summary).toEqual([
      { id: 2, can_act: true },
    ])
    expect((await call('DELETE', `post_actions/${numberOf(asked)}.json?post_action_type_id=2`)).status).toBe(404)
  })
})

test('a wrong key is refused everywhere, none where one has to be somebody', async () => {
  const wrong = await call('GET', 'posts.json', undefined, { 'api-key': 'x' })
  expect(wrong).toMatchObject({ status: 403, body: { error_type: 'invalid_access', errors: [expect.stringContaining('key is invalid')] } })
  expect((await call('GET', 'posts.json', undefined, { 'api-username': 'somebody' })).status).toBe(403)
  expect((await fetch(`${sandbox.urls.discourse}/posts.json`)).status).toBe(200)
  expect(await (await fetch(`${sandbox.urls.discourse}/notifications.json`)).json()).toMatchObject({ error_type: 'not_logged_in' })
  sandbox.faults.setToken('discourse', 'revoked', new Date())
  expect((await call('GET', 'notifications.json')).status).toBe(403)
})

test('sixty calls a minute, then it says how long to wait', async () => {
  await sandbox.close()
  sandbox = await startSandbox({ port: 0, enforceLimits: true })
  for (let n = 0; n < 60; n += 1) await call('GET', 'session/current.json')
  const over = await call('GET', 'session/current.json')
  expect(over).toMatchObject({ status: 429, body: { error_type: 'rate_limit' } })
  expect(over.headers.get('retry-after')).toBe(String(over.body.extras?.wait_seconds))
})

test('signs its webhooks in hex over the raw bytes, an event each', async () => {
  const got: { headers: Record<string, unknown>; body: string }[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      got.push({ headers: request.headers, body: Buffer.concat(chunks).toString() })
      response.end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const secret = 's3cr3t-s3cr3t'
  const { port } = server.address() as AddressInfo
  const sender = sandbox.webhooks.of('discourse')
  sender.target = { url: `http://127.0.0.1:${port}/`, secret, verifyToken: '' }
  const asked = say('@fieldnote does it ship?')
  sandbox.world.edit(asked, '@fieldnote does it ship today?')
  sandbox.world.remove(asked)
  await expect.poll(() => got.length).toBe(3)
  server.close()
  for (const { headers, body } of got)
    expect(headers['x-discourse-event-signature']).toBe(`sha256=${createHmac('sha256', secret).update(body).digest('hex')}`)
  const events = got.map(({ headers, body }) => [headers['x-discourse-event'], (JSON.parse(body) as { post: Post }).post] as const)
  const byName = new Map(events)
  expect(byName.get('post_created')).toMatchObject({
    id: numberOf(asked),
    raw: '@fieldnote does it ship?',
    post_number: 2,
    topic_id: topicId(),
  })
  expect(byName.get('post_edited')).toMatchObject({ raw: '@fieldnote does it ship today?', version: 2 })
  expect(byName.get('post_destroyed')?.deleted_at).not.toBeNull()
  // The test vector of the documentation.
  expect(createHmac('sha256', secret).update('{"ping":"OK"}').digest('hex')).toBe(
    'c6fe11db8a326c9290a2290a2ef39fb0f52a70b73288e2d702e0eb0dfb24b0f2',
  )
})
