import { afterAll, beforeAll, expect, test } from 'vitest'
import { demoManager } from '../src/demo/demo.ts'
import type { Running } from '../src/server.ts'
import { openPage, type Browser, type Page } from './browser.ts'
import { aPng } from './files.ts'
import { expectNoRuleBroken, openInstallation, type Installation } from './installation.ts'

/** Files in an answer, as people send them: chosen, pasted and dropped, described, and seen on the public page of the platform. */
let house: Installation
let running: Running
let browser: Browser

beforeAll(async () => {
  house = await openInstallation({})
  ;({ running, browser } = house)
})
afterAll(() => house?.close())

test.each([
  ['desktop', 'mastodon'],
  ['phone', 'bluesky'],
] as const)(
  'on a %s, %s: pictures stand there as they were described, without camera data',
  async (screen, platform) => {
    const visitor = await comment(platform, `Does the strap come off? (${platform}, ${screen})`)
    const page = await openThread(`Does the strap come off? (${platform}, ${screen})`, screen)
    await choose(page, { name: 'strap.jpg', mimeType: 'image/jpeg', buffer: await photo(page) })
    const [strap, clip] = [`Two clips hold the strap (${screen})`, `The clip, open (${screen})`]
    await describeFile(page, 'strap.jpg', strap)
    await paste(page, 'clip.png')
    await describeFile(page, 'clip.png', clip)
    await page.getByText('Photos are sent without camera data and location.').waitFor()
    // The second one first.
    await page.getByRole('button', { name: 'Move clip.png forward' }).click()
    await expectNoRuleBroken(page, `${platform} on a ${screen}`)
    await box(page).fill(`It does, see. (${platform}, ${screen})`)
    await page.getByRole('button', { name: /^send/i }).click()

    await expectShown(visitor, screen, [clip, strap])
    const source = await visitor.getByRole('img', { name: strap }).getAttribute('src')
    const sent = Buffer.from(await (await fetch(new URL(source!, running.sandbox!.url))).arrayBuffer())
    expect(sent.subarray(0, 3)).toEqual(Buffer.from([0xff, 0xd8, 0xff]))
    expect(sent.includes('48.8583 N')).toBe(false)
    await page.context().close()
    await visitor.context().close()
  },
  120_000,
)

test('what does not fit is left out with its reason, and a large photo is made smaller', async () => {
  await comment('bluesky', 'What fits here?')
  const page = await openThread('What fits here?')
  await choose(page, [
    { name: 'notes.docx', mimeType: 'application/msword', buffer: Buffer.from('words, words, words') },
    { name: 'large.jpg', mimeType: 'image/jpeg', buffer: await photo(page, 3_000, 2_000) },
    ...[1, 2, 3, 4, 5].map((n) => ({ name: `${n}.png`, mimeType: 'image/png', buffer: aPng(n, n, n) })),
  ])
  const said = page.getByRole('alert')
  await said.getByText(/“notes.docx” was left out: Bluesky takes .*JPEG/).waitFor()
  await said.getByText('“4.png” and “5.png” were left out: Bluesky takes 4 files with a reply.').waitFor()
  await page.getByText(/made smaller, was/).waitFor()
  expect(await page.getByRole('button', { name: 'Add pictures' }).getAttribute('aria-disabled')).toBe('true')
  await page.getByRole('button', { name: 'Remove 1.png' }).click()
  await expect.poll(() => page.getByRole('button', { name: 'Add pictures' }).getAttribute('aria-disabled')).toBe('false')
  await page.context().close()
})

test('a photo of a phone arrives where fewer pixels are taken', async () => {
  const visitor = await comment('tiktok', 'How large is it?')
  const page = await openThread('How large is it?')
  await choose(page, [{ name: 'phone.jpg', mimeType: 'image/jpeg', buffer: await photo(page, 4_032, 3_024) }])
  await page.getByText(/made smaller, was/).waitFor()
  await box(page).fill('So large')
  await page.getByRole('button', { name: /^send/i }).click()
  const sizes = async () => {
    await visitor.reload()
    return await visitor.evaluate(`[...document.querySelectorAll('figure img')].map((each) => [each.naturalWidth, each.naturalHeight])`)
  }
  await expect.poll(sizes, { timeout: 40_000, interval: 300 }).toEqual([[1_440, 1_080]])
  await page.context().close()
  await visitor.context().close()
}, 120_000)

