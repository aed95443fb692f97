import { afterEach, beforeEach, expect, test } from 'vitest'
import { join, type Joined } from '../../test/visitor.ts'
import { openWorld, type World } from '../../test/world.ts'
import { addPlatformApp } from './platform-apps.ts'

/** A platform whose redirect address ends with a slash, and that calls the code by another name. */
let world: World
let olga: Joined

beforeEach(async () => {
  world = await openWorld()
  world.ctx.fetch = fetch
  world.ctx.env.apiUrls.tiktok = `${world.sandbox.urls.tiktok}/open_api/v1.3`
  olga = await join(world, 'Olga', 'owner')
  const { appId, appSecret } = world.sandbox.secrets.tiktok
  await addPlatformApp(world.ctx, 'tiktok', { appId, appSecret, verifyToken: '' }, { workspaceId: world.workspaceId })
})
afterEach(() => world.close())

async function begin(): Promise<URL> {
  const { status, body } = await olga.request('POST', '/api/v1/authorizations', { platform: 'tiktok' })
  expect(status).toBe(201)
  return new URL(body.url)
}

/** Agrees over there, or not; gives the address that one is sent back to. */
async function answer({ origin, pathname, searchParams }: URL, given: 'allow' | 'cancel'): Promise<string> {
  const body = new URLSearchParams([...searchParams, ['answer', given]])
  const response = await fetch(`${origin}${pathname}`, { method: 'POST', body, redirect: 'manual' })
  expect(response.status).toBe(302)
  return response.headers.get('location')!
}

async function comeBack(url: string): Promise<string> {
  const response = await fetch(url, { redirect: 'manual', headers: { cookie: olga.cookie() } })
  expect(response.status).toBe(303)
  return response.headers.get('location')!
}

test('the way back has its slash and its own name for the code, and ends in a channel whose tokens last a year', async () => {
  const guides = (await olga.request('GET', '/api/v1/platforms')).body.items as { id: string; redirectUrl: string | null }[]
  const redirectUrl = guides.find(({ id }) => id === 'tiktok')!.redirectUrl
  expect(redirectUrl).toBe(`${world.url}/oauth/tiktok/`)
  const url = await begin()
  expect(url.searchParams.get('redirect_uri')).toBe(redirectUrl)
  const back = await answer(url, 'allow')
  expect(back).toMatch(/\/oauth\/tiktok\/\?auth_code=/)
  const [, id] = /^\/settings\/channels\?connected=(.+)$/.exec(await comeBack(back)) ?? []
  const channels = (await olga.request('GET', '/api/v1/channels')).body.items as { id: string; handle: string; tokenExpiresAt: string }[]
  expect(channels).toMatchObject([{ id, handle: 'fieldnote' }])
  expect(Math.round((Date.parse(channels[0]!.tokenExpiresAt) - world.ctx.now().getTime()) / 86_400_000)).toBe(365)
  expect((await olga.request('DELETE', `/api/v1/channels/${id}`)).status).toBe(204)
  const revoked = world.sandbox.world.journal.calls.filter((call) => call.platform === 'tiktok' && call.path.includes('/oauth2/revoke/'))
  expect(revoked.map((call) => call.status)).toEqual([200])
})

test('a refusal, and an address without that name, connect nothing', async () => {
  expect(await comeBack(await answer(await begin(), 'cancel'))).toMatch(/connect=tiktok&failed=/)
  const agreed = await answer(await begin(), 'allow')
  expect(await comeBack(agreed.replace('auth_code=', 'code='))).toMatch(/connect=tiktok&failed=/)
  expect((await olga.request('GET', '/api/v1/channels')).body.items).toEqual([])
})
