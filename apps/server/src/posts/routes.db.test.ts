import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { speak } from '@answerback/sandbox/world/speak'
import { schema as t } from '../db/schema.ts'
import { connectAll, openWorld, type World } from '../../test/world.ts'

let world: World
let channels: { id: string; platform: string; handle: string }[]
beforeAll(async () => {
  world = await openWorld()
  await connectAll(world)
  await world.drain({ polls: true })
  channels = (await world.request('GET', '/api/v1/channels', { key: world.keys.owner })).body.items
})
afterAll(() => world.close())

const announce = (body: unknown, options: { key?: string; idempotencyKey?: string } = {}) =>
  world.request('POST', '/api/v1/posts', { body, key: world.keys.manager, ...options })
const channelOf = (platform: string) => channels.find((channel) => channel.platform === platform)!
const rowsOf = (externalId: string) =>
  world.ctx.db.inWorkspace(world.workspaceId, (tx) => tx.select().from(t.post).where(eq(t.post.externalId, externalId)))
const rowOf = async (externalId: string) => (await rowsOf(externalId))[0]
const dueMs = async (channelId: string) =>
  (await world.ctx.db.system.select().from(t.poll).where(eq(t.poll.channelId, channelId)))[0]!.dueAt.getTime() - world.ctx.now().getTime()
const publish = (text: string) => speak(world.sandbox.world, { platform: 'mastodon', author: 'brand', text })

test('a post is known the moment it is announced, its channel is read at once, and what the platform says of it wins', async () => {
  const post = publish('Out by the scheduler')
  const comment = speak(world.sandbox.world, { platform: 'mastodon', author: { name: 'Ana' }, text: 'First!', parentId: post.id })
  const { id } = channelOf('mastodon')
  expect(await dueMs(id)).toBeGreaterThan(0)
  const said = await announce({ platform: 'mastodon', externalId: post.id, text: 'as the scheduler had it' })
  expect([said.status, said.body.state, said.body.externalId]).toEqual([201, 'recorded', post.id])
  expect(await rowOf(post.id)).toMatchObject({ id: said.body.id, channelId: id, ours: true, text: 'as the scheduler had it' })
  expect(await dueMs(id)).toBeLessThanOrEqual(0)
  await world.drain()
  expect(await rowOf(post.id)).toMatchObject({ id: said.body.id, text: 'Out by the scheduler', removedAt: null })
  expect((await world.rows()).map((row) => row.waitingMessage?.text ?? '').join()).toContain('First!')
  expect(comment.parentId).toBe(post.id)
})

test('the same post again is the same post, by its id, its page, or a key', async () => {
  const post = publish('Said three times')
  const first = await announce({ channelId: channelOf('mastodon').id, externalId: post.id }, { idempotencyKey: 'post-1' })
  const again = await announce({ channelId: channelOf('mastodon').id, externalId: post.id }, { idempotencyKey: 'post-1' })
  expect([again.status, again.body]).toEqual([201, first.body])
  const account = `@${channelOf('mastodon').handle}`
  const known = await announce({ platform: 'mastodon', account, externalId: post.id, text: 'other words' })
  expect([known.status, known.body]).toEqual([200, { ...first.body, state: 'known' }])
  const byPage = await announce({ platform: 'mastodon', url: `${world.sandbox.url}/@fieldnote/${post.id}` })
  expect([byPage.status, byPage.body.id]).toEqual([200, first.body.id])
  expect(await rowsOf(post.id)).toHaveLength(1)
  expect((await rowOf(post.id))!.text).not.toBe('other words')
})

test('an address that tells nothing has the channel read, which finds the post', async () => {
  const { id } = channelOf('mastodon')
  await world.drain({ polls: true })
  const post = publish('Found by reading')
  const said = await announce({ platform: 'mastodon', url: 'https://short.example/x7' })
  expect([said.status, said.body]).toEqual([202, { id: null, externalId: null, state: 'looked_for' }])
  expect(await dueMs(id)).toBeLessThanOrEqual(0)
  await world.drain()
  expect(await rowOf(post.id)).toMatchObject({ text: 'Found by reading' })
})

test('a post that is not there is taken down again when the platform says so, and harms nothing', async () => {
  expect((await announce({ platform: 'mastodon', externalId: '999999999' })).status).toBe(201)
  await world.drain({ polls: true })
  expect((await rowOf('999999999'))!.removedAt).not.toBeNull()
})

test('what cannot be meant is refused in words', async () => {
  const cases: [object, number, string][] = [
    [{ platform: 'nowhere', externalId: '1' }, 404, 'not_found'],
    [{ channelId: '01900000-0000-7000-8000-000000000000', externalId: '1' }, 404, 'not_found'],
    [{ platform: 'mastodon', account: 'somebody', externalId: '1' }, 404, 'not_found'],
    [{ platform: 'bluesky', externalId: '3kx' }, 400, 'bad_request'],
    [{ platform: 'mastodon' }, 400, 'bad_request'],
    [{ platform: 'mastodon', externalId: '1', publishedAt: 'soon' }, 400, 'bad_request'],
  ]
  for (const [body, status, code] of cases) {
    const refused = await announce(body)
    expect([refused.status, refused.body.code], JSON.stringify(body)).toEqual([status, code])
  }
  const { id } = channelOf('facebook')
  await world.request('PATCH', `/api/v1/channels/${id}`, { key: world.keys.owner, body: { paused: true } })
  const off = await announce({ channelId: id, externalId: '1_2' })
  expect([off.status, off.body.code]).toEqual([409, 'channel_off'])
})
