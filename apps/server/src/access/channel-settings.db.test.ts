import { sql } from 'drizzle-orm'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { platformById } from '@answerback/platforms/registry'
import { speak } from '@answerback/sandbox/world/speak'
import { openOtherWorkspace } from '../../test/busy.ts'
import { connectAll, openWorld, type World } from '../../test/world.ts'

const platforms = ['facebook', 'bluesky', 'mastodon'] as const
type Platform = (typeof platforms)[number]

let world: World
let channels: Record<Platform, string>
beforeEach(async () => {
  world = await openWorld()
  channels = await connectAll(world)
})
afterEach(() => world.close())

const asOwner = (method: string, path: string, body?: unknown) => world.request(method, `/api/v1${path}`, { body, key: world.keys.owner })

async function channel(id: string) {
  const { body } = await asOwner('GET', '/channels')
  return body.items.find((each: { id: string }) => each.id === id)
}

async function comment(platform: Platform, text = 'Does the strap come off?'): Promise<string> {
  const post = world.sandbox.world.posts(platform, true)[0]!
  speak(world.sandbox.world, { platform, author: { name: 'Ada' }, text, parentId: post.id })
  await world.settle(35_000)
  await world.drain({ polls: true })
  return (await world.rows()).find((row) => row.platform === platform && row.waitingMessage?.text.includes(text))!.id
}

const reply = (conversationId: string, text: string, undoSeconds = 0) =>
  world.request('POST', `/api/v1/conversations/${conversationId}/replies`, { body: { text, undoSeconds }, idempotencyKey: text })

const accepted = (text: string) =>
  world.sandbox.world.journal.ledger.filter((entry) => !entry.repeated && entry.text?.includes(text)).length

/** What reconnecting takes: only what is secret, the rest stays. */
const secretsOf = (platform: Platform): Record<string, string> => {
  const { facebook, bluesky, mastodon } = world.sandbox.secrets
  if (platform === 'facebook') return { pageAccessToken: facebook.pageAccessToken }
  return platform === 'bluesky' ? { appPassword: bluesky.appPassword } : { accessToken: mastodon.accessToken }
}

describe('connecting', () => {
  test('each platform says what it takes, which permissions and why, and where webhooks go', async () => {
    const { status, body } = await asOwner('GET', '/platforms')
    expect(status).toBe(200)
    expect(body.items.map((each: { id: string }) => each.id)).toEqual(expect.arrayContaining([...platforms]))
    for (const each of body.items) {
      expect(each.fields.length).toBeGreaterThan(0)
      expect(each.steps.length).toBeGreaterThan(1)
      for (const { name, why } of each.permissions) expect([name, why].every((words) => words.length > 3)).toBe(true)
      const { webhook } = platformById(each.id)!
      expect(each.webhookUrl).toBe(webhook && !webhook.perChannel ? `${world.url}/webhooks/${each.id}` : null)
    }
  })

  test.each(['http://169.254.169.254/', 'http://127.0.0.1:1/', 'http://[::1]/', 'file:///etc/passwd', '10.0.0.1'])(
    'a server at %s is refused before anything is called',
    async (url) => {
      const refused = await asOwner('POST', '/channels', { platform: 'mastodon', settings: { url, accessToken: 'x' } })
      expect(refused).toMatchObject({ status: 422, body: { code: 'host_not_allowed' } })
      const again = await asOwner('PUT', `/channels/${channels.mastodon}/credentials`, { settings: { url, accessToken: 'x' } })
      expect(again).toMatchObject({ status: 422, body: { code: 'host_not_allowed' } })
    },
  )
})

