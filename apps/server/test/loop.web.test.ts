import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { demoLead, demoManager } from '../src/demo/demo.ts'
import type { Running } from '../src/server.ts'
import { openPage, type Browser, type Page } from './browser.ts'
import { expectNoRuleBroken, openInstallation, type Installation } from './installation.ts'

/**
 * The whole product as its people meet it: the real program with its embedded database, queue and sandbox, a visitor on the public pages, and staff
 * in real browsers. Nothing is reloaded to see something new.
 */
const platforms = ['facebook', 'bluesky', 'mastodon'] as const

let house: Installation
let running: Running
let browser: Browser

beforeAll(async () => {
  house = await openInstallation({})
  ;({ running, browser } = house)
})
afterAll(() => house?.close())

async function signIn(email: string, screen: 'desktop' | 'phone' = 'desktop'): Promise<Page> {
  const page = await house.visit(await running.auth.signInLink(email), screen)
  await page.getByRole('heading', { level: 1 }).first().waitFor()
  return page
}

/** A visitor comments under the brand's newest post on one platform, through the form of its public page. Gives the page, at the comment. */
async function comment(platform: string, name: string, text: string): Promise<Page> {
  const page = await openPage(browser)
  await page.goto(`${running.sandbox!.url}/${platform}`)
  await page.locator('main > article a.link').first().click()
  const form = page.locator('form.write').last()
  await form.locator('[name=name]').fill(name)
  await form.locator('[name=text]').fill(text)
  await form.getByRole('button').click()
  await page.getByText(text).first().waitFor()
  return page
}

/** The public page shows it now; people press reload there. */
async function expectOnPage(page: Page, text: string): Promise<void> {
  await expect.poll(async () => (await page.reload(), page.getByText(text).count()), { timeout: 30_000, interval: 300 }).toBe(1)
}

function row(page: Page, text: string) {
  return page.getByRole('row').filter({ hasText: text })
}

describe.each(['desktop', 'phone'] as const)('the loop on a %s', (screen) => {
  test.each(platforms)('%s: a comment shows up by itself, is answered, and the answer stands on the public page', async (platform) => {
    const page = await signIn(demoManager.email, screen)
    const question = `Does the strap come off? (${platform}, ${screen})`
    const answer = `It does, two clips. (${platform}, ${screen})`
    const visitor = await comment(platform, 'Rosa', question)
    await row(page, question).waitFor({ timeout: 20_000 })
    await row(page, question).click()
    const box = page.getByRole('textbox', { name: /reply|write/i })
    await box.fill(answer)
    await page.getByRole('button', { name: /^send/i }).click()
    await expectOnPage(visitor, answer)
    await page.goto(`${running.url}/inbox/answered`)
    await row(page, question).waitFor()
    await page.goto(`${running.url}/inbox`)
    await page.getByRole('heading', { level: 1 }).first().waitFor()
    expect(await row(page, question).count()).toBe(0)
    await visitor.context().close()
    await page.context().close()
  })
})

test('a reply can be undone for ten seconds, and its words come back', async () => {
  const page = await signIn(demoManager.email)
  const question = 'Which of the three fades the least?'
  const visitor = await comment('mastodon', 'Ade', question)
  await row(page, question).click({ timeout: 20_000 })
  const box = page.getByRole('textbox', { name: /reply|write/i })
  await box.fill('Indigo, by far.')
  await page.getByRole('button', { name: /^send/i }).click()
  await page.getByRole('button', { name: /undo/i }).first().click()
  await row(page, question).waitFor()
  await row(page, question).click()
  await expect.poll(() => box.inputValue()).toBe('Indigo, by far.')
  await expect.poll(async () => (await fetchReplies()).filter((state) => state === 'cancelled').length).toBe(1)
  await visitor.reload()
  expect(await visitor.getByText('Indigo, by far.').count()).toBe(0)
})