test('files that are too large together are taken as far as they fit', async () => {
  await comment('discord', 'Have you the papers?')
  const page = await openThread('Have you the papers?')
  const buffer = Buffer.concat([Buffer.from('%PDF-1.7\n'), Buffer.alloc(9_000_000)])
  await choose(
    page,
    [1, 2, 3].map((n) => ({ name: `${n}.pdf`, mimeType: 'application/pdf', buffer })),
  )
  await page.getByRole('alert').getByText('“3.pdf” was left out: Discord takes up to 26 MB with a reply, all files together.').waitFor()
  await expect.poll(() => files(page).count()).toBe(2)
  await page.context().close()
})

test('where no file is taken, a pasted one is answered too', async () => {
  await comment('instagram', 'And here?')
  const page = await openThread('And here?')
  await paste(page, 'any.png')
  await page.getByText('This Instagram channel takes no files with a reply.').first().waitFor()
  expect(await files(page).count()).toBe(0)
  await page.context().close()
})

test('an upload that fails is tried again, and nothing is sent without it', async () => {
  await comment('mastodon', 'Which thread do you use?')
  const page = await openThread('Which thread do you use?')
  const broken = (url: URL) => url.pathname === '/api/v1/uploads'
  await page.route(broken, (route) => route.abort())
  await paste(page, 'thread.png')
  await page.getByText('Not uploaded, the server was not reached.').waitFor()
  await box(page).fill('This one')
  expect(await page.getByRole('button', { name: /^send/i }).isDisabled()).toBe(true)
  await box(page).press('ControlOrMeta+Enter')
  await page.getByText('Not sent yet: not every file is uploaded.').first().waitFor()
  await page.unroute(broken)
  await page.getByRole('button', { name: 'Try again' }).click()
  await expect.poll(() => page.getByRole('button', { name: /^send/i }).isEnabled()).toBe(true)
  await page.context().close()
})

test('a file counts from when it is chosen, also while nothing can be done with it yet', async () => {
  await comment('mastodon', 'Which needle?')
  const page = await openThread('Which needle?')
  let loadNow = () => {}
  const loading = new Promise<void>((resolve) => (loadNow = resolve))
  const part = /\/assets\/uploads[^/]*\.js/
  await page.route(part, async (route) => {
    await loading
    await route.continue()
  })
  await box(page).fill('This one')
  const send = page.getByRole('button', { name: /^send/i })
  await expect.poll(() => send.isEnabled()).toBe(true)
  await paste(page, 'needle.png')
  await expect.poll(() => send.isDisabled()).toBe(true)
  loadNow()
  await expect.poll(() => send.isEnabled()).toBe(true)
  expect(await files(page).count()).toBe(1)

  // A part that cannot be loaded has the page loaded again once; the second time it is said.
  await page.unroute(part)
  await page.evaluate(`sessionStorage.setItem('answerback.reloaded', '1')`)
  await page.reload()
  await files(page).waitFor()
  await page.getByRole('button', { name: 'Remove needle.png' }).click()
  await page.route(part, (route) => route.abort())
  await page.reload()
  await expect.poll(() => send.isEnabled()).toBe(true)
  await paste(page, 'needle.png')
  await page.getByText('The files could not be got ready.').first().waitFor()
  expect(await send.isDisabled()).toBe(true)
  expect(await box(page).inputValue()).toBe('This one')
  await page.context().close()
})

