import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Running } from '../src/server.ts'
import { openPage, type Browser, type Page } from './browser.ts'
import { openInstallation, type Installation } from './installation.ts'

/** A token that dies while people work, as the owner who also answers meets it: nothing written is lost, nothing missed stays missed. */
let installation: Installation
let running: Running
let browser: Browser
let troubles: string[]

beforeAll(async () => {
  installation = await openInstallation({})
  ;({ running, browser, troubles } = installation)
})

afterAll(() => installation?.close())

async function sandbox(method: string, path: string, body?: unknown): Promise<any> {
  const response = await fetch(`${running.sandbox!.url}/_admin/${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status}`)
  return response.json()
}

/** A visitor comments under the brand's newest post, through the form of its public page. */
async function ask(text: string, name: string): Promise<void> {
  const page = await openPage(browser)
  await page.goto(`${running.sandbox!.url}/mastodon`)
  await page.locator('main > article a.link').first().click()
  const form = page.locator('form.write').last()
  await form.locator('[name=name]').fill(name)
  await form.locator('[name=text]').fill(text)
  await form.getByRole('button').click()
  await page.getByText(text).first().waitFor()
  await page.context().close()
}

const row = (page: Page, text: string) => page.getByRole('row').filter({ hasText: text })
const composer = (page: Page) => page.locator('#composer')
const box = (page: Page) => composer(page).getByRole('textbox')
const send = (page: Page) => composer(page).getByRole('button', { name: /^send/i })

test('a dead token blocks writing and keeps drafts; connected again, what waited goes out and what was missed arrives', async () => {
  const page = await openPage(browser)
  page.on('pageerror', (error) => troubles.push(error.message))
  await page.goto(await running.auth.signInLink('ines@fieldnote.example'))
  await page.getByRole('heading', { level: 1 }).first().waitFor()
  await ask('Is the madder root organic?', 'Wren')
  await ask('Does it fade in the sun?', 'Odile')
  await row(page, 'madder root').waitFor({ timeout: 30_000 })
  await row(page, 'fade in the sun').click({ timeout: 30_000 })
  await box(page).fill('A little, over years. Keep it')

  // It dies; one answer is already on its way when that is found out.
  await row(page, 'madder root').click()
  await sandbox('PUT', 'tokens', { platform: 'mastodon', state: 'revoked' })
  await box(page).fill('It is, from one farm.')
  await send(page).click()
  await page.getByText(/Mastodon stopped delivering/).waitFor({ timeout: 30_000 })
  await ask('Can I dye wool with it?', 'Pia')

  await row(page, 'fade in the sun').click()
  await composer(page).getByText('Mastodon does not accept our sign-in any more').waitFor()
  expect(await box(page).inputValue()).toBe('A little, over years. Keep it')
  expect(await box(page).isEditable()).toBe(false)
  expect(await send(page).isDisabled()).toBe(true)

  await sandbox('PUT', 'tokens', { platform: 'mastodon', state: 'valid' })
  await composer(page).getByRole('link', { name: 'Reconnect' }).click()
  const line = page.locator('.channel-line').filter({ has: page.locator('b', { hasText: 'Mastodon' }) })
  await line.getByRole('button', { name: 'Paste a token instead' }).click()
  await line
    .getByLabel('Access token', { exact: true })
    .fill(running.sandbox!.platforms.find((each) => each.id === 'mastodon')!.settings.accessToken!)
  await line.getByRole('button', { name: 'Connect again' }).click()

  await page.goto(`${running.url}/inbox`)
  await row(page, 'dye wool').waitFor({ timeout: 30_000 })
  await expect
    .poll(
      async () =>
        (await sandbox('GET', 'ledger?platform=mastodon')).entries.filter((each: { text?: string }) => each.text?.includes('one farm'))
          .length,
      {
        timeout: 30_000,
      },
    )
    .toBe(1)
  await row(page, 'fade in the sun').click()
  await expect.poll(() => send(page).isDisabled()).toBe(false)
  expect(await box(page).inputValue()).toBe('A little, over years. Keep it')
  expect(troubles).toEqual([])
  await page.context().close()
}, 180_000)