test('two people: what one does the other sees, and answering second is refused with what was written', async () => {
  const sam = await signIn(demoManager.email)
  const theo = await signIn(demoLead.email)
  const question = 'Was charged twice, who do I write to?'
  const visitor = await comment('bluesky', 'Bex', question)
  for (const page of [sam, theo]) {
    await row(page, question).click({ timeout: 20_000 })
    await page.getByRole('textbox', { name: /reply|write/i }).fill(page === sam ? 'Write to us, we refund today.' : 'I will look into it.')
  }
  await sam.getByRole('button', { name: /got it/i }).click()
  await theo.getByText(/Sam/).first().waitFor()
  await sam.getByRole('button', { name: /^send/i }).click()
  await theo.getByRole('button', { name: /^send/i }).click()
  await theo.getByRole('dialog').getByText('Write to us, we refund today.').waitFor()
  await expectOnPage(visitor, 'Write to us, we refund today.')
  expect(await visitor.getByText('I will look into it.').count()).toBe(0)

  // Sent anyway, with an answer that is lost on its way back: pressing again does not send it twice.
  const before = (await fetchReplies()).length
  let lost = false
  await theo.route('**/replies', async (route) => {
    if (lost || route.request().method() !== 'POST') return route.continue()
    lost = true
    await route.fetch()
    await route.abort()
  })
  const anyway = theo.getByRole('dialog').getByRole('button', { name: 'Send anyway' })
  await anyway.click()
  await theo.getByText('No connection. Your text is kept here.').first().waitFor()
  await anyway.click()
  await expect.poll(() => theo.getByRole('dialog').count()).toBe(0)
  expect((await fetchReplies()).length).toBe(before + 1)
}, 120_000)

test('a like leaves them waiting, and nothing closes without a reason', async () => {
  const page = await signIn(demoManager.email)
  const said = 'Mine has lived in a pannier since May.'
  await comment('mastodon', 'Hal', said)
  await row(page, said).click({ timeout: 20_000 })
  await page
    .getByRole('button', { name: /like, still waiting/i })
    .first()
    .click()
  await row(page, said)
    .filter({ hasText: /Liked, not answered/ })
    .waitFor()
  await page.getByRole('button', { name: /no reply needed/i }).click()
  await page
    .getByRole('dialog')
    .getByText(/thanks/i)
    .first()
    .click()
  await page.goto(`${running.url}/inbox`)
  await page.getByRole('heading', { level: 1 }).first().waitFor()
  await expect.poll(() => row(page, said).count()).toBe(0)
})

test('after a lost connection the browser catches up by itself', async () => {
  const page = await signIn(demoManager.email)
  await page.context().setOffline(true)
  const missed = 'Do you ship to Oslo while nobody looks?'
  await comment('facebook', 'Kai', missed)
  expect(await row(page, missed).count()).toBe(0)
  await page.context().setOffline(false)
  await row(page, missed).waitFor({ timeout: 25_000 })
})

test('hostile text is text: nothing runs, and it stands there whole', async () => {
  const page = await signIn(demoManager.email)
  page.on('dialog', (dialog) => house.troubles.push(`a dialog: ${dialog.message()}`))
  const hostile = '<img src=x onerror=alert(1)><script>alert(2)</script> \u202Egnirts & "quotes" {{7*7}}'
  await comment('facebook', 'Mal <b>bold</b>', hostile)
  await row(page, '<script>alert(2)</script>').click({ timeout: 20_000 })
  await page.getByText('<script>alert(2)</script>').first().waitFor()
  expect(await page.locator('img[src="x"]').count()).toBe(0)
})

test.each(['desktop', 'phone'] as const)('no accessibility rule is broken on a %s', async (screen) => {
  const page = await signIn(demoLead.email, screen)
  for (const path of ['/inbox', '/queue', '/channels', '/deliveries']) {
    await page.goto(running.url + path)
    await page.getByRole('heading', { level: 1 }).first().waitFor()
    // The list measures its rows before it shows them.
    if (path === '/inbox') await page.getByRole('row').first().getByRole('gridcell').waitFor()
    await expectNoRuleBroken(page, path)
  }
})

test('nothing failed on the way', () => {
  expect(house.troubles).toEqual([])
})

async function fetchReplies(): Promise<string[]> {
  const { rows } = await running.ctx.db.systemPool.query<{ state: string }>('select state from reply')
  return rows.map((each) => each.state)
}
