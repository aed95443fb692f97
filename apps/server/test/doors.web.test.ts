import { afterAll, beforeAll, expect, test } from 'vitest'
import { addMember, makeApiKey, makeWorkspace } from '../src/access/workspaces.ts'
import type { Page } from './browser.ts'
import { expectNoRuleBroken, openInstallation, type Installation } from './installation.ts'
import { linkIn, openMailbox } from './letters.ts'
import { openVisitor, passwordOf, tokenOf } from './visitor.ts'

/** The doors as people meet them who have been here before: links that do not open, a forgotten password, several brands, another role. One story in order. */
const mia = { name: 'Mia', email: 'mia@fieldnote.example' }

let house: Installation
let mailbox: Awaited<ReturnType<typeof openMailbox>>
let passedMs = 0
/** Owners' keys of two brands. */
let keys: { fieldnote: string; tidewater: string }
let fieldnote: string
let page: Page

beforeAll(async () => {
  mailbox = await openMailbox()
  house = await openInstallation(
    { DEMO: 'off', HOST: '127.0.0.1', SMTP_URL: mailbox.smtpUrl, MAIL_FROM: 'inbox@fieldnote.example' },
    { now: () => new Date(Date.now() + passedMs) },
  )
  const { ctx, setupLink } = house.running
  const setup = { name: 'Olga', email: 'olga@fieldnote.example', password: passwordOf('Olga'), brand: 'Fieldnote', timeZone: 'UTC' }
  const made = await visitor().request('POST', '/api/v1/setup', { ...setup, token: tokenOf(setupLink!) })
  fieldnote = made.body.workspaceId
  const tidewater = await makeWorkspace(ctx, { name: 'Tidewater', timeZone: 'UTC' })
  const key = (workspaceId: string) => makeApiKey(ctx, workspaceId, { name: 'owner', role: 'owner' })
  keys = { fieldnote: await key(fieldnote), tidewater: await key(tidewater) }
})
afterAll(async () => {
  await house?.close()
  await mailbox?.close()
})

const visitor = () => openVisitor(house.running)
const asOwner = (method: string, path: string, body?: unknown, key = keys.fieldnote) =>
  visitor().request(method, `/api/v1${path}`, body, { authorization: `Bearer ${key}` })

/** A link that invites. */
async function invite(email: string, role = 'manager', key = keys.fieldnote): Promise<string> {
  const { pathname, search } = new URL((await asOwner('POST', '/invitations', { email, role }, key)).body.url)
  return pathname + search
}

const staffId = async (name: string) => (await asOwner('GET', '/staff')).body.items.find((each: { name: string }) => each.name === name).id
const brandOn = (on: Page) => on.getByRole('navigation', { name: 'Main' }).locator('.brand')
const sections = (on: Page) => on.getByRole('navigation', { name: 'Settings' }).getByRole('link').allInnerTexts()

async function signIn(on: Page, email: string, password: string): Promise<void> {
  await on.getByLabel('E-mail').fill(email)
  await on.getByLabel('Password', { exact: true }).fill(password)
  await on.keyboard.press('Enter')
}

test('links that open nothing say why, and what to do', async () => {
  const used = await invite(mia.email, 'lead')
  const joined = await visitor().request('POST', '/api/v1/invitations/accept', {
    token: tokenOf(new URL(used, 'http://x').href),
    name: mia.name,
    password: passwordOf(mia.name),
  })
  expect(joined.status).toBe(201)
  page = await house.visit(used)
  await page.getByRole('heading', { name: 'This link was used already' }).waitFor()
  await page.getByText('Sign in instead.').waitFor()
  const expired = await invite('late@fieldnote.example')
  passedMs += 73 * 3_600_000
  for (const [path, heading, words] of [
    [expired, 'This link is too old', /good for three days.*Ask whoever invited you for a new one/],
    ['/invitation?token=made-up', 'This link does not open anything', /Copy the link whole, or ask whoever invited you/],
    ['/invitation', 'Something is missing from this address', /Open the whole link/],
    [new URL(house.running.setupLink!).pathname + new URL(house.running.setupLink!).search, 'This link was used already', /set up already/],
    ['/setup?token=made-up', 'This link does not open anything', /start the server again for a new one/],
    ['/reset?token=made-up', 'This link does not open anything', /Ask for a new one on the sign-in page/],
  ] as const) {
    await page.goto(`${house.running.url}${path}`)
    await page.getByRole('heading', { name: heading }).waitFor()
    await page.getByText(words).waitFor()
    await page.getByRole('link', { name: 'Sign in' }).waitFor()
  }
  await expectNoRuleBroken(page, 'a link that does not open')
})

