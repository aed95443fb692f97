import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Running } from '../src/server.ts'
import { openPage, type Browser, type Page } from './browser.ts'
import { expectNoRuleBroken, openInstallation, type Installation } from './installation.ts'

/** Channels in the settings as an owner meets them, on the demo: its sandbox stands for the platforms. */
let house: Installation
let running: Running
let browser: Browser

beforeAll(async () => {
  house = await openInstallation({})
  ;({ running, browser } = house)
})
afterAll(() => house?.close())

/** Each signs in once; later pages have the same session. */
const sessions = new Map<string, Awaited<ReturnType<ReturnType<Page['context']>['cookies']>>>()

async function signIn(email = 'ines@fieldnote.example', screen: 'desktop' | 'phone' = 'desktop'): Promise<Page> {
  const page = await openPage(browser, screen)
  page.on('pageerror', (error) => house.troubles.push(`${error.message} at ${page.url()}`))
  const held = sessions.get(email)
  if (held) await page.context().addCookies(held)
  await page.goto(held ? `${running.url}/inbox` : await running.auth.signInLink(email))
  await page.getByRole('heading', { level: 1 }).first().waitFor()
  sessions.set(email, await page.context().cookies())
  return page
}

async function openChannels(screen: 'desktop' | 'phone' = 'desktop'): Promise<Page> {
  const page = await signIn(undefined, screen)
  await page.goto(`${running.url}/settings/channels`)
  await line(page, 'Facebook').waitFor()
  return page
}

const line = (page: Page, platform: string) => page.locator('.channel-line').filter({ has: page.locator('b', { hasText: platform }) })
const lines = (page: Page) => page.locator('.channel-line').count()
const stateOf = (page: Page, platform: string) => line(page, platform).locator('.state').innerText()

test('a test says in words what works, and the last deliveries are shown', async () => {
  const page = await openChannels()
  await line(page, 'Facebook').getByRole('button', { name: /^test/i }).click()
  await line(page, 'Facebook').getByText('Reading works').waitFor()
  await line(page, 'Facebook')
    .getByText(/signed test event came back/)
    .waitFor()
  await line(page, 'Facebook').getByRole('button', { name: 'Last deliveries' }).click()
  await line(page, 'Facebook').getByText('webhook', { exact: true }).first().waitFor()
  expect(await line(page, 'Facebook').getByText('does not work').count()).toBe(0)
  await page.context().close()
})

test('a pause and its end', async () => {
  const page = await openChannels()
  await line(page, 'Bluesky').getByRole('button', { name: 'Pause' }).click()
  await expect.poll(() => stateOf(page, 'Bluesky')).toContain('Paused')
  await line(page, 'Bluesky').getByRole('button', { name: 'Go on' }).click()
  await expect.poll(() => stateOf(page, 'Bluesky')).not.toContain('Paused')
  await page.context().close()
})

