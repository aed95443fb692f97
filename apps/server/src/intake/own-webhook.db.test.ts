import { createHmac } from 'node:crypto'
import { eq, sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { mastodon } from '@answerback/platforms/mastodon/adapter'
import { messageFact } from '@answerback/platforms/fact'
import type { Platform, PollResult, Wanted } from '@answerback/platforms/platform'
import { connectChannel } from '../access/channels.ts'
import { disconnectChannel, channelOf } from '../access/channel-changes.ts'
import { schema as t } from '../db/schema.ts'
import { openWorld, type World } from '../../test/world.ts'

const sign = (secret: string, body: string) => createHmac('sha256', secret).update(body).digest('hex')
const asked: string[] = []
/** What was wanted comes as a page each, but for what is not there yet. */
const poll = (wanted: Wanted[]): PollResult => ({
  pages: wanted
    .filter(({ id }) => id !== 'later')
    .map(({ id }) => ({
      resource: id,
      kind: 'page',
      request: { 'x-event': 'post_created' },
      body: JSON.stringify({ id, text: `read by id: ${id}` }),
    })),
  cursor: null,
  waitMs: 60_000,
  wanted: wanted.filter(({ id }) => id === 'later'),
})
/** What the signature was checked beside: settings of the channel, by its own address alone. */
const beside: (string | undefined)[] = []
const installed: { url: string; secret: string }[] = []

/** A forum as there are many: an address and a secret for each, a body that names no account, and the event's name in a header alone. */
const forum: Platform = {
  ...mastodon,
  id: 'forum',
  name: 'Forum',
  connect: {
    ...mastodon.connect,
    fields: [],
    open: async (_io, { name = '' }) => ({
      account: { externalId: name, handle: name, name, avatarUrl: null, url: null },
      settings: {},
      credentials: { token: 'x' },
      cannot: ['like'],
    }),
  },
  can: { ...mastodon.can, webhook: true },
  poll: async (_io, { wanted = [] }) => (asked.push(...wanted.map((each) => each.id)), poll(wanted)),
  webhook: {
    perChannel: true,
    handshake: 'none',
    keeps: ['x-event'],
    verify: (secret, headers, body, { settings }) => (
      beside.push(settings?.webhook),
      secret !== '' && headers['x-signature'] === sign(secret, Buffer.from(body).toString())
    ),
    challenge: () => null,
    answer: (body) => (Buffer.from(body).toString() === '"ping"' ? { type: 'application/json', body: '"pong"' } : null),
    entries: (body) => [{ index: 0, accountExternalId: '', body }],
    sample: (secret) => ({ headers: { 'x-signature': sign(secret, '{}') }, body: '{}' }),
    install: async (_io, hook) => (installed.push(hook), { webhook: 'on' }),
  },
  normalize: ({ body, request, receivedAt }) => {
    const { id, text, only } = JSON.parse(body) as { id?: string; text?: string; only?: string }
    if (only !== undefined) return { facts: [], unknown: [], ignored: 0, wanted: [{ kind: 'post', id: only }] }
    if (request['x-event'] !== 'post_created' || id === undefined) return { facts: [], unknown: [], ignored: 1 }
    return {
      facts: [messageFact({ externalId: id, kind: 'mention', ours: false, platformAt: receivedAt, version: '1', text: text ?? '' })],
      unknown: [],
      ignored: 0,
    }
  },
}

let world: World
let ids: { north: string; south: string }
beforeAll(async () => {
  world = await openWorld()
  world.ctx.platforms = [...world.ctx.platforms, forum]
  world.ctx.env.PUBLIC_URL = 'https://inbox.example'
  const connect = (name: string) => connectChannel(world.ctx, world.workspaceId, 'forum', { name, apiUrl: world.sandbox.url })
  ids = { north: await connect('north'), south: await connect('south') }
})
afterAll(() => world.close())

const post = (channelId: string, body: string, headers: Record<string, string>) =>
  fetch(`${world.url}/webhooks/forum/${channelId}`, { method: 'POST', body, headers: { 'x-event': 'post_created', ...headers } })
const secretOf = async (channelId: string) =>
  (await world.request('GET', `/api/v1/channels/${channelId}/webhook`, { key: world.keys.owner })).body as { url: string; secret: string }
const heard = async () => {
  const { rows } = await world.ctx.db.inWorkspace(world.workspaceId, (tx) =>
    tx.execute<{ channelId: string; text: string }>(
      sql`select channel_id as "channelId", text from message where platform = 'forum' order by id`,
    ),
  )
  return rows
}

test('connecting tells the platform the address and the secret of this channel, and an owner can read both', async () => {
  expect(installed.map((each) => each.url)).toEqual([ids.north, ids.south].map((id) => `https://inbox.example/webhooks/forum/${id}`))
  expect(new Set(installed.map((each) => each.secret)).size).toBe(2)
  expect(await secretOf(ids.north)).toEqual(installed[0])
  expect((await world.request('GET', `/api/v1/channels/${ids.north}/webhook`)).status).toBe(403)
  const [channel] = await world.ctx.db.system.select().from(t.channel).where(eq(t.channel.id, ids.north))
  expect(channel!.settings).toMatchObject({ webhook: 'on', cannot: 'like' })
})

test('what is signed with a channel’s secret is that channel’s, and only at its address', async () => {
  const { secret } = await secretOf(ids.north)
  const body = JSON.stringify({ id: 'n1', text: 'to the north' })
  expect((await post(ids.south, body, { 'x-signature': sign(secret, body) })).status).toBe(401)
  expect((await post(ids.north, body, { 'x-signature': sign('other', body) })).status).toBe(401)
  expect(new Set(beside)).toEqual(new Set(['on']))
  expect((await post(ids.north, body, { 'x-signature': sign(secret, body) })).status).toBe(200)
  const south = JSON.stringify({ id: 's1', text: 'to the south' })
  expect((await post(ids.south, south, { 'x-signature': sign((await secretOf(ids.south)).secret, south) })).status).toBe(200)
  await world.drain()
  expect(await heard()).toEqual([
    { channelId: ids.north, text: 'to the north' },
    { channelId: ids.south, text: 'to the south' },
  ])
})

test('the header that says what happened is kept with the body', async () => {
  const { secret } = await secretOf(ids.north)
  const body = JSON.stringify({ id: 'n2', text: 'only once it is created' })
  const signature = { 'x-signature': sign(secret, body) }
  expect((await post(ids.north, body, { ...signature, 'x-event': 'post_seen' })).status).toBe(200)
  await world.drain()
  expect(await heard()).toHaveLength(2)
  expect((await post(ids.north, body, signature)).status).toBe(200)
  await world.drain()
  expect((await heard()).map((each) => each.text)).toContain('only once it is created')
})

test('what a delivery only names is read by id at once, and again until it is there', async () => {
  const { secret } = await secretOf(ids.north)
  for (const only of ['w1', 'later', 'w1 ']) {
    const body = JSON.stringify({ only: only.trim(), nonce: only })
    expect((await post(ids.north, body, { 'x-signature': sign(secret, body) })).status).toBe(200)
  }
  await world.drain()
  expect(asked.toSorted()).toEqual(['later', 'w1'])
  expect((await heard()).map((each) => each.text)).toContain('read by id: w1')
  await world.drain({ polls: true })
  expect(asked.toSorted()).toEqual(['later', 'later', 'w1'])
})

test('a trying by POST is answered and not stored', async () => {
  const { secret } = await secretOf(ids.north)
  const answer = await post(ids.north, '"ping"', { 'x-signature': sign(secret, '"ping"') })
  expect([answer.status, answer.headers.get('content-type'), await answer.text()]).toEqual([
    200,
    'application/json; charset=utf-8',
    '"pong"',
  ])
  expect((await post(ids.north, '"ping"', { 'x-signature': 'no' })).status).toBe(401)
})

test('a new secret is good beside the one before, and the third one ends the first', async () => {
  const key = world.keys.owner
  const first = (await secretOf(ids.south)).secret
  const renew = async () =>
    ((await world.request('POST', `/api/v1/channels/${ids.south}/webhook/secrets`, { key })).body as { secret: string }).secret
  const status = async (secret: string) => {
    world.pass(3_000)
    const body = JSON.stringify({ id: `r-${secret}` })
    return (await post(ids.south, body, { 'x-signature': sign(secret, body), 'x-event': 'none' })).status
  }
  const second = await renew()
  expect([await status(first), await status(second)]).toEqual([200, 200])
  const third = await renew()
  expect([await status(first), await status(second), await status(third)]).toEqual([401, 200, 200])
})

test('addresses of nobody, of another shape and of a disconnected channel take nothing', async () => {
  const { secret } = await secretOf(ids.north)
  const signature = { 'x-signature': sign(secret, '{}') }
  for (const nobody of ['00000000-0000-7000-8000-000000000000', 'x', "' or true --"])
    expect((await post(encodeURIComponent(nobody), '{}', signature)).status).toBe(401)
  expect((await fetch(`${world.url}/webhooks/forum`, { method: 'POST', body: '{}' })).status).toBe(404)
  expect((await fetch(`${world.url}/webhooks/facebook/${ids.north}`, { method: 'POST', body: '{}' })).status).toBe(404)
  await disconnectChannel(world.ctx, await channelOf(world.ctx, world.workspaceId, ids.north), world.staff.sam)
  world.pass(3_000)
  expect((await post(ids.north, '{}', signature)).status).toBe(401)
  expect((await world.request('GET', `/api/v1/channels/${ids.north}/webhook`, { key: world.keys.owner })).body.code).toBe('channel_off')
})

test('an app cannot be registered for it: there is none', async () => {
  const settings = { appId: ids.south, appSecret: 'mine', verifyToken: 'x' }
  const { status } = await world.request('POST', '/api/v1/platform-apps', { body: { platform: 'forum', settings }, key: world.keys.owner })
  expect(status).toBe(400)
  const { body } = await world.request('GET', '/api/v1/platform-apps', { key: world.keys.owner })
  expect(body.items).toEqual([])
})

test('a delivery that names something is a sign of life, and one that says nothing is none', async () => {
  const id = await connectChannel(world.ctx, world.workspaceId, 'forum', { name: 'west', apiUrl: world.sandbox.url })
  const { secret } = await secretOf(id)
  const stateAfter = async (body: string): Promise<string> => {
    expect((await post(id, body, { 'x-signature': sign(secret, body) })).status).toBe(200)
    await world.drain()
    const { items } = (await world.request('GET', '/api/v1/channels')).body as { items: { id: string; state: string }[] }
    return items.find((each) => each.id === id)!.state
  }
  expect(await stateAfter('{}')).toBe('no_delivery_yet')
  expect(await stateAfter('{"only":"w0"}')).toBe('healthy')
})
