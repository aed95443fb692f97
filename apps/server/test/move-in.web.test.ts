import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startSandboxProcess, type SandboxProcess } from '../src/demo/sandbox-process.ts'
import type { Running } from '../src/server.ts'
import { openPage, type Browser, type Page } from './browser.ts'
import { expectNoRuleBroken, openInstallation, type Installation } from './installation.ts'

/**
 * Moving in, from nothing: a configured installation with an empty database, nobody in it, and the sandbox standing for a Mastodon server. One story in
 * order, each chapter a test; what a chapter made, the next ones use.
 */
const owner = { name: 'Sam', email: 'sam@fieldnote.example', password: 'one long quiet sentence' }
const colleague = { name: 'Mia', email: 'mia@fieldnote.example', password: 'another long quiet one' }
const question = 'Does the linen strap come off?'
const answer = 'It does, two clips.'

let sandboxDir: string
let house: Installation
let sandbox: SandboxProcess
let running: Running
let browser: Browser
let visit: Installation['visit']
let sam: Page
let mia: Page
let invitation: string

beforeAll(async () => {
  sandboxDir = await mkdtemp(join(tmpdir(), 'answerback-move-in-'))
  sandbox = await startSandboxProcess({
    port: 0,
    secretsFile: join(sandboxDir, 'sandbox-secrets.json'),
    stateFile: join(sandboxDir, 'sandbox-state.json'),
    rhythm: 'off',
    webhookUrl: 'http://127.0.0.1:9/nobody-listens',
    onExit: () => house?.troubles.push('The sandbox ended by itself.'),
  })
  house = await openInstallation({ DEMO: 'off', HOST: '127.0.0.1', ALLOW_PRIVATE_HOSTS: new URL(sandbox.url).host })
  ;({ running, browser, visit } = house)
})

afterAll(async () => {
  await house?.close()
  await sandbox?.stop()
  await rm(sandboxDir, { recursive: true, force: true })
})

test('without the link nobody gets in: the door says what to open', async () => {
  const page = await visit('/inbox')
  await page.getByRole('heading', { name: 'Open the set-up link' }).waitFor()
  expect(await page.getByRole('textbox').count()).toBe(0)
  await page.goto(`${running.url}/setup`)
  await page.getByRole('heading', { name: 'Open the set-up link' }).waitFor()
  await page.goto(`${running.url}/setup?token=not-the-one`)
  await page.getByText(/start the server again/i).waitFor()
  await page.context().close()
})

test('the printed link leads through owner and brand, one decision at a time', async () => {
  sam = await visit(running.setupLink!)
  await sam.getByRole('heading', { name: 'Who are you?' }).waitFor()
  await sam.getByRole('button', { name: 'Next' }).click()
  await expect.poll(() => sam.getByText('This is needed.').count()).toBe(3)
  await sam.getByLabel('Your name').fill(owner.name)
  await sam.getByLabel('E-mail').fill(owner.email)
  await sam.getByLabel('Password', { exact: true }).fill('short')
  await sam.getByText(/At least 10 characters/).waitFor()
  await sam.getByLabel('Password', { exact: true }).fill(owner.password)
  await expectNoRuleBroken(sam, 'set-up, owner')
  await sam.getByRole('button', { name: 'Next' }).click()
  expect(await sam.getByLabel('Time zone').inputValue()).toBe('UTC')
  await sam.getByLabel('Name of the brand').fill('Fieldnote')
  await sam.getByLabel('Answer within').selectOption('3600')
  await sam.getByLabel('When is somebody there?').selectOption('office')
  await sam.getByLabel('Counted in').selectOption('business')
  await sam.getByText(/a comment on Friday 18:00 is due on Monday 10:00/).waitFor()
  await sam.getByRole('button', { name: 'Create the brand' }).click()
  await sam.getByRole('heading', { name: 'Where do people write to you?' }).waitFor()
  await expectNoRuleBroken(sam, 'set-up, channel')
})

