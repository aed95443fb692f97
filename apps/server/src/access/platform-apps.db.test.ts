import { eq } from 'drizzle-orm'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { schema as t } from '../db/schema.ts'
import { openOtherWorkspace } from '../../test/busy.ts'
import { openWorld, type World } from '../../test/world.ts'
import { addPlatformApp, seedPlatformApps } from './platform-apps.ts'

let world: World
beforeEach(async () => {
  world = await openWorld()
  world.ctx.fetch = fetch
  world.ctx.env.apiUrls.facebook = world.sandbox.urls.facebook
})
afterEach(() => world.close())

/** The app of the pretend brand, as its workspace registers it. */
async function addApp(appSecret = world.sandbox.secrets.facebook.appSecret): Promise<string> {
  const { appId, verifyToken } = world.sandbox.secrets.facebook
  return addPlatformApp(world.ctx, 'facebook', { appId, appSecret, verifyToken }, { workspaceId: world.workspaceId })
}

describe('apps', () => {
  const list = async (key: string) =>
    (await world.request('GET', '/api/v1/platform-apps', { key })).body.items as { id: string; appId: string; owner: string }[]

  test('of a workspace are its own; those of the installation are for every workspace, and nobody’s to change', async () => {
    const other = await openOtherWorkspace(world)
    await addPlatformApp(world.ctx, 'facebook', { appId: '7', appSecret: 's', verifyToken: 'v' })
    await addApp()
    expect((await list(world.keys.owner)).map((each) => [each.appId, each.owner])).toEqual([
      ['7', 'installation'],
      [world.sandbox.secrets.facebook.appId, 'workspace'],
    ])
    const [shared] = await list(other.key)
    expect(await list(other.key)).toHaveLength(1)
    expect((await world.request('DELETE', `/api/v1/platform-apps/${shared!.id}`, { key: other.key })).status).toBe(403)
    for (const appId of ['7', world.sandbox.secrets.facebook.appId]) {
      const settings = { appId, appSecret: 'mine-now', verifyToken: 'x' }
      expect(
        (await world.request('POST', '/api/v1/platform-apps', { key: other.key, body: { platform: 'facebook', settings } })).status,
      ).toBe(403)
    }
  })

  test('a channel takes the app that its token belongs to, not the newest one', async () => {
    const { pageId, pageAccessToken } = world.sandbox.secrets.facebook
    const mine = await addApp()
    world.pass(1_000)
    await addPlatformApp(world.ctx, 'facebook', { appId: '42', appSecret: 's', verifyToken: 'v' }, { workspaceId: world.workspaceId })
    const settings = { pageId, pageAccessToken }
    const { body } = await world.request('POST', '/api/v1/channels', { key: world.keys.owner, body: { platform: 'facebook', settings } })
    const [row] = await world.ctx.db.system.select().from(t.channel).where(eq(t.channel.id, body.id))
    expect(row!.appId).toBe(mine)
  })

  test('a secret is renewed by adding the next one beside it and retiring the old one: the channel goes over', async () => {
    const { pageId, pageAccessToken, appId } = world.sandbox.secrets.facebook
    const old = await addApp()
    const body = { platform: 'facebook', settings: { pageId, pageAccessToken } }
    const channel = (await world.request('POST', '/api/v1/channels', { key: world.keys.owner, body })).body.id
    const next = await addApp('the-next-one')
    expect(await list(world.keys.owner)).toMatchObject([
      { id: old, appId },
      { id: next, appId },
    ])
    expect((await world.request('DELETE', `/api/v1/platform-apps/${old}`, { key: world.keys.owner })).status).toBe(204)
    const [row] = await world.ctx.db.system.select().from(t.channel).where(eq(t.channel.id, channel))
    expect(row!.appId).toBe(next)
  })
})

describe('the app of a channel', () => {
  test('is changed afterwards, is taken away, and is never that of another platform or workspace', async () => {
    const { pageId, pageAccessToken, appId } = world.sandbox.secrets.facebook
    const mine = await addApp()
    const other = await addPlatformApp(
      world.ctx,
      'facebook',
      { appId: '42', appSecret: 's', verifyToken: 'v' },
      { workspaceId: world.workspaceId },
    )
    const key = world.keys.owner
    const body = { platform: 'facebook', settings: { pageId, pageAccessToken } }
    const { id } = (await world.request('POST', '/api/v1/channels', { key, body })).body
    const bind = (appRow: string | null, channelId = id) =>
      world.request('PATCH', `/api/v1/channels/${channelId}`, { key, body: { appId: appRow } })
    const boundTo = async () => {
      const { items } = (await world.request('GET', '/api/v1/platform-apps', { key })).body
      return items.filter((each: { channelIds: string[] }) => each.channelIds.includes(id)).map((each: { appId: string }) => each.appId)
    }
    expect(await boundTo()).toEqual([appId])
    expect((await bind(other)).status).toBe(204)
    expect(await boundTo()).toEqual(['42'])
    expect((await bind(null)).status).toBe(204)
    expect(await boundTo()).toEqual([])
    expect((await bind(mine)).status).toBe(204)
    expect((await world.ctx.db.inWorkspace(world.workspaceId, (tx) => tx.select().from(t.audit))).map((row) => row.what)).toEqual(
      expect.arrayContaining(['channel.app_changed']),
    )
    const strange = await openOtherWorkspace(world)
    const theirs = await addPlatformApp(
      world.ctx,
      'facebook',
      { appId: '43', appSecret: 's', verifyToken: 'v' },
      { workspaceId: strange.id },
    )
    expect(await bind(theirs)).toMatchObject({ status: 400, body: { invalidParams: [{ name: 'appId' }] } })
    expect(await boundTo()).toEqual([appId])
    const manager = await world.request('PATCH', `/api/v1/channels/${id}`, { key: world.keys.manager, body: { appId: null } })
    expect(manager.status).toBe(403)
  })
})

test('an app of the environment is the installation’s own; when its secret changes, the one before stays good until the next change', async () => {
  const seed = async (appSecret: string) => {
    world.pass(1_000)
    world.ctx.env.platformApps = { facebook: { appId: '7', appSecret, verifyToken: 'v' }, myspace: { appId: '8' } }
    await seedPlatformApps(world.ctx)
    const rows = await world.ctx.db.system.select().from(t.platformApp).orderBy(t.platformApp.createdAt)
    expect(rows.every((row) => row.workspaceId === null)).toBe(true)
    return rows.map((row) => row.id)
  }
  const [first] = await seed('one')
  expect(await seed('one')).toEqual([first])
  const [, second] = await seed('two')
  const [before, third, ...rest] = await seed('three')
  expect([before, rest]).toEqual([second, []])
  expect(third).not.toBe(second)
  world.ctx.env.platformApps = { facebook: { appId: '7' } }
  await expect(seedPlatformApps(world.ctx)).rejects.toThrow('FACEBOOK_APP_ID and what belongs to it: settings.appSecret')
})
