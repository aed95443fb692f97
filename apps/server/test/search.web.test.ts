import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { demoLead, demoManager } from '../src/demo/demo.ts'
import { openAsked } from './asked-in-public.ts'
import type { Page } from './browser.ts'
import { expectNoRuleBroken, openInstallation, type Installation } from './installation.ts'

/** Finding what was said, and taking it all along, as people do it in a browser, on the demo. */
let house: Installation
beforeAll(async () => {
  house = await openInstallation({})
})
afterAll(() => house?.close())

async function signIn(who: { email: string }, screen: 'desktop' | 'phone' = 'desktop'): Promise<Page> {
  const page = await house.visit(await house.running.auth.signInLink(who.email), screen)
  await page.getByRole('heading', { level: 1 }).first().waitFor()
  return page
}

const field = (page: Page) => page.getByRole('textbox', { name: /Words of a message/ })
const hits = (page: Page) => page.getByRole('list', { name: /What was found/ }).getByRole('link')

/** A moment after somebody wrote, and no later, it is found by its words. */
async function untilFound(page: Page, q: string): Promise<void> {
  const found = () => page.evaluate(`fetch('/api/v1/search?q=${q}').then((answer) => answer.json()).then(({ items }) => items.length)`)
  await expect.poll(found, { timeout: 20_000 }).toBe(1)
}

test('by keys alone: to the search, into what was found, to the message, and back to where one was', async () => {
  const page = await signIn(demoManager)
  await openAsked(house.running, house.browser, page, 'mastodon', 'Does the strap come off?')
  await untilFound(page, 'strap')
  await page.goto(`${house.running.url}/inbox`)
  await openAsked(house.running, house.browser, page, 'youtube', 'Is the gusset reinforced?')
  await untilFound(page, 'gusset')
  await page.locator('#thread').focus()
  await page.keyboard.press('/')
  await field(page).waitFor()
  await page.getByText('Names and handles, also together with words').waitFor()
  await page.keyboard.type('g')
  await page.getByText('Write two letters or more.').waitFor()
  await page.keyboard.type('usset rein')
  await hits(page).first().waitFor()
  await page.getByText('1 conversation', { exact: true }).waitFor()
  expect(await hits(page).first().locator('mark').allInnerTexts()).toEqual(['gusset', 'reinforced'])
  expect(new URL(page.url()).searchParams.get('q')).toBe('gusset rein')

  await page.keyboard.press('ArrowDown')
  await expect
    .poll(() =>
      hits(page)
        .first()
        .evaluate((each) => each === each.ownerDocument.activeElement),
    )
    .toBe(true)
  await page.keyboard.press('Enter')
  await page.locator('.sought').filter({ hasText: 'Is the gusset reinforced?' }).waitFor()
  expect(page.url()).toMatch(/\/c\/[0-9a-f-]{36}\?/)
  await page.keyboard.press('u')
  await hits(page).first().waitFor()
  expect(await field(page).inputValue()).toBe('gusset rein')
  // Escape empties the field, and then leaves.
  await field(page).focus()
  await page.keyboard.press('Escape')
  await expect.poll(() => field(page).inputValue()).toBe('')
  await page.context().close()
}, 120_000)

test('what was found follows what happens: taken back, it is gone from an open search and from a thread that was open', async () => {
  const [page, other] = [await signIn(demoManager), await signIn(demoLead)]
  await openAsked(house.running, house.browser, page, 'youtube', 'Where is the quilted one made?')
  const conversation = /\/c\/([0-9a-f-]{36})/.exec(page.url())![1]!
  await untilFound(page, 'quilted')
  await other.goto(`${house.running.url}/search?q=quilted`)
  await hits(other).first().waitFor()
  await page.evaluate(async (id) => {
    const { messages } = (await (await fetch(`/api/v1/conversations/${id}`)).json()) as { messages: { id: string }[] }
    const headers = { 'content-type': 'application/json', 'x-requested-with': 'answerback', 'idempotency-key': id }
    await fetch(`/api/v1/messages/${messages[0]!.id}/removal`, { method: 'PUT', headers, body: '{"reason":"spam"}' })
  }, conversation)
  await other.getByText('Nothing was found for “quilted”.').waitFor()
  expect(await other.content()).not.toContain('quilted one')
  await other.goto(`${house.running.url}/c/${conversation}`)
  for (const each of [page, other]) {
    await each.locator('#thread').getByText('removed by us', { exact: true }).waitFor()
    expect(await each.content()).not.toContain('quilted one')
  }
  await page.context().close()
  await other.context().close()
}, 90_000)