test('a forgotten password comes back by letter', async () => {
  await page.goto(`${house.running.url}/sign-in`)
  await page.getByRole('link', { name: 'Forgot it?' }).click()
  await page.getByLabel('E-mail').fill(mia.email)
  mailbox.letters.length = 0
  await page.getByRole('button', { name: 'Send the link' }).click()
  await page.getByText('a link is on its way').waitFor()
  await expectNoRuleBroken(page, 'reset, asked')
  await page.goto(linkIn(await mailbox.letterTo(mia.email)))
  await page.getByLabel('New password', { exact: true }).fill(passwordOf('Mia again'))
  await page.getByRole('button', { name: 'Set the password' }).click()
  await page.getByRole('link', { name: 'Sign in' }).click()
  await signIn(page, mia.email, passwordOf('Mia again'))
  await page.waitForURL(`**/inbox`)
  await expect.poll(() => brandOn(page).innerText()).toContain('Fieldnote')
})

test('an invitation for somebody else does not open; one into a second brand does, with the password that one has', async () => {
  await page.goto(`${house.running.url}${await invite('somebody@else.example')}`)
  await page.getByText('You are signed in as mia@fieldnote.example, and this invitation is for somebody@else.example.').waitFor()
  await expectNoRuleBroken(page, 'another account')
  const guest = await house.visit(await invite(mia.email, 'manager', keys.tidewater), 'phone')
  await guest.getByText('You have an account here already. Its password is enough.').waitFor()
  await expectNoRuleBroken(guest, 'an account that exists')
  await guest.getByLabel('Password', { exact: true }).fill('not this one')
  await guest.getByRole('button', { name: 'Join' }).click()
  await guest.getByText('This e-mail address and password do not belong together.').waitFor()
  await guest.getByLabel('Password', { exact: true }).fill(passwordOf('Mia again'))
  await guest.getByRole('button', { name: 'Join' }).click()
  await guest.waitForURL(`**/inbox`)
  await expect.poll(() => guest.title()).toContain('Tidewater')
  await guest.context().close()
})

test('who works for several brands goes from one to the other, and each tab stays with its own', async () => {
  await page.goto(`${house.running.url}/inbox`)
  await expect.poll(() => brandOn(page).innerText()).toContain('Fieldnote')
  const second = await page.context().newPage()
  await second.goto(`${house.running.url}/inbox`)
  await second.getByRole('button', { name: /your menu/i }).click()
  await second
    .getByRole('menuitemradio', { name: /Tidewater/ })
    .or(second.getByRole('menuitem', { name: /Tidewater/ }))
    .click()
  await expect.poll(() => brandOn(second).innerText()).toContain('Tidewater')
  await second.goto(`${house.running.url}/settings/people`)
  await second.getByText('Mia', { exact: true }).first().waitFor()
  expect(await second.getByText('Olga').count()).toBe(0)
  await page.getByRole('link', { name: 'Settings' }).click()
  await page.getByRole('link', { name: 'People' }).click()
  await page.getByText('Olga').first().waitFor()
  await second.close()
})

test('another role is there at once, in the page that is open', async () => {
  expect(await sections(page)).toEqual(expect.arrayContaining(['People', 'API keys']))
  const give = async (role: string) => asOwner('PATCH', `/staff/${await staffId('Mia')}`, { role })
  await give('client')
  await expect.poll(() => sections(page)).not.toContain('API keys')
  expect(await sections(page)).not.toContain('People')
  // Cut off and connected anew: it hears of the next one, too.
  await give('lead')
  await expect.poll(() => sections(page), { timeout: 15_000 }).toContain('API keys')
  expect(await page.getByText(/Live updates paused/).count()).toBe(0)
})

