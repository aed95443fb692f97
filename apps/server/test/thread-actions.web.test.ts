import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { demoManager } from '../src/demo/demo.ts'
import type { Running } from '../src/server.ts'
import { openAsked } from './asked-in-public.ts'
import { openPage, type Browser, type Page } from './browser.ts'
import { expectNoRuleBroken, openInstallation, type Installation } from './installation.ts'

/** What can be done to one message, on platforms that can do it, as a community manager meets it. */
let installation: Installation
let running: Running
let browser: Browser
let troubles: string[]

beforeAll(async () => {
  installation = await openInstallation({})
  ;({ running, browser, troubles } = installation)
})

afterAll(() => installation?.close())

async function signIn(screen: 'desktop' | 'phone' = 'desktop'): Promise<Page> {
  const page = await openPage(browser, screen)
  page.on('pageerror', (error) => troubles.push(`${error.message} at ${page.url()}`))
  await page.goto(await running.auth.signInLink(demoManager.email))
  await page.getByRole('heading', { level: 1 }).first().waitFor()
  return page
}

const openQuestion = (page: Page, platform: 'youtube' | 'mastodon', text: string) => openAsked(running, browser, page, platform, text)

const menuOf = (page: Page, name: RegExp) => page.locator('#thread').getByRole('button', { name }).first()
const choose = (page: Page, name: RegExp) => page.getByRole('menuitem', { name }).click()
const thread = (page: Page) => page.locator('#thread')

async function accessible(page: Page): Promise<void> {
  expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
  await expectNoRuleBroken(page, page.url())
}

test('a comment is hidden with a reason by key, shown again and waits on, and is removed for good only after a question', async () => {
  const page = await signIn()
  await openQuestion(page, 'youtube', 'Buy followers here, cheap')
  await thread(page).focus()
  await page.keyboard.press('m')
  const dialog = page.getByRole('dialog')
  await dialog.getByText(/Hide what @?Rosa wrote/).waitFor()
  await dialog.getByRole('button', { name: 'Hide' }).click()
  await dialog.getByRole('alert').filter({ hasText: 'A few words' }).waitFor()
  await accessible(page)
  await dialog.getByLabel(/Spam or abuse/).check()
  await dialog.getByRole('button', { name: 'Hide' }).click()
  await thread(page).getByText('hidden by us').waitFor()
  await thread(page)
    .getByText(/hid a message there: spam or abuse/)
    .waitFor()

  await menuOf(page, /More with what @?Rosa/).click()
  await choose(page, /Show again/)
  await thread(page)
    .getByText(/showed a hidden message again/)
    .waitFor()
  await thread(page)
    .getByText(/^Waiting/)
    .first()
    .waitFor()

  await menuOf(page, /More with what @?Rosa/).click()
  await choose(page, /Remove from/)
  await dialog.getByText('This cannot be undone').waitFor()
  await dialog.getByLabel(/Something else/).check()
  await dialog.getByRole('textbox').fill('Sells followers')
  await dialog.getByRole('button', { name: 'Remove for good' }).click()
  await thread(page).getByText('removed by us').waitFor()
  await thread(page)
    .getByText(/removed a message there: Sells followers/)
    .waitFor()
  expect(troubles).toEqual([])
  await page.context().close()
})

test('the words of an answer are changed there and here, and it stays the answer', async () => {
  const page = await signIn()
  await openQuestion(page, 'youtube', 'Which thread is it?')
  await page.getByRole('textbox', { name: /reply/i }).fill('Linen, waxed twice.')
  await page.keyboard.press('Control+Shift+Enter')
  await thread(page)
    .getByText(/answered in/)
    .first()
    .waitFor({ timeout: 40_000 })
  await menuOf(page, /More with what Fieldnote/).click()
  await choose(page, /Change the words/)
  await page.getByLabel('New words of our answer').fill('Cotton, waxed twice.')
  await page.getByRole('button', { name: 'Change it there' }).click()
  await thread(page)
    .getByText(/changed the words of our answer/)
    .waitFor({ timeout: 20_000 })
  await thread(page).getByText('Cotton, waxed twice.').waitFor()
  await thread(page).getByText('edited', { exact: true }).waitFor()
  await thread(page)
    .getByText(/answered in/)
    .first()
    .waitFor()
  expect(troubles).toEqual([])
  await page.context().close()
})

test('an answer in private says so before and after, on a phone too', async () => {
  const page = await signIn('phone')
  await openQuestion(page, 'mastodon', 'Can I send you my address?')
  await accessible(page)
  await page.getByLabel(/only Rosa will see it/).check()
  await page.getByText('· private').waitFor()
  await page.getByRole('textbox', { name: /reply/i }).fill('Please do.')
  await page.keyboard.press('Control+Shift+Enter')
  await thread(page).locator('[data-reply]').getByText('private').waitFor()
  await thread(page)
    .getByText(/answered in/)
    .first()
    .waitFor({ timeout: 40_000 })
  expect(troubles).toEqual([])
  await page.context().close()
})

test('an answer that waits for its channel can be taken back, and its words with it', async () => {
  const page = await signIn()
  await openQuestion(page, 'mastodon', 'Is it too late to change my mind?')
  const box = page.getByRole('textbox', { name: /reply/i })
  await box.fill('Never.')
  const refuse = (refused: boolean) =>
    running.ctx.db.system.execute(sql`update channel set reauthorize_at = ${refused ? sql`now()` : sql`null`} where platform = 'mastodon'`)
  await refuse(true)
  await page.keyboard.press('Control+Shift+Enter')
  const waiting = thread(page).locator('[data-reply]').filter({ hasText: 'Never.' })
  await waiting.getByText('Still waiting to go out: The channel must be connected again first.').waitFor({ timeout: 30_000 })
  await accessible(page)
  await waiting.getByRole('button', { name: 'Undo' }).click()
  await expect.poll(() => box.inputValue()).toBe('Never.')
  await expect.poll(() => waiting.count()).toBe(0)
  await refuse(false)
  expect(troubles).toEqual([])
  await page.context().close()
})

test('where nothing can be written it leads there and closes as answered there; stars are said in words', async () => {
  const page = await signIn()
  await openQuestion(page, 'mastodon', 'Three of five from me')
  const { ctx } = running
  const { rows } = await ctx.db.systemPool.query<{ id: string }>('select id from workspace')
  await ctx.db.inWorkspace(rows[0]!.id, (tx) => tx.execute(sql`update message set rating = 3 where text like '%Three of five%'`))
  const among = ctx.platforms
  ctx.platforms = among.map((platform) => (platform.id === 'mastodon' ? { ...platform, can: { ...platform.can, reply: false } } : platform))
  await page.reload()
  await page.getByRole('row', { name: /3 stars of five/ }).waitFor()
  await thread(page).getByRole('img', { name: '3 stars of five.' }).waitFor()
  await thread(page).getByText('Answerback cannot write there').waitFor()
  await accessible(page)
  await page.getByRole('button', { name: 'I answered there…' }).click()
  const dialog = page.getByRole('dialog')
  expect(await dialog.getByRole('textbox').inputValue()).toMatch(/^http/)
  await dialog.getByRole('button', { name: 'Close without a reply' }).click()
  await page.goto(`${running.url}/inbox/closed`)
  await page
    .getByRole('row')
    .filter({ hasText: 'Three of five' })
    .getByText(/answered elsewhere/)
    .first()
    .waitFor()
  ctx.platforms = among
  expect(troubles).toEqual([])
  await page.context().close()
})
