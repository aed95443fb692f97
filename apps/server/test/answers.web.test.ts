import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { Platform } from '@answerback/platforms/platform'
import { demoManager } from '../src/demo/demo.ts'
import { readEnv } from '../src/env.ts'
import { startServer, type Running } from '../src/server.ts'
import { openAsked, untilRead } from './asked-in-public.ts'
import { openBrowser, openPage, type Browser, type Page } from './browser.ts'

/** What a platform makes of an answer, said before and after it is sent: one to each review, approvals, windows, private answers, what may be spent. */
let dataDir: string
let running: Running
let browser: Browser
let among: readonly Platform[]
const troubles: string[] = []

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'answerback-answers-'))
  const env = readEnv({ PORT: '0', SANDBOX_PORT: '0', DATA_DIR: dataDir, SANDBOX_RHYTHM: 'off', LOG_LEVEL: 'silent' })
  running = await startServer(env, { log: pino({ level: 'silent' }), onTrouble: (reason) => troubles.push(reason) })
  among = running.ctx.platforms
  browser = await openBrowser()
})
afterEach(() => {
  running.ctx.platforms = among
  expect(troubles.splice(0)).toEqual([])
})
afterAll(async () => {
  await browser?.close()
  await running?.stop()
  await rm(dataDir, { recursive: true, force: true })
})

async function signIn(screen: 'desktop' | 'phone' = 'desktop'): Promise<Page> {
  const page = await openPage(browser, screen)
  page.on('pageerror', (error) => troubles.push(`${error.message} at ${page.url()}`))
  await page.goto(await running.auth.signInLink(demoManager.email))
  await page.getByRole('heading', { level: 1 }).first().waitFor()
  return page
}

const thread = (page: Page) => page.locator('#thread')
const composer = (page: Page) => page.locator('#composer')
const field = (page: Page) => page.getByRole('textbox', { name: /reply/i })