test('the link opens once', async () => {
  const page = await visit(running.setupLink!)
  await page.getByText(/set up already/).waitFor()
  await page.getByRole('link', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  expect(new URL(page.url()).pathname).toBe('/sign-in')
  await page.context().close()
})

test('an inbox without a channel does not claim that everyone has an answer', async () => {
  const page = await openPage(browser)
  await page.context().addCookies(await sam.context().cookies())
  await page.goto(`${running.url}/inbox`)
  await page.getByRole('heading', { name: 'No channel is connected yet.' }).waitFor()
  await expectNoRuleBroken(page, 'empty inbox')
  await page.getByRole('link', { name: 'Connect a channel' }).click()
  await page.getByRole('button', { name: 'Mastodon' }).waitFor()
  expect(new URL(page.url()).pathname).toBe('/settings/channels')
  await page.context().close()
})

test('a channel is connected, and the first comment shows up by itself', async () => {
  await sam.getByRole('link', { name: /Mastodon/ }).click()
  await sam.getByRole('button', { name: 'Paste a token instead' }).click()
  await sam.getByLabel('Server').fill(`${sandbox.url}/mastodon`)
  await sam.getByLabel('Access token', { exact: true }).fill(sandbox.settingsOf('mastodon').accessToken!)
  await sam.getByRole('button', { name: 'Connect', exact: true }).click()
  await sam
    .getByText(/is connected/)
    .first()
    .waitFor()
  await sam.getByRole('link', { name: 'Back to the set-up' }).click()
  await sam.getByRole('heading', { name: /Waiting for your first comment/ }).waitFor()
  await expectNoRuleBroken(sam, 'set-up, waiting')
  await comment('Rosa', question)
  await sam.getByRole('heading', { name: 'Here it is.' }).waitFor({ timeout: 45_000 })
  expect(await sam.getByRole('article').innerText()).toContain(question)
  await sam.getByRole('button', { name: 'Go on' }).click()
})

test('a colleague is invited with a link to copy, and the inbox is there', async () => {
  await sam.getByRole('heading', { name: 'Who answers with you?' }).waitFor()
  invitation = await invite(colleague.email, 'manager')
  expect(invitation).toContain('/invitation?token=')
  await sam.getByRole('button', { name: 'To the inbox' }).click()
  await sam.getByRole('row').filter({ hasText: question }).waitFor()
})

test('the colleague joins in another browser and answers', async () => {
  mia = await visit(invitation, 'phone')
  await mia.getByRole('heading', { name: 'Join Fieldnote' }).waitFor()
  await mia.getByText(/Sam invites you to answer for Fieldnote as Community manager/).waitFor()
  await expectNoRuleBroken(mia, 'invitation')
  await mia.getByLabel('Your name').fill(colleague.name)
  await mia.getByLabel('Password', { exact: true }).fill(colleague.password)
  await mia.getByRole('button', { name: 'Join' }).click()
  await mia.getByRole('row').filter({ hasText: question }).click()
  await mia.getByRole('textbox', { name: /reply|write/i }).fill(answer)
  await mia.getByRole('button', { name: /^send/i }).click()
  const visitor = await openPage(browser)
  await visitor.goto(`${sandbox.url}/mastodon`)
  await visitor.locator('main > article a.link').first().click()
  await expect.poll(async () => (await visitor.reload(), visitor.getByText(answer).count()), { timeout: 30_000, interval: 300 }).toBe(1)
  await visitor.context().close()
  await expect.poll(() => sam.getByRole('row').filter({ hasText: question }).count(), { timeout: 20_000 }).toBe(0)
})

test('an invitation opens once, and one taken back not at all', async () => {
  const page = await visit(invitation)
  await page.getByText(/accepted already/).waitFor()
  await sam.goto(`${running.url}/settings/people`)
  const other = await invite('ines@fieldnote.example', 'client')
  await sam.getByRole('button', { name: 'Take back the invitation of ines@fieldnote.example' }).click()
  await expect.poll(() => sam.getByText('ines@fieldnote.example', { exact: true }).count()).toBe(0)
  await page.goto(other)
  await page.getByText(/withdrawn/).waitFor()
  await page.context().close()
})

test('a field saves itself and says so, and everything that shows it follows', async () => {
  await sam.goto(`${running.url}/settings/brand`)
  await sam.getByLabel('Name of the brand').fill('Fieldnote Studio')
  await sam.keyboard.press('Enter')
  await sam.getByText('Saved').waitFor()
  await sam.getByRole('navigation', { name: 'Main' }).getByText('Fieldnote Studio').first().waitFor()
  await sam.getByLabel('Name of the brand').fill('')
  await sam.keyboard.press('Tab')
  await sam.getByText('This is needed.').waitFor()
  await sam.reload()
  await expect.poll(() => sam.getByLabel('Name of the brand').inputValue()).toBe('Fieldnote Studio')
})

test('an API key is shown once, works, and stops when it is revoked', async () => {
  await sam.goto(`${running.url}/settings/api-keys`)
  await sam.getByLabel('What it is for').fill('Weekly report')
  await sam.getByRole('button', { name: 'Make a key' }).click()
  const key = await sam.getByLabel('Key “Weekly report”').inputValue()
  const ask = () => fetch(`${running.url}/api/v1/counts`, { headers: { authorization: `Bearer ${key}` } })
  expect((await ask()).status).toBe(200)
  await sam.getByRole('button', { name: 'I have copied it' }).click()
  await sam.getByRole('button', { name: 'Revoke the key Weekly report' }).click()
  await sam.getByRole('dialog').getByRole('textbox').fill('Weekly report')
  await sam.keyboard.press('Enter')
  await sam.getByText('No program has a key yet.').waitFor()
  expect((await ask()).status).toBe(401)
})

test('what a role may not do is not shown', async () => {
  await mia.goto(`${running.url}/settings`)
  await mia.getByRole('heading', { name: 'Profile' }).waitFor()
  const sections = await mia.getByRole('navigation', { name: 'Settings' }).getByRole('link').allInnerTexts()
  expect(sections).toEqual(['Profile', 'People', 'Sessions'])
  await mia.getByRole('link', { name: 'People' }).click()
  await mia.getByText('Sam').first().waitFor()
  expect(await mia.getByRole('button', { name: /Invite|More for/ }).count()).toBe(0)
})

test.each(['profile', 'brand', 'people', 'api-keys', 'sessions'])(
  'no accessibility rule is broken in the settings: %s',
  async (section) => {
    const phone = await openPage(browser, 'phone')
    await phone.context().addCookies(await sam.context().cookies())
    for (const page of [sam, phone]) {
      await page.goto(`${running.url}/settings/${section}`)
      await page.getByRole('heading', { level: 1 }).waitFor()
      await expect.poll(() => page.locator('[aria-busy=true]').count()).toBe(0)
      await expectNoRuleBroken(page, section)
    }
    await phone.context().close()
  },
)

test('signing out and in again leads back to where one was', async () => {
  await mia.getByRole('link', { name: 'Queue' }).click()
  await mia.getByRole('button', { name: 'More', exact: true }).click()
  await mia.getByRole('menuitem', { name: 'Sign out' }).click()
  await mia.getByRole('heading', { name: 'Sign in' }).waitFor()
  await mia.goto(`${running.url}/queue`)
  await mia.getByLabel('E-mail').fill(colleague.email)
  await mia.getByLabel('Password', { exact: true }).fill('not my password')
  await mia.getByRole('button', { name: 'Sign in' }).click()
  await mia.getByText('This e-mail address and password do not belong together.').waitFor()
  await expectNoRuleBroken(mia, 'sign-in')
  await mia.getByRole('button', { name: 'Show the password' }).click()
  expect(await mia.getByLabel('Password', { exact: true }).inputValue()).toBe('not my password')
  await mia.getByLabel('Password', { exact: true }).fill(colleague.password)
  await mia.keyboard.press('Enter')
  await mia.waitForURL(`${running.url}/queue`)
  await mia.getByRole('heading', { name: 'Unanswered' }).waitFor()
})

test('a forgotten password: the owner makes a link, it opens once, and the old password is gone', async () => {
  await sam.goto(`${running.url}/settings/people`)
  await sam.getByRole('button', { name: 'More for Mia' }).click()
  await sam.getByRole('menuitem', { name: 'Make a reset link' }).click()
  const link = await sam.getByRole('dialog').getByRole('textbox').inputValue()
  const page = await visit(link)
  await page.getByLabel('New password', { exact: true }).fill('a third long quiet one')
  await expectNoRuleBroken(page, 'reset')
  await page.getByRole('button', { name: 'Set the password' }).click()
  await page.getByText(/Your new password works/).waitFor()
  await page.goto(link)
  await page.getByRole('heading', { name: /used already/ }).waitFor()
  await page.getByRole('link', { name: 'Sign in' }).click()
  await page.getByLabel('E-mail').fill(colleague.email)
  await page.getByLabel('Password', { exact: true }).fill('a third long quiet one')
  await page.keyboard.press('Enter')
  await page.waitForURL(`${running.url}/inbox`)
  await page.goto(`${running.url}/settings/profile`)
  await expect.poll(() => page.getByLabel('E-mail').inputValue()).toBe(colleague.email)
  await mia.context().close()
  mia = page
})

test('who is removed is out at once', async () => {
  await sam.goto(`${running.url}/settings/people`)
  await sam.getByRole('button', { name: 'More for Mia' }).click()
  await sam.getByRole('menuitem', { name: 'Remove…' }).click()
  await sam.getByRole('dialog').getByRole('textbox').fill('Mia')
  await sam.keyboard.press('Enter')
  await expect.poll(() => sam.getByRole('button', { name: 'More for Mia' }).count()).toBe(0)
  await mia.goto(`${running.url}/queue`)
  await mia.getByRole('heading', { name: 'Sign in' }).waitFor()
})

test('nothing failed on the way', () => {
  expect(house.troubles).toEqual([])
})

/** Invites through the form that is on Sam's screen. Gives the link. */
async function invite(email: string, role: string): Promise<string> {
  await sam.getByLabel('E-mail of your colleague').fill(email)
  await sam.getByLabel('As', { exact: true }).selectOption(role)
  await sam.getByRole('button', { name: 'Invite', exact: true }).click()
  return sam.getByLabel(`Link for ${email}`).inputValue()
}

async function comment(name: string, text: string): Promise<void> {
  const page = await openPage(browser)
  await page.goto(`${sandbox.url}/mastodon`)
  await page.locator('main > article a.link').first().click()
  const form = page.locator('form.write').last()
  await form.locator('[name=name]').fill(name)
  await form.locator('[name=text]').fill(text)
  await form.getByRole('button').click()
  await page.getByText(text).first().waitFor()
  await page.context().close()
}