describe('a token that died', () => {
  test.each(platforms)('%s: replies wait, held, and go out once after it is connected again', async (platform) => {
    const conversationId = await comment(platform)
    world.sandbox.faults.setToken(platform, 'revoked', world.ctx.now())
    const text = `It does, ${platform}`
    expect((await reply(conversationId, text)).status).toBe(202)
    await world.settle(60_000)
    expect(await channel(channels[platform])).toMatchObject({ state: 'needs_reauthorization' })
    const waiting = (await world.request('GET', `/api/v1/conversations/${conversationId}`)).body.replies
    expect(waiting).toMatchObject([{ state: 'queued', dueAt: null }])
    expect(accepted(text)).toBe(0)

    const refused = await asOwner('PUT', `/channels/${channels[platform]}/credentials`, { settings: secretsOf(platform) })
    expect(refused).toMatchObject({ status: 422, body: { code: 'connection_refused' } })
    expect(await channel(channels[platform])).toMatchObject({ state: 'needs_reauthorization' })

    world.sandbox.faults.setToken(platform, 'valid', world.ctx.now())
    const again = await asOwner('PUT', `/channels/${channels[platform]}/credentials`, { settings: secretsOf(platform) })
    expect(again).toMatchObject({ status: 204 })
    await world.settle(60_000)
    expect(accepted(text)).toBe(1)
    expect(await channel(channels[platform])).toMatchObject({ state: 'healthy', error: null })
  })

  test('credentials of another account are refused, and nothing changes', async () => {
    const before = (await world.ctx.db.system.execute(sql`select credentials, external_id from channel where id = ${channels.mastodon}`))
      .rows
    await world.ctx.db.system.execute(
      sql`update channel set external_id = 'somebody-else', handle = 'else@elsewhere' where id = ${channels.mastodon}`,
    )
    const refused = await asOwner('PUT', `/channels/${channels.mastodon}/credentials`, { settings: secretsOf('mastodon') })
    expect(refused).toMatchObject({ status: 409, body: { code: 'account_differs', detail: expect.stringContaining('else@elsewhere') } })
    const after = (await world.ctx.db.system.execute(sql`select credentials from channel where id = ${channels.mastodon}`)).rows
    expect(after[0]!.credentials).toEqual(before[0]!.credentials)
  })
})

describe('a pause', () => {
  test('refuses new replies in words, keeps those on their way, and lets them go after it', async () => {
    const conversationId = await comment('mastodon')
    expect((await reply(conversationId, 'Soon', 10)).status).toBe(202)
    expect((await asOwner('PATCH', `/channels/${channels.mastodon}`, { paused: true })).status).toBe(204)
    expect(await channel(channels.mastodon)).toMatchObject({ state: 'paused', nextPollAt: null })
    await world.settle(30_000)
    expect(accepted('Soon')).toBe(0)
    expect(await reply(conversationId, 'Another')).toMatchObject({
      status: 409,
      body: { code: 'channel_off', detail: expect.stringContaining('is paused') },
    })
    expect((await asOwner('PATCH', `/channels/${channels.mastodon}`, { paused: false })).status).toBe(204)
    await world.settle(30_000)
    expect(accepted('Soon')).toBe(1)
  })
})

describe('disconnecting', () => {
  test.each(platforms)(
    '%s: erases the credentials, keeps the history, cancels what waited, and the same channel goes on later',
    async (platform) => {
      const conversationId = await comment(platform)
      const before = await channel(channels[platform])
      expect((await reply(conversationId, 'Never sent', 10)).status).toBe(202)
      expect((await asOwner('DELETE', `/channels/${channels[platform]}`)).status).toBe(204)
      expect((await asOwner('DELETE', `/channels/${channels[platform]}`)).status).toBe(204)
      expect(await channel(channels[platform])).toMatchObject({ state: 'disconnected', nextPollAt: null, error: null })
      const { rows } = await world.ctx.db.system.execute(
        sql`select length(credentials) as length from channel where id = ${channels[platform]}`,
      )
      expect(rows).toEqual([{ length: 0 }])

      const post = world.sandbox.world.posts(platform, true)[0]!
      speak(world.sandbox.world, { platform, author: { name: 'Bo' }, text: 'Anybody there?', parentId: post.id })
      await world.settle(60_000)
      await world.drain({ polls: true })
      const open = await world.request('GET', `/api/v1/conversations/${conversationId}`)
      expect(open).toMatchObject({ status: 200, body: { state: 'waiting', reply: null } })
      expect(open.body.messages.some((message: { text: string }) => message.text.includes('Anybody there?'))).toBe(false)
      expect(open.body.replies).toMatchObject([{ state: 'cancelled', reason: `${before.handle} was disconnected before this was sent.` }])
      expect(accepted('Never sent')).toBe(0)
      expect(await reply(conversationId, 'Too late')).toMatchObject({ status: 409, body: { code: 'channel_off' } })
      const like = await world.request('PUT', `/api/v1/conversations/${conversationId}/like`, { body: {} })
      expect(like).toMatchObject({ status: 409, body: { code: 'channel_off' } })
      expect(await asOwner('PATCH', `/channels/${channels[platform]}`, { paused: true })).toMatchObject({ status: 409 })

      expect((await asOwner('PUT', `/channels/${channels[platform]}/credentials`, { settings: secretsOf(platform) })).status).toBe(204)
      expect((await asOwner('GET', '/channels')).body.items).toHaveLength(Object.keys(channels).length)
      expect(await channel(channels[platform])).toMatchObject({ id: before.id, connectedAt: before.connectedAt })
      await world.settle(60_000)
      await world.drain({ polls: true })
      const texts = (await world.rows()).map((row) => row.lastMessage.text)
      expect(texts.filter((text) => text.includes('Anybody there?'))).toHaveLength(1)
      expect((await reply(conversationId, 'Here again')).status).toBe(202)
      await world.settle(30_000)
      expect(accepted('Here again')).toBe(1)
    },
  )

  test('what was done to a channel stands in the audit, without a secret', async () => {
    await asOwner('PATCH', `/channels/${channels.bluesky}`, { paused: true })
    await asOwner('PATCH', `/channels/${channels.bluesky}`, { paused: false })
    await asOwner('DELETE', `/channels/${channels.bluesky}`)
    const { rows } = await world.ctx.db.inWorkspace(world.workspaceId, (tx) =>
      tx.execute<{ what: string; by_id: string | null }>(
        sql`select what, by_id from audit where about->>'channelId' = ${channels.bluesky} order by created_at, id`,
      ),
    )
    expect(rows.map((row) => row.what)).toEqual(['channel.connected', 'channel.paused', 'channel.resumed', 'channel.disconnected'])
    expect(rows.slice(1).every((row) => row.by_id !== null)).toBe(true)
  })
})