test('a draft keeps its files over another conversation and a reload, undo brings them back, and a file that is gone says so', async () => {
  await comment('mastodon', 'Is the lining linen?')
  await comment('mastodon', 'Is it heavy?')
  const page = await openThread('Is the lining linen?')
  await paste(page, 'lining.png')
  await describeFile(page, 'lining.png', 'The lining')
  await row(page, 'Is it heavy?').click()
  await expect.poll(() => files(page).count()).toBe(0)
  await row(page, 'Is the lining linen?').click()
  await expect.poll(() => files(page).count()).toBe(1)
  await page.reload()
  await expect.poll(() => page.getByRole('textbox', { name: 'Description of lining.png' }).inputValue()).toBe('The lining')
  // Its likeness comes from the server now.
  await files(page).locator('img').waitFor()

  await page.getByRole('button', { name: /^send/i }).click()
  await page.getByRole('button', { name: /undo/i }).first().click()
  await page.getByText('Not sent. Your text and files are back.').first().waitFor()
  await expect.poll(() => page.getByRole('textbox', { name: 'Description of lining.png' }).inputValue()).toBe('The lining')

  await running.ctx.db.system.execute('delete from upload')
  await page.reload()
  await page.getByText('Not here any more. Remove it and add it again.').waitFor()
  expect(await page.getByRole('button', { name: /^send/i }).isDisabled()).toBe(true)
  await page.getByRole('button', { name: 'Remove lining.png' }).click()
  await expect.poll(() => files(page).count()).toBe(0)
  await page.context().close()
})

test('files are dropped onto the composer, by key chosen, and go with no private answer', async () => {
  await comment('mastodon', 'Is there a longer strap?')
  const page = await openThread('Is there a longer strap?')
  await drop(page, 'body', 'beside.png')
  await drop(page, '#composer', 'long.png')
  await expect.poll(() => files(page).count()).toBe(1)
  await page.locator('#thread').focus()
  const chooser = page.waitForEvent('filechooser')
  await page.keyboard.press('p')
  await (await chooser).setFiles({ name: 'longer.png', mimeType: 'image/png', buffer: aPng(9, 9, 9) })
  await expect.poll(() => files(page).count()).toBe(2)
  await expect.poll(() => page.getByRole('button', { name: /^send/i }).isEnabled()).toBe(true)
  await page.getByRole('checkbox', { name: /in private/i }).check()
  await page.getByText('Files cannot go with a private answer. Remove them, or answer in public.').waitFor()
  expect(await page.getByRole('button', { name: /^send/i }).isDisabled()).toBe(true)
  await page.context().close()
})

test('where the platform fetches files itself, a server without an address says so before anything is written', async () => {
  await comment('threads', 'Do you mend zips?')
  const page = await openThread('Do you mend zips?')
  await page.route('**/api/v1/me', async (route) => {
    const response = await route.fetch()
    await route.fulfill({ response, json: { ...(await response.json()), reachable: false } })
  })
  await page.reload()
  await page.getByRole('button', { name: 'Add pictures' }).click({ force: true })
  await page
    .getByText(/Threads fetches files from here, and this server has no address/)
    .first()
    .waitFor()
  expect(await files(page).count()).toBe(0)
  await page.context().close()
})

test('a reply on its way shows its files; one that was refused goes back into the composer with them', async () => {
  const visitor = await comment('mastodon', 'Do you ship to Oslo?')
  const page = await openThread('Do you ship to Oslo?')
  await refuseNextFile('The picture is too dark')
  await paste(page, 'map.png')
  await describeFile(page, 'map.png', 'A map')
  await box(page).fill('We do')
  await expect.poll(() => page.getByRole('button', { name: /^send/i }).isEnabled()).toBe(true)
  await box(page).press('ControlOrMeta+Shift+Enter')
  await page.locator('.msg.outgoing, .msg.failed').getByRole('img', { name: 'A map' }).waitFor()
  const failed = page.locator('.msg.failed')
  await failed.getByRole('img', { name: 'A map' }).waitFor({ timeout: 40_000 })
  await failed.getByText(/The picture is too dark/).waitFor()
  await page.getByRole('button', { name: 'Edit and try again' }).click()
  await expect.poll(() => box(page).inputValue()).toBe('We do')
  await expect.poll(() => page.getByRole('textbox', { name: 'Description of map.png' }).inputValue()).toBe('A map')
  await page.getByRole('button', { name: /^send/i }).click()
  await expectShown(visitor, 'A map', ['A map'])
  await page.context().close()
}, 120_000)

test('nothing failed on the way', () => {
  expect(house.troubles).toEqual([])
})

async function openThread(text: string, screen: 'desktop' | 'phone' = 'desktop'): Promise<Page> {
  const page = await house.visit(await running.auth.signInLink(demoManager.email), screen)
  await row(page, text).click({ timeout: 40_000 })
  await box(page).waitFor()
  return page
}