test('disconnecting asks for the handle, and connecting again goes on', async () => {
  const page = await openChannels()
  const held = await lines(page)
  await line(page, 'Mastodon').getByRole('button', { name: 'Disconnect…' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('textbox').fill('somebody else')
  await page.keyboard.press('Enter')
  expect(await dialog.isVisible()).toBe(true)
  const handle = await line(page, 'Mastodon').locator('bdi').first().innerText()
  await dialog.getByRole('textbox').fill(handle)
  await page.keyboard.press('Enter')
  await expect.poll(() => stateOf(page, 'Mastodon')).toContain('Disconnected')
  await line(page, 'Mastodon').getByRole('button', { name: 'Reconnect' }).click()
  await line(page, 'Mastodon').getByRole('button', { name: 'Paste a token instead' }).click()
  await line(page, 'Mastodon').getByLabel('Access token', { exact: true }).fill('not the token')
  await line(page, 'Mastodon').getByRole('button', { name: 'Connect again' }).click()
  await line(page, 'Mastodon')
    .getByText(/did not accept this/)
    .waitFor()
  await line(page, 'Mastodon').getByLabel('Access token', { exact: true }).fill(running.sandbox!.settingsOf('mastodon').accessToken!)
  await page.keyboard.press('Enter')
  await expect.poll(() => stateOf(page, 'Mastodon')).not.toContain('Disconnected')
  await expect.poll(() => lines(page)).toBe(held)
  await page.context().close()
})

test('a new account is connected with its guide at hand, and what is missing is said at its field', async () => {
  const page = await openChannels()
  const held = await lines(page)
  await page.getByRole('button', { name: 'Connect a channel' }).click()
  await page.getByRole('button', { name: 'Mastodon' }).click()
  await page.getByText('write:statuses').waitFor()
  await page.getByRole('button', { name: 'Paste a token instead' }).click()
  await page.getByRole('button', { name: 'Connect', exact: true }).click()
  await page.getByText('This is needed.').first().waitFor()
  await page.getByLabel('Server').fill('http://169.254.169.254/')
  await page.getByLabel('Access token', { exact: true }).fill('x')
  await page.getByRole('button', { name: 'Connect', exact: true }).click()
  await page.getByText(/leads to a private address/).waitFor()
  await page.getByLabel('Server').fill(`${running.sandbox!.url}/mastodon`)
  await page.getByLabel('Access token', { exact: true }).fill(running.sandbox!.settingsOf('mastodon').accessToken!)
  await page.getByRole('button', { name: 'Connect', exact: true }).click()
  await page
    .getByText(/is connected/)
    .first()
    .waitFor()
  // The same account twice is one channel.
  await expect.poll(() => lines(page)).toBe(held)
  await page.context().close()
})

test('a dead token shows on the inbox, and its way leads to the form', async () => {
  const token = (state: string) =>
    fetch(`${running.sandbox!.url}/_admin/tokens`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ platform: 'bluesky', state }),
    })
  const page = await signIn()
  expect((await token('revoked')).status).toBe(200)
  await running.ctx.db.systemPool.query(`update poll set due_at = now(), leased_until = null where platform = 'bluesky'`)
  await page.getByText(/Bluesky stopped delivering/).waitFor({ timeout: 20_000 })
  await page.getByRole('link', { name: 'Reconnect' }).click()
  await expect.poll(() => stateOf(page, 'Bluesky')).toContain('no longer accepted')
  expect((await token('valid')).status).toBe(200)
  await line(page, 'Bluesky').getByLabel('App password', { exact: true }).fill(running.sandbox!.settingsOf('bluesky').appPassword!)
  await line(page, 'Bluesky').getByRole('button', { name: 'Connect again' }).click()
  await expect.poll(() => stateOf(page, 'Bluesky')).not.toContain('no longer accepted')
  await page.context().close()
})

test('who is no owner is told so', async () => {
  const page = await signIn('sam@fieldnote.example')
  await page.goto(`${running.url}/settings/channels`)
  await page.getByText('Your role may not see this.').waitFor()
  expect(await page.getByRole('button', { name: 'Connect a channel' }).count()).toBe(0)
  await page.context().close()
})

test.each(['desktop', 'phone'] as const)(
  'no accessibility rule is broken on a %s, and nothing is wider than the screen',
  async (screen) => {
    const page = await openChannels(screen)
    await expectNoRuleBroken(page, 'list')
    await line(page, 'Facebook').getByRole('button', { name: 'Last deliveries' }).click()
    await line(page, 'Facebook').getByRole('button', { name: /^test/i }).click()
    await line(page, 'Facebook').getByText('Reading works').waitFor()
    await page.getByRole('button', { name: 'Add an app or a new secret' }).first().click()
    await page.getByLabel('Callback URL').waitFor()
    await expectNoRuleBroken(page, 'open')
    await page.getByRole('button', { name: 'Connect a channel' }).click()
    await expectNoRuleBroken(page, 'choose')
    await page.getByRole('button', { name: 'Facebook' }).click()
    await page.getByText('pages_manage_engagement').waitFor()
    await expectNoRuleBroken(page, 'guide')
    await page.context().close()
  },
)

test('nothing failed on the way', () => expect(house.troubles).toEqual([]))