test('a key is narrowed where it is made, and says so', async () => {
  await page.getByRole('link', { name: 'API keys' }).click()
  await page.getByLabel('What it is for').fill('Night watch')
  await page.getByLabel('act', { exact: false }).first().uncheck()
  await expectNoRuleBroken(page, 'scopes')
  await page.getByRole('button', { name: 'Make a key' }).click()
  const key = await page.getByLabel('Key “Night watch”').inputValue()
  await page.getByText(/may only read, reply/).waitFor()
  const ask = (method: string, path: string) => asOwner(method, path, undefined, key)
  expect((await ask('GET', '/counts')).status).toBe(200)
  const { body } = await ask('PUT', `/conversations/${fieldnote}/assignment`)
  expect([body.code, body.scope]).toEqual(['scope_missing', 'act'])
})

test('who came in by a link is reminded of a password, and chooses one', async () => {
  const { ctx, auth } = house.running
  await addMember(ctx, fieldnote, { name: 'Nils', email: 'nils@fieldnote.example', role: 'manager' })
  const nils = await house.visit(await auth.signInLink('nils@fieldnote.example'))
  await nils.getByText('You came in by a link. Choose a password, so that you can come back.').waitFor()
  await expectNoRuleBroken(nils, 'the hint')
  await nils.getByRole('link', { name: 'Choose a password' }).click()
  await nils.getByRole('heading', { name: 'Choose a password' }).waitFor()
  expect(await nils.getByLabel('Current password').count()).toBe(0)
  await nils.getByLabel('Password', { exact: true }).fill(passwordOf('Nils'))
  await nils.getByRole('button', { name: 'Set the password' }).click()
  await nils.getByText('From now on you sign in with nils@fieldnote.example and this password.').waitFor()
  await nils.getByRole('link', { name: 'Inbox' }).first().click()
  await expect.poll(() => nils.getByText('You came in by a link.').count()).toBe(0)
  expect(
    (await visitor().request('POST', '/api/v1/session', { email: 'nils@fieldnote.example', password: passwordOf('Nils') })).status,
  ).toBe(200)
  await nils.context().close()
})

/** Until the page's socket was greeted: before, nothing can be told to it. */
function greeted(on: Page): Promise<void> {
  return new Promise((resolve) => {
    on.on('websocket', (socket) => socket.on('framereceived', ({ payload }) => String(payload).includes('"hello"') && resolve()))
  })
}

test('who is removed is told, and goes on where they still belong, or to the door', async () => {
  const lone = await house.visit('/sign-in', 'phone')
  const live = greeted(lone)
  await signIn(lone, 'nils@fieldnote.example', passwordOf('Nils'))
  await lone.waitForURL(`**/inbox`)
  await live
  for (const [name, on] of [
    ['Nils', lone],
    ['Mia', page],
  ] as const) {
    expect((await asOwner('DELETE', `/staff/${await staffId(name)}`)).status).toBe(204)
    await on.getByRole('heading', { name: 'You are no longer in Fieldnote' }).waitFor()
    await expectNoRuleBroken(on, 'removed')
    await on.getByRole('button', { name: 'Go on' }).click()
  }
  await expect.poll(() => brandOn(page).innerText()).toContain('Tidewater')
  await lone.getByRole('heading', { name: 'Sign in' }).waitFor()
  await signIn(lone, 'nils@fieldnote.example', passwordOf('Nils'))
  await lone.getByText(/role may not do this|no longer belong to a workspace here/).waitFor()
  await lone.context().close()
})

test('too many wrong passwords close the door for a while, and it says for how long', async () => {
  const door = await house.visit('/sign-in')
  for (let time = 0; time < 6; time += 1) {
    const answered = door.waitForResponse((response) => response.url().endsWith('/session'))
    await signIn(door, 'olga@fieldnote.example', `guess number ${time}`)
    await answered
    await door
      .getByRole('alert')
      .filter({ hasText: time < 5 ? /do not belong together/ : /Come again in 15/ })
      .waitFor()
  }
  await expectNoRuleBroken(door, 'throttled')
})

test('nothing failed on the way', () => {
  expect(house.troubles).toEqual([])
})