describe('a test', () => {
  test('says in words what works, and its event is stored and makes nothing', async () => {
    const { status, body } = await asOwner('POST', `/channels/${channels.facebook}/test`)
    expect(status).toBe(200)
    expect(body.checks).toMatchObject([
      { what: 'read', ok: true, words: expect.stringContaining('let us read as') },
      { what: 'webhook', ok: true, words: `A signed test event came back through ${world.url}/webhooks/facebook and was stored.` },
    ])
    await world.drain()
    const deliveries = (await world.request('GET', `/api/v1/deliveries?channelId=${channels.facebook}`, { key: world.keys.owner })).body
      .items
    expect(deliveries.filter((each: { kind: string }) => each.kind === 'webhook')).toMatchObject([{ state: 'done', facts: 0 }])
    expect((await asOwner('POST', `/channels/${channels.mastodon}/test`)).body.checks).toMatchObject([{ what: 'read', ok: true }])
  })

  test('says what is wrong with a dead token and without an app', async () => {
    world.sandbox.faults.setToken('facebook', 'revoked', world.ctx.now())
    for (const app of (await asOwner('GET', '/platform-apps')).body.items)
      expect((await asOwner('DELETE', `/platform-apps/${app.id}`)).status).toBe(204)
    const { body } = await asOwner('POST', `/channels/${channels.facebook}/test`)
    expect(body.checks).toMatchObject([
      { what: 'read', ok: false, words: expect.stringContaining('Connect the account again.') },
      { what: 'webhook', ok: false, words: expect.stringContaining('No app is registered') },
    ])
  })
})

test('apps are listed without their secrets, and one that is forgotten verifies nothing more', async () => {
  const { body } = await asOwner('GET', '/platform-apps')
  const app = body.items.find((each: { platform: string }) => each.platform === 'facebook')
  expect(app).toMatchObject({ appId: world.sandbox.secrets.facebook.appId, channels: 1 })
  expect(JSON.stringify(body)).not.toContain(world.sandbox.secrets.facebook.appSecret)
  expect(JSON.stringify(body)).not.toContain(world.sandbox.secrets.facebook.verifyToken)
  const other = await openOtherWorkspace(world)
  expect((await world.request('GET', '/api/v1/platform-apps', { key: other.key })).body.items).toEqual([])
  expect((await world.request('DELETE', `/api/v1/platform-apps/${app.id}`, { key: other.key })).status).toBe(404)
  expect((await asOwner('DELETE', `/platform-apps/${app.id}`)).status).toBe(204)
  const left = body.items.filter((each: { id: string }) => each.id !== app.id)
  expect((await asOwner('GET', '/platform-apps')).body.items).toEqual(left)
})

describe('who may', () => {
  const writes = [
    ['GET', '/platforms'],
    ['PATCH', '/channels/ID', { paused: true }],
    ['PUT', '/channels/ID/credentials', { settings: {} }],
    ['DELETE', '/channels/ID'],
    ['POST', '/channels/ID/test'],
    ['GET', '/platform-apps'],
    ['DELETE', '/platform-apps/ID'],
  ] as const
  test('only an owner, and only in the own workspace', async () => {
    const other = await openOtherWorkspace(world)
    for (const [method, path, body] of writes) {
      const url = `/api/v1${path.replace('ID', channels.mastodon)}`
      for (const key of [world.keys.manager, world.keys.client])
        expect((await world.request(method, url, { body, key })).status, `${method} ${path}`).toBe(403)
      if (path.includes('ID')) expect((await world.request(method, url, { body, key: other.key })).status, `${method} ${path}`).toBe(404)
    }
    expect(await channel(channels.mastodon)).toMatchObject({ state: 'no_delivery_yet' })
  })
})
