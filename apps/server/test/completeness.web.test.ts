import { afterAll, beforeAll, expect, test } from 'vitest'
import { openPage, type Page } from './browser.ts'
import { expectNoRuleBroken, openInstallation, type Installation } from './installation.ts'

/** What platforms count against what is here, as a lead reads it, on the demo. */
let house: Installation
beforeAll(async () => {
  house = await openInstallation({})
})
afterAll(() => house?.close())

async function signIn(screen: 'desktop' | 'phone' = 'desktop'): Promise<Page> {
  const page = await openPage(house.browser, screen)
  page.on('pageerror', (error) => house.troubles.push(`${error.message} at ${page.url()}`))
  await page.goto(await house.running.auth.signInLink('ines@fieldnote.example'))
  await page.getByRole('heading', { level: 1 }).first().waitFor()
  return page
}

const entry = (page: Page, platform: string) => page.locator('.ledger').filter({ has: page.locator('b', { hasText: platform }) })

test('from channel health to a sentence a channel, its posts with their numbers, and a check at once', async () => {
  const page = await signIn()
  await page.goto(`${house.running.url}/channels`)
  await page.getByRole('link', { name: 'Is everything here?' }).click()
  await page.getByRole('heading', { name: 'Completeness' }).waitFor()
  const bluesky = entry(page, 'Bluesky')
  await bluesky.getByText(/on \d+ posts of the last 30 days/).waitFor({ timeout: 60_000 })
  await bluesky
    .getByText(/^checked .+ ago/)
    .first()
    .waitFor()
  await bluesky.getByText('Post by post').click()
  await bluesky
    .getByText(/^Bluesky counts \d+, \d+ here$/)
    .first()
    .waitFor()
  await bluesky.getByRole('button', { name: /^Check now: / }).click()
  await bluesky.getByText('Checking').waitFor()
  await bluesky.getByText('Check now').waitFor()
  await expectNoRuleBroken(page, 'completeness')
  await page.context().close()
}, 120_000)

test.each(['desktop', 'phone'] as const)(
  'what is missing is said with its posts and reasons: %s',
  async (screen) => {
    const page = await signIn(screen)
    await page.route(/\/api\/v1\/completeness$/, async (route) => {
      const body = await (await route.fetch()).json()
      Object.assign(body.items[0], { state: 'fetching', missing: 3, missingOn: 2, toFetch: 3, posts: 2, lagMs: 7_200_000 })
      Object.assign(body.items[1], { state: 'unexplained', missing: 1, missingOn: 1, unexplained: 1, posts: 1 })
      await route.fulfill({ json: body })
    })
    await page.route(/\/channels\/[^/]+\/completeness$/, async (route) => {
      const body = await (await route.fetch()).json()
      const [post] = body.items
      const history = [
        { at: post.platformAt, reported: 9, held: 8, missing: 0 },
        { at: post.platformAt, reported: 12, held: 8, missing: 3 },
      ]
      body.items = [
        { ...post, reported: 12, held: 8, missing: 3, toFetch: 3, deleted: 1, state: 'fetching', history, missingSince: post.countedAt },
      ]
      await route.fulfill({ json: body })
    })
    await page.goto(`${house.running.url}/completeness`)
    await page.getByText('3 missing on 2 posts, fetching.').waitFor()
    await page
      .getByText(/counts 12, 8 here: 3 still to fetch, 1 deleted/)
      .first()
      .waitFor()
    await page.getByText(/^1 that .+ counts on 1 post could not be found/).waitFor()
    await page.getByText('slowest took 2 h').first().waitFor()
    await page.getByText('Earlier counts').first().click()
    await page
      .getByText(/9 counted, 8 here, 0 missing/)
      .first()
      .waitFor()
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0)
    await expectNoRuleBroken(page, `completeness, ${screen}`)
    await page.context().close()
  },
  60_000,
)

test('nothing connected, and a server that does not answer, are said', async () => {
  const page = await signIn()
  await page.route(/\/api\/v1\/completeness$/, (route) => route.fulfill({ json: { items: [] } }))
  await page.goto(`${house.running.url}/completeness`)
  await page.getByText('No channel is connected, so there is nothing to compare.').waitFor()
  await page.unroute(/\/api\/v1\/completeness$/)
  await page.route(/\/api\/v1\/completeness$/, (route) =>
    route.fulfill({ status: 403, json: { code: 'forbidden', title: 'No', status: 403 } }),
  )
  await page.reload()
  await page.getByRole('button', { name: 'Try again' }).waitFor()
  await page.unroute(/\/api\/v1\/completeness$/)
  await page.getByRole('button', { name: 'Try again' }).click()
  await entry(page, 'Facebook').waitFor()
  expect(house.troubles).toEqual([])
  await page.context().close()
}, 60_000)
