import { afterAll, beforeAll, expect, test } from 'vitest'
import { addMember } from '../src/access/workspaces.ts'
import { demoManager } from '../src/demo/demo.ts'
import type { Running } from '../src/server.ts'
import { openPage, type Browser, type Page } from './browser.ts'
import { expectNoRuleBroken, openInstallation, type Installation } from './installation.ts'

/** What a brand decides about its work, in real browsers: reasons, targets and hours, and what follows from each in the inbox of somebody else, unasked. */
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

async function signIn(email: string, screen: 'desktop' | 'phone' = 'desktop'): Promise<Page> {
  const page = await openPage(browser, screen)
  page.on('pageerror', (error) => troubles.push(`${error.message} at ${page.url()}`))
  await page.goto(await running.auth.signInLink(email))
  await page.getByRole('heading', { level: 1 }).first().waitFor()
  return page
}

async function settings(page: Page, name: 'reasons' | 'targets' | 'hours'): Promise<void> {
  await page.goto(`${running.url}/settings/${name}`)
  await page.getByRole('heading', { level: 2 }).first().waitFor()
}

/** Somebody asks on the public pages of Mastodon, and a colleague opens the thread. */
async function openQuestion(page: Page, text: string): Promise<void> {
  const visitor = await openPage(browser)
  await visitor.goto(`${running.sandbox!.url}/mastodon`)
  await visitor.locator('main > article a.link').first().click()
  const form = visitor.locator('form.write').last()
  await form.locator('[name=name]').fill('Rosa')
  await form.locator('[name=text]').fill(text)
  await form.getByRole('button').click()
  await visitor.getByText(text).first().waitFor()
  await visitor.context().close()
  await page.getByRole('row').filter({ hasText: text }).click()
  await page.getByRole('textbox', { name: /reply|write/i }).waitFor()
}

test('a reason of one’s own reaches an inbox that is open, by click and by key, and what was closed keeps its words', async () => {
  const [olga, sam] = [await signIn(owner), await signIn(demoManager.email)]
  await openQuestion(sam, 'Where is your shop?')
  await settings(olga, 'reasons')
  await olga.getByLabel('Reason Thanks, the conversation is finished').fill('Said thank you')
  await olga.getByLabel('Another reason').first().fill('Asked in the shop')
  await olga.getByRole('button', { name: 'Add', exact: true }).first().click()
  for (let up = 0; up < 7; up += 1) await olga.getByRole('button', { name: 'Move Asked in the shop up' }).click()
  await olga.getByRole('button', { name: 'Retire Duplicate of another' }).click()
  await olga.getByRole('button', { name: 'Save', exact: true }).click()
  await olga.getByText('Saved', { exact: true }).waitFor()

  await sam.getByRole('button', { name: /no reply needed/i }).click()
  const dialog = sam.getByRole('dialog')
  await dialog.getByText('Asked in the shop').waitFor()
  expect(await dialog.getByText('Duplicate of another').count()).toBe(0)
  await sam.keyboard.press('1')
  await sam
    .getByText(/asked in the shop/i)
    .first()
    .waitFor()

  await settings(olga, 'reasons')
  await olga.getByRole('button', { name: 'Retire Asked in the shop' }).click()
  await olga.getByRole('button', { name: 'Save', exact: true }).click()
  await olga.getByText('Saved', { exact: true }).waitFor()
  await sam.goto(`${running.url}/inbox/closed`)
  await sam.getByRole('row').filter({ hasText: 'Asked in the shop' }).first().waitFor()
})

test('what may not be is refused where it stands, and nobody is overwritten unseen', async () => {
  const [olga, other] = [await signIn(owner), await signIn(owner)]
  await settings(olga, 'reasons')
  await olga.getByLabel('Reason People talking to each other').fill('Twice')
  await olga.getByLabel('Reason Spam or abuse').fill('twice')
  await olga.getByRole('button', { name: 'Save', exact: true }).click()
  await olga.getByText('Is the name of another reason, too.').waitFor()
  await settings(other, 'reasons')
  await other.getByLabel('Reason Off-topic, not for us').fill('Not for us')
  await other.getByRole('button', { name: 'Save', exact: true }).click()
  await other.getByText('Saved', { exact: true }).waitFor()
  await olga.getByText('Somebody else changed this while you did.').waitFor()
  await olga.getByRole('button', { name: 'Show theirs' }).click()
  await olga.getByLabel('Reason Not for us').waitFor()
  expect(await olga.getByLabel('Reason Spam or abuse').inputValue()).toBe('Spam or abuse')
})

