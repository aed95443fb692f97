import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { seededRandom } from '../src/random.ts'
import { lines } from '../src/rhythm/lines.ts'
import { Rhythm } from '../src/rhythm/rhythm.ts'
import { startSandbox } from '../src/sandbox.ts'
import type { Sandbox } from '../src/sandbox.ts'
import { makeSecrets } from '../src/secrets.ts'
import { dialectOf, platformIds } from '../src/registry.ts'
import type { PlatformId } from '../src/world/item.ts'
import type { World } from '../src/world/world.ts'
import { speak } from '../src/world/speak.ts'

let sandbox: Sandbox | undefined
afterEach(() => sandbox?.close())

/** What people wrote below the brand's posts, or turned to it with where there are none. */
function comments(world: World, platform: PlatformId) {
  const alone = !dialectOf(platform).kinds.includes('comment')
  return [...world.items[platform].values()].filter((item) => item.parentId !== null || (alone && !world.author(item).isBrand))
}

test('there is enough to say: 120 distinct comments, 15 posts', () => {
  expect(new Set(lines.map(({ text }) => text)).size).toBeGreaterThanOrEqual(120)
  const brandPosts = platformIds.flatMap((platform) => dialectOf(platform).brandPosts)
  expect(new Set(brandPosts.map(({ text }) => text)).size).toBeGreaterThanOrEqual(15)
})

test('every platform has four fresh comments within 5 s of the start', async () => {
  sandbox = await startSandbox({ port: 0, brand: 'fieldnote' })
  const { world } = sandbox
  const planned: { delayMs: number; run: () => void }[] = []
  const rhythm = new Rhythm(world, (delayMs, run) => {
    planned.push({ delayMs, run })
    return () => {}
  })
  rhythm.start('calm')
  for (const { delayMs, run } of [...planned]) if (delayMs < 4_000) run()
  expect(platformIds.map((platform) => comments(world, platform).length)).toEqual(platformIds.map(() => 4))
  rhythm.stop()
})

test('the same seed says the same things, and a long demo stays within its bounds', async () => {
  const texts = []
  for (const seed of [5, 5, 6]) {
    sandbox = await startSandbox({ port: 0, brand: 'fieldnote', seed, keepItems: 300 })
    for (let i = 0; i < 3_000; i += 1) sandbox.rhythm.step()
    const { items, byKey } = sandbox.world
    for (const platform of platformIds) expect(items[platform].size).toBeLessThanOrEqual(300)
    expect(byKey.size).toBe(platformIds.reduce((sum, platform) => sum + items[platform].size, 0))
    texts.push([...byKey.values()].map(({ text, likes }) => `${text} ${likes.size}`).join('\n'))
    await sandbox.close()
  }
  expect(texts[0]).toBe(texts[1])
  expect(texts[0]).not.toBe(texts[2])
})

test('people often come back after the brand answered, and never after a stop', async () => {
  sandbox = await startSandbox({ port: 0, brand: 'fieldnote' })
  const { world } = sandbox
  const waiting: (() => void)[] = []
  const rhythm = new Rhythm(world, (_delayMs, run) => {
    waiting.push(run)
    return () => void waiting.splice(waiting.indexOf(run), 1)
  })
  rhythm.start('calm')
  waiting.length = 0
  const [post] = world.posts('bluesky', true)
  const answers = Array.from({ length: 20 }, (_, n) => {
    const asked = speak(world, { platform: 'bluesky', author: { name: `Asker ${n}` }, text: 'Hm?', parentId: post?.id })
    return { asked, answer: speak(world, { platform: 'bluesky', author: 'brand', text: 'Yes.', parentId: asked.id }) }
  })
  expect(waiting.length).toBeGreaterThan(5)
  expect(waiting.length).toBeLessThan(20)
  for (const run of waiting.slice(0, 5)) run()
  const back = answers.flatMap(({ asked, answer }) => world.replies(answer).map((reply) => reply.authorId === asked.authorId))
  expect(back).toEqual([true, true, true, true, true])
  rhythm.stop()
  expect(rhythm.pace).toBe('off')
})

test('with a state file a restart goes on where it stopped', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sandbox-'))
  const options = { port: 0, secrets: makeSecrets(seededRandom(9)), stateFile: join(folder, 'state.json') }
  const first = await startSandbox(options)
  const written = platformIds.map((platform) => {
    const [post] = first.world.posts(platform, true)
    const item = speak(first.world, { platform, author: { name: 'Rosa' }, text: '@fieldnote hello', parentId: post?.id })
    first.world.like(item, first.world.brand(platform).id)
    return item
  })
  await first.close()
  sandbox = await startSandbox(options)
  for (const item of written) expect(sandbox.world.find(item.platform, item.id)).toEqual(item)
  const answer = await fetch(`${sandbox.urls.mastodon}/api/v1/notifications`, {
    headers: { authorization: `Bearer ${options.secrets.mastodon.accessToken}` },
  })
  expect(await answer.json()).toMatchObject([{ type: 'mention', status: { id: written[2]?.id } }])
  await sandbox.close()
  rmSync(folder, { recursive: true })
})

test('the program ends by itself when its parent is killed, and frees its port', async () => {
  const main = new URL('../src/main.ts', import.meta.url).pathname
  const code = `
    const env = { ...process.env, SANDBOX_PORT: '0', SANDBOX_RHYTHM: 'off', SANDBOX_PARENT_PID: String(process.pid) }
    const child = require('node:child_process').spawn(process.execPath, ['--import', 'tsx', ${JSON.stringify(main)}], { env, detached: true })
    child.stdout.on('data', (text) => process.stdout.write(child.pid + ' ' + text))
    child.stderr.on('data', (text) => process.stderr.write(text))`
  const parent = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  parent.stdout.on('data', (text: Buffer) => (output += text.toString()))
  const started = /^(\d+) Sandbox is ready on (http:\S+)/
  while (!started.test(output)) await new Promise((resolve) => setTimeout(resolve, 10))
  const url = started.exec(output)?.[2] ?? ''
  expect((await fetch(url)).status).toBe(200)
  parent.kill('SIGKILL')
  let answers = true
  while (answers)
    answers = await fetch(url).then(
      () => new Promise<true>((resolve) => setTimeout(() => resolve(true), 20)),
      () => false,
    )
  expect(answers).toBe(false)
}, 20_000)
