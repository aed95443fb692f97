import { generateKeyPairSync } from 'node:crypto'
import { eq } from 'drizzle-orm'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { speak } from '@answerback/sandbox/world/speak'
import { connectAll, openWorld, type World } from '../../test/world.ts'
import { channelOf, disconnectChannel } from '../access/channel-changes.ts'
import { schema as t } from '../db/schema.ts'

/** A platform that signs what it pushes with keys that it publishes. */
const platform = 'google-business'

let world: World
let channelId: string
/** How often the keys were asked for, and what is answered in place of the sandbox. */
let asked: number
let answer: (() => Response) | null
beforeEach(async () => {
  world = await openWorld()
  asked = 0
  answer = null
  const { fetch } = world.ctx
  world.ctx.fetch = async (url, init) => {
    if (!String(url).endsWith('/oauth2/v3/certs')) return fetch(url, init)
    asked += 1
    return answer?.() ?? fetch(url, init)
  }
  channelId = (await connectAll(world))[platform]
  await world.drain({ polls: true })
  // Each is tried once: what is refused is not sent again.
  sender().pausesMs = []
})
afterEach(() => world.close())

const sender = () => world.sandbox.webhooks.of(platform)
const say = (text: string): string => speak(world.sandbox.world, { platform, author: { name: 'Ana' }, text, rating: 2 }).id
/** Says something, and what the push of it was answered. */
async function push(text: string): Promise<number | undefined> {
  say(text)
  await world.drain()
  return sender().log.at(-1)?.status
}
const held = async (): Promise<string[]> =>
  (await world.rows()).filter((row) => row.platform === platform).map((row) => row.lastMessage.text)

test('a review is in the inbox as soon as it is pushed, without waiting for the next round of reading', async () => {
  expect(await push('Closed at half past four')).toBe(200)
  expect(await held()).toEqual(['Closed at half past four'])
  const { items } = (await world.request('GET', '/api/v1/channels')).body as {
    items: { id: string; state: string; can: { ownWebhook: boolean } }[]
  }
  expect(items.find((each) => each.id === channelId)).toMatchObject({ state: 'healthy', can: { ownWebhook: true } })
})

test('the keys are asked for once, again after an hour, and at once where a signature fits none of them', async () => {
  for (const text of ['one', 'two']) expect(await push(text)).toBe(200)
  expect(asked).toBe(1)
  world.pass(61 * 60_000)
  expect(await push('three')).toBe(200)
  expect(asked).toBe(2)
  // Somebody else's signature: it makes us ask once a minute, however often it comes.
  sender().target = { ...sender().target!, secret: 'https://else.example/' }
  for (const text of ['four', 'five']) expect(await push(text)).toBe(401)
  expect(asked).toBe(2)
  world.pass(61_000)
  for (const text of ['six', 'seven']) expect(await push(text)).toBe(401)
  expect(asked).toBe(3)
})

test('keys that cannot be read make the platform come again; those of before are good for a day', async () => {
  answer = () => new Response('', { status: 503 })
  expect(await push('one')).toBe(503)
  answer = null
  expect(await push('two')).toBe(200)
  answer = () => new Response('', { status: 503 })
  world.pass(2 * 3_600_000)
  expect(await push('three')).toBe(200)
  world.pass(23 * 3_600_000)
  expect(await push('four')).toBe(503)
  expect(await world.ctx.db.system.select().from(t.delivery).where(eq(t.delivery.kind, 'webhook'))).toHaveLength(2)
})

test('keys that changed are read for the first signature by a new one', async () => {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  answer = () => Response.json({ keys: [{ ...publicKey.export({ format: 'jwk' }), alg: 'RS256', use: 'sig', kid: 'older' }] })
  expect(await push('one')).toBe(401)
  answer = null
  world.pass(61_000)
  expect(await push('two')).toBe(200)
  expect(asked).toBe(2)
})

test('an owner reads how to enter the address, and no secret; the test event of our own goes through', async () => {
  const { body } = await world.request('GET', `/api/v1/channels/${channelId}/webhook`, { key: world.keys.owner })
  expect(body).toEqual({
    url: `${world.url}/webhooks/${platform}/${channelId}`,
    secret: null,
    words: expect.stringContaining('subscription'),
  })
  const { checks } = (await world.request('POST', `/api/v1/channels/${channelId}/test`, { key: world.keys.owner })).body as {
    checks: object[]
  }
  expect(checks).toMatchObject([
    { what: 'read', ok: true },
    { what: 'webhook', ok: true },
  ])
})

test('disconnecting has nobody told any more, and its address takes nothing', async () => {
  expect(sender().topics).toEqual(['NEW_REVIEW', 'UPDATED_REVIEW'])
  await disconnectChannel(world.ctx, await channelOf(world.ctx, world.workspaceId, channelId), world.staff.sam)
  expect(sender().topics).toEqual([])
  sender().topics = ['NEW_REVIEW']
  world.pass(3_000)
  expect(await push('after the end')).toBe(401)
})
