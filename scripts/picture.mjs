// `npx tsx scripts/picture.mjs`: starts the demo in a folder of its own, opens the inbox in the tests' browser and saves docs/picture.png.
// Needs nothing else (the browser comes from npm). What is shown is the real app: people of the sandbox who wait since different times.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openBrowser, openPage } from '../apps/server/test/browser.ts'
import { root } from './fingerprint.mjs'

const maxBytes = 300 * 1024
const file = join(root, 'docs/picture.png')
/** Whose conversation is open, and what is being written there. */
const shown = { person: 'Odile', draft: 'It moved, sorry! The recipe is on the page of the walnut week now, and we mended the link.' }

const dataDir = mkdtempSync(join(tmpdir(), 'answerback-picture-'))
const demo = spawn(process.execPath, [join(root, 'scripts/start.mjs')], {
  cwd: root,
  env: { PATH: process.env.PATH, DATA_DIR: dataDir, PORT: '0', SANDBOX_PORT: '0' },
  stdio: ['ignore', 'pipe', 'inherit'],
})
const ended = new Promise((resolve) => demo.once('exit', resolve))
try {
  await takePicture(await signInLink())
  const bytes = statSync(file).size
  if (bytes > maxBytes) throw new Error(`${file} has ${bytes} bytes, more than ${maxBytes}.`)
  console.log(`docs/picture.png, ${Math.round(bytes / 1024)} KB`)
} finally {
  demo.kill('SIGTERM')
  await ended
  rmSync(dataDir, { recursive: true, force: true })
}

/** The first link that the demo prints: the community manager's. */
function signInLink() {
  let said = ''
  return new Promise((resolve, reject) => {
    demo.stdout.setEncoding('utf8').on('data', (text) => {
      said += text
      const link = /http:\S+magic-link\S+(?=\s)/.exec(said)
      if (link) resolve(link[0])
    })
    void ended.then(() => reject(new Error(`The demo did not start.\n${said}`)))
  })
}

async function takePicture(link) {
  const browser = await openBrowser()
  try {
    const page = await openPage(browser)
    await page.goto(link)
    const rows = page.getByRole('row')
    await allHeard(page, new URL(link).origin)
    await rows.filter({ hasText: shown.person }).first().click()
    await page.getByRole('textbox', { name: /reply|write/i }).fill(shown.draft)
    await page.evaluate(() => document.fonts.ready)
    await page.screenshot({ path: file })
  } finally {
    await browser.close()
  }
}

/** What was written before the demo began has arrived once every channel has been read, and no more people wait than three seconds ago. */
async function allHeard(page, origin) {
  for (let before = -1; ;) {
    const { channels, counts } = await (await page.request.get(`${origin}/api/v1/me`)).json()
    if (counts.waiting === before && channels.every((channel) => channel.lastPollAt !== null || channel.lastDeliveryAt !== null)) return
    before = counts.waiting
    await page.waitForTimeout(3_000)
  }
}
