import { createServer } from 'node:http'
import { and, eq, sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { addPlatformApp } from '../src/access/platform-apps.ts'
import { schema as t } from '../src/db/schema.ts'
import { addMember } from '../src/access/workspaces.ts'
import type { Running } from '../src/server.ts'
import { openPage, type Browser, type Page } from './browser.ts'
import { expectNoRuleBroken, openInstallation, type Installation } from './installation.ts'

/** What only one channel has, as an owner finds it: its webhook, what reading may cost, and when its sign-in ends. */
const owner = 'olga@fieldnote.example'
let installation: Installation
let running: Running
let browser: Browser
let troubles: string[]

beforeAll(async () => {
  installation = await openInstallation({})
  ;({ running, browser, troubles } = installation)
  const { rows } = await running.ctx.db.systemPool.query<{ id: string }>('select id from workspace')
  await addMember(running.ctx, rows[0]!.id, { name: 'Olga', email: owner, role: 'owner' })
})

afterAll(() => installation?.close())

async function signIn(screen: 'desktop' | 'phone'): Promise<Page> {
  const page = await openPage(browser, screen)
  page.on('pageerror', (error) => troubles.push(`${error.message} at ${page.url()}`))
  await page.goto(await running.auth.signInLink(owner))
  await page.getByRole('heading', { level: 1 }).first().waitFor()
  return page
}

/** Platforms by what they say of themselves: one whose channels have a webhook with a secret of their own, one that signs with its own keys, one that costs money. */
const nameOf = (has: 'own webhook' | 'own keys' | 'costs') =>
  running.ctx.platforms.find(({ webhook, costs }) => {
    if (has === 'costs') return costs !== undefined
    return webhook?.perChannel && costs === undefined && (webhook.keys !== undefined) === (has === 'own keys')
  })!.name

async function openDetails(page: Page, platform: string) {
  await page.goto(`${running.url}/settings/channels`)
  const line = page.locator('.channel-line').filter({ has: page.getByText(platform, { exact: true }) })
  await line.getByRole('button', { name: 'Details' }).click()
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

test('where the platform signs with keys of its own, the words say how to enter the address, and there is no secret to enter', async () => {
  for (const screen of ['phone', 'desktop'] as const) {
    const page = await signIn(screen)
    const line = await openDetails(page, nameOf('own keys'))
    expect(await line.getByLabel('Callback URL').inputValue()).toMatch(/\/webhooks\/[\w-]+\/[0-9a-f-]{36}$/)
    await line.getByText('make a subscription of your topic').waitFor()
    expect(await line.getByLabel('Secret').count()).toBe(0)
    expect(await line.getByRole('button', { name: 'Make a new secret…' }).count()).toBe(0)
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
    await page.context().close()
  }
})

test('what reading may cost in a month is kept, and taken away by leaving it empty', async () => {
  const page = await signIn('desktop')
  const line = await openDetails(page, nameOf('costs'))
  const cap = line.getByLabel(/It may cost/)
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

test('another app speaks for a channel once somebody chooses it', async () => {
  const page = await signIn('desktop')
  const platform = running.ctx.platforms.find((each) => each.connect.app && each.connect.oauth)!
  const { rows } = await running.ctx.db.systemPool.query<{ id: string }>('select id from workspace')
  const app = { appId: '4242', appSecret: 'made-up', verifyToken: 'made-up' }
  const id = await addPlatformApp(running.ctx, platform.id, app, { workspaceId: rows[0]!.id })
  const line = await openDetails(page, platform.name)
  const choice = line.getByLabel(/^App that speaks for/)
  const boundTo = async () => {
    const found = await running.ctx.db.systemPool.query<{ app: string | null }>('select app_id as app from channel where platform = $1', [
      platform.id,
    ])
    return found.rows.map((row) => row.app)
  }
  const before = await choice.inputValue()
  await choice.selectOption({ label: 'App 4242' })
  await expect.poll(boundTo).toEqual([id])
  await choice.selectOption({ label: 'None: it is only polled' })
  await expect.poll(boundTo).toEqual([null])
  await choice.selectOption(before)
  await expect.poll(boundTo).toEqual([before])
  await page.context().close()
})

test('a feed is tried, kept and taken away, and a post is announced, on a phone too', async () => {
  const feed = createServer((request, response) =>
    response.end(request.url === '/feed.xml' ? '<rss><channel></channel></rss>' : '<!doctype html><p>No feed'),
  )
  await new Promise<void>((resolve) => feed.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void feed.close())
  const host = `127.0.0.1:${(feed.address() as { port: number }).port}`
  running.ctx.env.allowedHosts.push(host)
  const page = await signIn('phone')
  const line = await openDetails(page, 'Mastodon')
  const url = line.getByLabel('Address of the feed')
  await url.fill(`http://${host}/`)
  await line.getByRole('button', { name: 'Try it and keep it' }).click()
  await line.getByText(/neither RSS nor Atom nor JSON Feed/).waitFor()
  await url.fill(`http://${host}/feed.xml`)
  await line.getByRole('button', { name: 'Try it and keep it' }).click()
  await line.getByText(`http://${host}/feed.xml`).waitFor()
  await line.getByText(/^read .* ago$/).waitFor()
  await expectNoRuleBroken(page, 'details with a feed')
  await line.getByRole('button', { name: 'Take it away' }).click()
  await line.getByLabel('Address of the feed').waitFor()
  await line.getByText(`http://${host}/feed.xml`).waitFor({ state: 'detached' })

  const announce = line.getByRole('button', { name: 'Announce it' })
  await announce.click()
  await line.getByText('This is needed.').waitFor()
  const ours = async () => {
    const { rows } = await running.ctx.db.systemPool.query<{ id: string }>('select id from workspace')
    const posts = await running.ctx.db.inWorkspace(rows[0]!.id, (tx) =>
      tx
        .select({ id: t.post.externalId })
        .from(t.post)
        .where(and(eq(t.post.platform, 'mastodon'), eq(t.post.ours, true))),
    )
    return posts[0]?.id ?? null
  }
  await expect.poll(ours).not.toBe(null)
  for (const [post, words] of [
    ['114602983745501123', 'It is known now, and the channel is being read.'],
    ['https://example.org/short/1', /Its address does not tell which post it is/],
    [(await ours())!, 'It was known already. The channel is being read now.'],
  ] as const) {
    await line.getByLabel('Address or id of the post').fill(post)
    await announce.click()
    await line.getByText(words).waitFor()
  }
  await expectNoRuleBroken(page, 'after announcing')
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
