import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readEnv } from '../src/env.ts'
import { startServer, type Running } from '../src/server.ts'
import { openBrowser, openPage, type Browser, type Page } from './browser.ts'

/** Connecting by agreeing at the platform, in a browser from end to end: the pretend platforms of the demo show their own pages. */
let dataDir: string
let running: Running
let browser: Browser
let page: Page
const troubles: string[] = []

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'answerback-agree-'))
  const env = readEnv({ PORT: '0', SANDBOX_PORT: '0', DATA_DIR: dataDir, SANDBOX_RHYTHM: 'off', LOG_LEVEL: 'silent' })
  running = await startServer(env, { log: pino({ level: 'silent' }), onTrouble: (reason) => troubles.push(reason) })
  browser = await openBrowser()
  page = await openPage(browser)
  page.on('pageerror', (error) => troubles.push(`${error.message} at ${page.url()}`))
  await page.goto(await running.auth.signInLink('ines@fieldnote.example'))
  await page.getByRole('heading', { level: 1 }).first().waitFor()
})

afterAll(async () => {
  await browser?.close()
  await running?.stop()
  await rm(dataDir, { recursive: true, force: true })
})

const channelLine = (name: string) => page.locator('.channel-line').filter({ has: page.getByText(name, { exact: true }) })
const lines = () => page.locator('.channel-line').count()
const words = (text: string | RegExp) => page.getByText(text).first().waitFor()

async function open(platform: string): Promise<void> {
  await page.goto(`${running.url}/settings/channels`)
  await page.getByRole('button', { name: 'Connect a channel' }).click()
  await page.locator('.choices').getByRole('button', { name: platform }).click()
}

/** Nothing that a machine can find is in the way of anybody. */
async function checkPage(what: string): Promise<void> {
  const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
  await page.evaluate(axe)
  const violations = await page.evaluate(() =>
    (globalThis as unknown as { axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> } }).axe
      .run()
      .then((result) => result.violations.map((each) => `${each.id}: ${each.nodes[0]?.html.slice(0, 200)}`)),
  )
  expect(violations, what).toEqual([])
  expect(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth'), what).toBe(0)
}

test('Facebook: not agreeing is said where one left, and agreeing connects the Pages one chooses', async () => {
  await open('Facebook')
  await words('pages_manage_engagement')
  await checkPage('before leaving')
  await page.getByRole('button', { name: 'Continue to Facebook' }).click()
  await page.getByRole('heading', { name: /would like to access your Pages/ }).waitFor()
  await page.getByRole('button', { name: 'Cancel' }).click()
  await words('You did not agree at Facebook, so nothing was connected. Begin again whenever you like.')
  await checkPage('after not agreeing')

  await page.getByRole('button', { name: 'Continue to Facebook' }).click()
  await page.getByRole('button', { name: 'Continue', exact: true }).click()
  await page.getByRole('heading', { name: 'Which of them?' }).waitFor()
  const choice = (name: string) => page.locator('.account-choices li').filter({ has: page.getByText(name, { exact: true }) })
  expect(await choice('Fieldnote').innerText()).toContain('connected already')
  expect(await choice('Fieldnote Press').getByRole('checkbox').isDisabled()).toBe(true)
  expect(await choice('Fieldnote Guild').getByRole('checkbox').isDisabled()).toBe(true)
  await choice('Fieldnote Outlet').getByRole('checkbox').uncheck()
  for (const size of [
    { width: 390, height: 844 },
    { width: 1440, height: 900 },
  ]) {
    await page.setViewportSize(size)
    await checkPage(`choosing at ${size.width}`)
    if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/choose-${size.width}.png`, fullPage: true })
  }
  await page.getByRole('button', { name: 'Connect one' }).click()
  await words(/One channel is connected/)
  await channelLine('fieldnote.repairs').waitFor()
  expect(await channelLine('fieldnote.repairs').innerText()).toMatch(/token ends in (89|90) days/)
  expect(new URL(page.url()).search).toBe('')
})

test('Facebook: reconnecting a Page asks for that Page alone', async () => {
  const held = await lines()
  await channelLine('fieldnote.repairs').getByRole('button', { name: 'Reconnect' }).click()
  await page.getByRole('button', { name: 'Continue to Facebook' }).click()
  await page.getByLabel('Fieldnote Repairs').uncheck()
  await page.getByRole('button', { name: 'Continue', exact: true }).click()
  await words(/this channel is fieldnote.repairs/)
  await page.getByRole('button', { name: 'Continue to Facebook' }).click()
  await page.getByRole('button', { name: 'Continue', exact: true }).click()
  await words('fieldnote.repairs is connected. New comments arrive in the inbox by themselves.')
  await expect.poll(lines).toBe(held)
})

test('Mastodon: an account is connected on the server that was typed, and reads', async () => {
  const held = await lines()
  await open('Mastodon')
  await page.getByRole('button', { name: 'Continue to Mastodon' }).click()
  await words('This is needed.')
  await page.getByLabel('Server').fill('http://169.254.169.254/')
  await page.getByRole('button', { name: 'Continue to Mastodon' }).click()
  await words(/leads to a private address/)
  await page.getByLabel('Server').fill(`${running.sandbox!.url}/mastodon`)
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/leave-mastodon.png`, fullPage: true })
  await page.getByRole('button', { name: 'Continue to Mastodon' }).click()
  await page.getByRole('heading', { name: 'Authorization required' }).waitFor()
  await page.getByRole('button', { name: 'Authorize' }).click()
  await words(/is connected. New comments arrive/)
  const mastodon = page.locator('.channel-line').filter({ has: page.locator('b', { hasText: 'Mastodon' }) })
  await mastodon.waitFor()
  await mastodon.getByRole('button', { name: /^test/i }).click()
  await mastodon.getByText('Reading works').waitFor()
  // The demo has that account already, and the same account twice is one channel.
  await expect.poll(lines).toBe(held)
})

test('a way back that leads nowhere is a plain page that leads on', async () => {
  await page.goto(`${running.url}/oauth/mastodon?state=made-up&code=x`)
  await words('Nothing was connected. Begin again in the settings, under Channels.')
  expect(await page.title()).toBe('This connection is not known here')
  await page.getByRole('link', { name: 'To the channels' }).click()
  await page.locator('.channel-line').first().waitFor()
})

test('nothing failed on the way', () => expect(troubles).toEqual([]))