/** A visitor comments under the brand's newest post on one platform. Gives the page, at the comment. */
async function comment(platform: string, text: string): Promise<Page> {
  const page = await openPage(browser)
  await page.goto(`${running.sandbox!.url}/${platform}`)
  await page.locator('main > article a.link').first().click()
  const form = page.locator('form.write').last()
  await form.locator('[name=name]').fill('Rosa')
  await form.locator('[name=text]').fill(text)
  await form.getByRole('button').click()
  await page.getByText(text).first().waitFor()
  return page
}

/** The public page shows these pictures, and no others whose descriptions have these words in them. */
async function expectShown(visitor: Page, words: string, descriptions: string[]): Promise<void> {
  const shown = async () => {
    await visitor.reload()
    const all = await visitor.locator('figure img').evaluateAll((images) => images.map((each) => each.getAttribute('alt') ?? ''))
    return all.filter((alt) => alt.includes(words))
  }
  await expect.poll(shown, { timeout: 40_000, interval: 300 }).toEqual(descriptions)
}

/** The platform will not have the next file that is brought to it. */
async function refuseNextFile(why: string): Promise<void> {
  const fault = { kind: 'answer', status: 422, body: { error: why } }
  const response = await fetch(`${running.sandbox!.url}/_admin/faults`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ platform: 'mastodon', match: { method: 'POST', path: '/api/v2/media', times: 1 }, fault }),
  })
  expect(response.status).toBeLessThan(300)
}

function row(page: Page, text: string) {
  return page.getByRole('row').filter({ hasText: text })
}

function box(page: Page) {
  return page.getByRole('textbox', { name: /^reply to/i })
}

function files(page: Page) {
  return page.getByRole('list', { name: 'Files that go with the reply' }).getByRole('listitem')
}

type Chosen = { name: string; mimeType: string; buffer: Buffer }

/** Through the chooser that the button opens. */
async function choose(page: Page, what: Chosen | Chosen[]): Promise<void> {
  const chooser = page.waitForEvent('filechooser')
  await page.getByRole('button', { name: /^Add (pictures|files)$/ }).click()
  await (await chooser).setFiles(what)
}

/** As the clipboard hands over a picture. */
async function paste(page: Page, name: string): Promise<void> {
  await box(page).focus()
  await page.evaluate(`{
    const clipboardData = new DataTransfer()
    clipboardData.items.add(new File([new Uint8Array([${aPng(40, 30, name.length).join()}])], ${JSON.stringify(name)}, { type: 'image/png' }))
    document.activeElement.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }))
  }`)
}

async function drop(page: Page, place: string, name: string): Promise<void> {
  await page.evaluate(`{
    const dataTransfer = new DataTransfer()
    dataTransfer.items.add(new File([new Uint8Array([${aPng(40, 30).join()}])], ${JSON.stringify(name)}, { type: 'image/png' }))
    for (const kind of ['dragover', 'drop'])
      document.querySelector(${JSON.stringify(place)}).dispatchEvent(new DragEvent(kind, { dataTransfer, bubbles: true, cancelable: true }))
  }`)
}

async function describeFile(page: Page, name: string, words: string): Promise<void> {
  await page.getByRole('textbox', { name: `Description of ${name}` }).fill(words)
}

/** A photo that says where it was taken, in a comment of the file (ITU-T T.81, B.2.4.5), as cameras do in a segment of their own. */
async function photo(page: Page, width = 60, height = 40): Promise<Buffer> {
  const drawn = await page.evaluate<string>(`(() => {
    const canvas = document.createElement('canvas')
    canvas.width = ${width}
    canvas.height = ${height}
    const pixels = new Uint8ClampedArray(canvas.width * canvas.height * 4).map((_, at) => (at % 4 === 3 ? 255 : (at * 7919) % 251))
    canvas.getContext('2d').putImageData(new ImageData(pixels, canvas.width), 0, 0)
    return canvas.toDataURL('image/jpeg', 0.95).split(',')[1]
  })()`)
  const bytes = Buffer.from(drawn, 'base64')
  const place = Buffer.from('48.8583 N, 2.2945 E')
  return Buffer.concat([bytes.subarray(0, 2), Buffer.from([0xff, 0xfe, 0, place.length + 2]), place, bytes.subarray(2)])
}