test.each(['desktop', 'phone'] as const)(
  'by its address, narrowed, without anything found and without a server: %s',
  async (screen) => {
    const page = await signIn(demoManager, screen)
    for (const theme of ['light', 'dark']) {
      await page.evaluate(`localStorage.setItem('answerback.theme', '${theme}')`)
      await page.goto(`${house.running.url}/search?q=the`)
      await hits(page).first().waitFor()
      await expectNoRuleBroken(page, `search, ${theme}, ${screen}`)
    }
    await page.getByRole('button', { name: 'Any state' }).click()
    await page.getByRole('menuitemradio', { name: 'Waiting' }).click()
    await expect.poll(() => new URL(page.url()).searchParams.get('state')).toBe('waiting')
    await expect.poll(async () => (await hits(page).count()) - (await hits(page).locator('.wait').count())).toBe(0)

    await field(page).fill('xylophone of doom')
    await page.getByText('Nothing was found for “xylophone of doom” with these filters.').waitFor()
    await expectNoRuleBroken(page, `nothing found, ${screen}`)
    await page.getByRole('button', { name: 'Search without filters' }).click()
    await page.getByText('Nothing was found for “xylophone of doom”.').waitFor()

    await page.route(/\/api\/v1\/search/, (route) => route.abort())
    await field(page).fill('strap')
    await page.getByRole('button', { name: 'Try again' }).waitFor({ timeout: 20_000 })
    await page.unroute(/\/api\/v1\/search/)
    await page.getByRole('button', { name: 'Try again' }).click()
    await hits(page).first().waitFor()
    await page.context().close()
  },
  90_000,
)

test('on a phone the search is one of the tabs, and from a thread one comes back to it', async () => {
  const page = await signIn(demoManager, 'phone')
  await page.getByRole('link', { name: 'Search' }).click()
  await field(page).fill('strap')
  await hits(page).first().click()
  await page.locator('.sought').waitFor()
  await page.getByRole('button', { name: 'Back to the list' }).click()
  await hits(page).first().waitFor()
  expect(await field(page).inputValue()).toBe('strap')
  await page.context().close()
}, 60_000)

test('the palette looks for what it does not know', async () => {
  const page = await signIn(demoManager)
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox').fill('strap')
  await page.getByRole('option', { name: /Search what was said: strap/ }).click()
  await hits(page).first().waitFor()
  expect(new URL(page.url()).searchParams.get('q')).toBe('strap')
  await page.context().close()
}, 60_000)

test('a lead takes the queue, or everything, along as a table; a manager is not offered it', async () => {
  const page = await signIn(demoLead)
  await page.goto(`${house.running.url}/queue`)
  for (const name of [/as shown here/, /Everything/]) {
    await page.getByRole('button', { name: 'Download' }).click()
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name }).click()])
    expect(file.suggestedFilename()).toMatch(/^answerback-\d{4}-\d\d-\d\d\.csv$/)
    const text = await readFile(await file.path(), 'utf8')
    expect(text).toMatch(/^\ufeffturn_id,/)
    expect(text).toContain('Does the strap come off?')
    await page.getByText('The file is among your downloads.').first().waitFor()
  }
  await page.context().close()
  const sam = await signIn(demoManager)
  await sam.goto(`${house.running.url}/queue`)
  await sam.getByRole('heading', { name: 'Unanswered' }).waitFor()
  expect(await sam.getByRole('button', { name: 'Download' }).count()).toBe(0)
  await sam.context().close()
}, 90_000)

test('nothing failed on the way', () => {
  expect(house.troubles).toEqual([])
})