async function accessible(page: Page, what: string): Promise<void> {
  expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), what).toBe(true)
  await page.evaluate(await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'))
  const violations = await page.evaluate(() =>
    (globalThis as unknown as { axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> } }).axe
      .run()
      .then((result) => result.violations.map((each) => `${each.id}: ${each.nodes[0]?.html.slice(0, 200)}`)),
  )
  expect(violations, what).toEqual([])
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/${what.replaceAll(' ', '-')}.png` })
}

/** Mastodon, but able to do otherwise. */
function otherwise(change: (platform: Platform) => Platform): void {
  running.ctx.platforms = among.map((platform) => (platform.id === 'mastodon' ? change(platform) : platform))
}

async function inDemo<T>(run: (workspaceId: string) => Promise<T>): Promise<T> {
  const { rows } = await running.ctx.db.systemPool.query<{ id: string }>('select id from workspace')
  return run(rows[0]!.id)
}
const changeMessage = (text: string, set: string) =>
  inDemo((id) =>
    running.ctx.db.inWorkspace(id, (tx) => tx.execute(sql`update message set ${sql.raw(set)} where text like ${`%${text}%`} and not ours`)),
  )

test('a review shows its stars in the queue, and has one answer, whose words are changed instead of a second', async () => {
  const page = await signIn()
  const words = 'Ordered the blue one, got the green one.'
  const review = running.ctx.platforms.find(
    (platform) => platform.can.oneReply && platform.can.editReply && platform.can.reads.join() === 'review',
  )!
  const written = await fetch(`${running.sandbox!.url}/${review.id}/reviews`, {
    method: 'POST',
    body: new URLSearchParams({ name: 'Rosa', text: words, rating: '1' }),
    redirect: 'manual',
  })
  const publicPage = new URL(written.headers.get('location')!, running.sandbox!.url)
  await page.goto(`${running.url}/queue`)
  const queued = await untilRead(running, page, review.id, words)
  await queued.getByRole('img', { name: /^One star of five/ }).waitFor()
  await accessible(page, 'queue with stars')
  await page.goto(`${running.url}/inbox`)
  await page.getByRole('row').filter({ hasText: words }).click()
  await thread(page)
    .getByRole('img', { name: /^One star of five/ })
    .waitFor()
  await field(page).fill('We are sorry. The blue one is on its way.')
  expect(await composer(page).getByText('shows one answer to each').count()).toBe(0)
  await page.keyboard.press('Control+Shift+Enter')
  await thread(page)
    .getByText(/answered in/)
    .first()
    .waitFor({ timeout: 40_000 })
  await composer(page)
    .getByText('What you send takes the place of the one that stands there: “We are sorry. The blue one is on its way.”')
    .waitFor()
  await accessible(page, 'one answer to each')
  await thread(page)
    .getByRole('button', { name: /More with what Fieldnote/ })
    .first()
    .click()
  await page.getByRole('menuitem', { name: /Change the words/ }).click()
  await page.getByLabel('New words of our answer').fill('We are sorry. The blue one went out today.')
  await page.getByRole('button', { name: 'Change it there' }).click()
  await thread(page)
    .getByText(/changed the words of our answer/)
    .waitFor({ timeout: 20_000 })
  const shown = async () => (await fetch(publicPage)).text()
  await expect.poll(shown, { timeout: 20_000 }).toContain('went out today')
  expect(await shown()).not.toContain('is on its way')
  await page.context().close()
})

test('what a platform takes and does not show yet says what it waits for', async () => {
  const page = await signIn()
  await openAsked(running, browser, page, 'mastodon', 'Is this wool?')
  otherwise((platform) => ({
    ...platform,
    reply: async () => ({ externalId: '', url: null, pending: 'A moderator looks at it first.', facts: [] }),
  }))
  await field(page).fill('It is linen.')
  await page.keyboard.press('Control+Shift+Enter')
  const said = thread(page).getByText('Mastodon has taken it and does not show it yet: A moderator looks at it first.')
  await said.waitFor({ timeout: 40_000 })
  expect(await thread(page).locator('[data-reply]').count()).toBe(1)
  await accessible(page, 'waits for an approval')
  await page.context().close()
})

test('a direct message says until when it can be answered, and after that why it cannot', async () => {
  const page = await signIn('phone')
  await openAsked(running, browser, page, 'mastodon', 'Between us, what does it cost?')
  await changeMessage('Between us', 'private = true')
  otherwise((platform) => ({ ...platform, can: { ...platform.can, windowHours: { direct: 24 } } }))
  await page.reload()
  await composer(page)
    .getByText(/^Mastodon takes an answer until/)
    .waitFor()
  await composer(page).getByText('· private').waitFor()
  await field(page).fill('Forty.')
  const send = composer(page).getByRole('button', { name: 'Send' })
  await expect.poll(() => send.isEnabled()).toBe(true)
  await accessible(page, 'direct message')
  await changeMessage('Between us', "platform_at = now() - interval '25 hours'")
  await page.reload()
  await composer(page)
    .getByText(/^Mastodon took answers until .* It is too late to write here\.$/)
    .waitFor()
  expect(await field(page).inputValue()).toBe('Forty.')
  await expect.poll(() => send.isEnabled()).toBe(false)
  await page.context().close()
})

test('Shift+R answers in private, and again in public', async () => {
  const page = await signIn()
  await openAsked(running, browser, page, 'mastodon', 'May I write to you?')
  const inPrivate = page.getByLabel(/only Rosa will see it/)
  const toThread = async () => {
    await page.keyboard.press('Escape')
    await expect.poll(() => page.evaluate('document.activeElement?.id')).toBe('thread')
  }
  await thread(page).focus()
  await page.keyboard.press('Shift+R')
  await expect.poll(() => inPrivate.isChecked()).toBe(true)
  await composer(page).getByText('· private').waitFor()
  await expect.poll(() => page.evaluate('document.activeElement?.tagName')).toBe('TEXTAREA')
  await toThread()
  await page.keyboard.press('Shift+R')
  await expect.poll(() => inPrivate.isChecked()).toBe(false)
  await toThread()
  await page.keyboard.press('Shift+R')
  await expect.poll(() => inPrivate.isChecked()).toBe(true)
  await accessible(page, 'in private')
  await field(page).fill('Please do.')
  await page.keyboard.press('Control+Shift+Enter')
  await thread(page).locator('[data-reply]').getByText('private').waitFor()
  await page.context().close()
})

test('once the limit of costs is reached the composer says so and keeps the draft', async () => {
  const page = await signIn()
  await openAsked(running, browser, page, 'mastodon', 'Do you repair it?')
  await field(page).fill('We do.')
  otherwise((platform) => ({ ...platform, costs: { reply: 0.5 } }))
  const month = new Date().toISOString().slice(0, 7)
  const { db } = running.ctx
  await db.system.execute(sql`update poll set spent_usd = 2.25, spent_month = ${month} where platform = 'mastodon'`)
  await db.system.execute(sql`update channel set monthly_cap_usd = 2, cap_replies = true where platform = 'mastodon'`)
  await page.reload()
  const words = 'Mastodon has cost US$ 2.25 this month, and US$ 2.00 is the limit. Nothing is sent until the next month'
  await composer(page).getByText(words).waitFor()
  expect(await field(page).inputValue()).toBe('We do.')
  await expect.poll(() => composer(page).getByRole('button', { name: 'Send' }).isEnabled()).toBe(false)
  await accessible(page, 'limit of costs')
  await db.system.execute(sql`update channel set cap_replies = false where platform = 'mastodon'`)
  await page.reload()
  await expect.poll(() => composer(page).getByRole('button', { name: 'Send' }).isEnabled()).toBe(true)
  expect(await composer(page).getByText('is the limit').count()).toBe(0)
  await page.context().close()
})
