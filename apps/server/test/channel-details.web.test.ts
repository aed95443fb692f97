import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addMember } from '../src/access/workspaces.ts'
import { readEnv } from '../src/env.ts'
import { startServer, type Running } from '../src/server.ts'
import { openBrowser, openPage, type Browser, type Page } from './browser.ts'

/** What only one channel has, as an owner finds it: its webhook, what reading may cost, and when its sign-in ends. */
const owner = 'olga@fieldnote.example'
let dataDir: string
let running: Running
let browser: Browser
const troubles: string[] = []

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'answerback-details-'))
  const env = readEnv({ PORT: '0', SANDBOX_PORT: '0', DATA_DIR: dataDir, SANDBOX_RHYTHM: 'off', LOG_LEVEL: 'silent' })
  running = await startServer(env, { log: pino({ level: 'silent' }), onTrouble: (reason) => troubles.push(reason) })
  const { rows } = await running.ctx.db.systemPool.query<{ id: string }>('select id from workspace')
  await addMember(running.ctx, rows[0]!.id, { name: 'Olga', email: owner, role: 'owner' })
  browser = await openBrowser()
})

afterAll(async () => {
  await browser?.close()
  await running?.stop()
  await rm(dataDir, { recursive: true, force: true })
})

async function signIn(screen: 'desktop' | 'phone'): Promise<Page> {
  const page = await openPage(browser, screen)
  page.on('pageerror', (error) => troubles.push(`${error.message} at ${page.url()}`))
  await page.goto(await running.auth.signInLink(owner))
  await page.getByRole('heading', { level: 1 }).first().waitFor()
  return page
}

/** The platform whose channels have webhooks of their own, and the one that costs money, by what they say of themselves. */
const nameOf = (has: 'own webhook' | 'costs') =>
  running.ctx.platforms.find((each) => (has === 'costs' ? each.costs !== undefined : each.webhook?.perChannel && each.costs === undefined))!
    .name

async function openDetails(page: Page, platform: string) {
  await page.goto(`${running.url}/settings/channels`)
  const line = page.locator('.channel-line').filter({ has: page.getByText(platform, { exact: true }) })
  await line.getByRole('button', { name: 'Webhook and limits' }).click()
  return line
}

test('an owner copies the webhook of a channel and makes another secret, on a phone too', async () => {
  const page = await signIn('phone')
  const line = await openDetails(page, nameOf('own webhook'))
  expect(await line.getByLabel('Callback URL').inputValue()).toMatch(/\/webhooks\/\w+\/[0-9a-f-]{36}$/)
  const before = await line.getByLabel('Secret').inputValue()
  expect(before.length).toBeGreaterThan(20)
  await line.getByRole('button', { name: 'Make a new secret…' }).click()
  await page.getByRole('dialog').getByText('stays good beside it').waitFor()
  await page.getByRole('button', { name: 'Make it' }).click()
  await expect.poll(() => line.getByLabel('Secret').inputValue()).not.toBe(before)
  expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
  await page.context().close()
})

test('what reading may cost in a month is kept, and taken away by leaving it empty', async () => {
  const page = await signIn('desktop')
  const line = await openDetails(page, nameOf('costs'))
  const cap = line.getByLabel(/Reading may cost/)
  await cap.fill('a lot')
  await cap.press('Enter')
  await line.getByText('A sum in US dollars').waitFor()
  const kept = async () => {
    const { rows } = await running.ctx.db.systemPool.query<{ cap: number | null }>('select max(monthly_cap_usd) as cap from channel')
    return rows[0]!.cap
  }
  await cap.fill('12.50')
  await cap.press('Enter')
  await expect.poll(kept).toBe(12.5)
  await cap.fill('')
  await cap.press('Enter')
  await expect.poll(kept).toBe(null)
  await page.context().close()
})

test('a sign-in that ends soon is told in the inbox, with the way to renew it', async () => {
  const page = await signIn('desktop')
  const { name, id } = running.ctx.platforms[0]!
  const endsAt = new Date(Date.now() + 5.5 * 86_400_000).toISOString()
  await running.ctx.db.system.execute(sql`update channel set token_expires_at = ${endsAt}::timestamptz where platform = ${id}`)
  await page.goto(`${running.url}/inbox`)
  await page.getByText(`${name}: sign-in ends in 5 days.`).waitFor()
  await page.getByRole('link', { name: 'Reconnect' }).click()
  await expect.poll(() => page.url()).toContain('/settings/channels?reconnect=')
  expect(troubles).toEqual([])
  await page.context().close()
})