test('a channel’s target and hours move the due time of somebody who waits already', async () => {
  const [olga, sam] = [await signIn(owner), await signIn(demoManager.email)]
  await openQuestion(sam, 'Are you open on Friday?')
  await sam.getByText(/target 2 h/).waitFor()
  await settings(olga, 'targets')
  const onMastodon = olga.getByRole('listitem').filter({ has: olga.getByLabel(/Answer within: Mastodon/) })
  await onMastodon.getByRole('combobox').first().selectOption('1800')
  await sam.getByText(/target 30 m/).waitFor()
  await onMastodon.getByRole('combobox').nth(1).selectOption('business')
  await sam.getByText(/target 30 m of business time/).waitFor()
  const before = await dueAt()

  // Once a week, for an hour, on the day after tomorrow.
  const day = ((new Date().getUTCDay() + 1) % 7) + 1
  const name = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'][day - 1]!
  await settings(olga, 'hours')
  const section = olga.getByRole('region', { name: /Hours of Mastodon/ })
  await section.getByRole('combobox').first().selectOption('own')
  for (const button of await section
    .getByRole('button', { name: /^Remove .* until/ })
    .all()
    .then((all) => all.toReversed()))
    await button.click()
  await section.getByRole('button', { name: 'Save', exact: true }).click()
  await section.getByText('Choose at least one day on which somebody is there.').waitFor()
  await section.getByRole('button', { name: `Add a time on ${name}` }).click()
  await section.getByLabel(`${name}, until`).fill('08:00')
  await section.getByRole('button', { name: 'Save', exact: true }).click()
  await section.getByText(/Ends before it begins/).waitFor()
  await section.getByLabel(`${name}, until`).fill('10:00')
  await section.getByText(/a comment on Friday 18:00 is due on/).waitFor()
  await section.getByRole('button', { name: 'Save', exact: true }).click()
  await section.getByText('Saved', { exact: true }).waitFor()
  await expect.poll(dueAt).not.toBe(before)
  const due = new Date((await dueAt())!)
  expect([due.getUTCMinutes(), Date.parse((await dueAt())!) > Date.now()]).toEqual([30, true])
  await sam.getByText(/left · target 30 m of business time/).waitFor()
})

test.each(['desktop', 'phone'] as const)('no accessibility rule is broken on a %s', async (screen) => {
  const page = await signIn(owner, screen)
  for (const name of ['reasons', 'targets', 'hours'] as const) {
    await settings(page, name)
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), `${name} is as wide as the screen`).toBe(true)
    await expectNoRuleBroken(page, name)
  }
})

test('who may not change them is told so', async () => {
  const sam = await signIn(demoManager.email)
  for (const name of ['reasons', 'targets', 'hours']) {
    await sam.goto(`${running.url}/settings/${name}`)
    await sam.getByText('Your role may not see this.').waitFor()
    expect(await sam.getByRole('button', { name: 'Save', exact: true }).count()).toBe(0)
  }
})

test('nothing failed on the way', () => {
  expect(troubles).toEqual([])
})

/** When whoever waits longest on Mastodon is due. */
async function dueAt(): Promise<string | null> {
  const { rows } = await running.ctx.db.systemPool.query<{ id: string }>('select id from workspace')
  const result = await running.ctx.db.inWorkspace(rows[0]!.id, (tx) =>
    tx.execute<{ due: string }>(
      `select to_char(due_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as due from conversation where platform = 'mastodon' and state = 'waiting' order by waiting_since, id limit 1`,
    ),
  )
  return result.rows[0]?.due ?? null
}
