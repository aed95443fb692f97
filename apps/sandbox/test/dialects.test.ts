import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { platformTable } from '../src/platform-table.ts'
import { seededRandom } from '../src/random.ts'
import { dialectOf, dialects, platformIds } from '../src/registry.ts'
import { startSandbox } from '../src/sandbox.ts'
import type { Sandbox } from '../src/sandbox.ts'
import { makeSecrets } from '../src/secrets.ts'
import { ask, speak } from '../src/world/speak.ts'

/** What holds for every platform in the registry, whoever wrote it. */
let sandbox: Sandbox | undefined
afterEach(() => sandbox?.close())

test('ids are unique and go into addresses', () => {
  expect(new Set(platformIds).size).toBe(dialects.length)
  for (const id of platformIds) expect(id).toMatch(/^[a-z][a-z-]*$/)
})

test('the README’s table says what the registry says', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  expect(readme.includes(platformTable()), `In apps/sandbox/README.md the table of platforms has to be:\n\n${platformTable()}\n`).toBe(true)
})

test('secrets of an older installation stay, and what is new is added', () => {
  const old = JSON.parse(JSON.stringify(makeSecrets(seededRandom(1)))) as Record<string, Record<string, string>>
  const kept = { facebook: old['facebook'], mastodon: { ...old['mastodon'], accessToken: undefined } }
  const now = makeSecrets(seededRandom(2), JSON.parse(JSON.stringify(kept)))
  expect(now.facebook).toEqual(old['facebook'])
  expect(now.mastodon.clientId).toBe(old['mastodon']?.['clientId'])
  expect(now.mastodon.accessToken).not.toBe(old['mastodon']?.['accessToken'])
  expect(Object.keys(now)).toEqual(platformIds)
})

test('a state that this version does not understand is left, and the day begins anew', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sandbox-'))
  const stateFile = join(folder, 'state.json')
  for (const text of ['', 'null', '{"pageId":"1","accounts":[],"items":[]}', '{"version":2,"serial":1,"platforms":{"facebook":{}}}']) {
    writeFileSync(stateFile, text)
    sandbox = await startSandbox({ port: 0, stateFile })
    for (const platform of platformIds) expect(sandbox.world.hasBrand(platform)).toBe(true)
    await sandbox.close()
  }
  rmSync(folder, { recursive: true })
})

test('a platform that came after the state was saved gets its brand and posts', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sandbox-'))
  const options = { port: 0, secrets: makeSecrets(seededRandom(9)), stateFile: join(folder, 'state.json') }
  await (await startSandbox(options)).close()
  const state = JSON.parse(readFileSync(options.stateFile, 'utf8')) as { platforms: Record<string, object> }
  delete state.platforms['bluesky']
  writeFileSync(options.stateFile, JSON.stringify(state))
  sandbox = await startSandbox(options)
  expect(sandbox.world.posts('bluesky', true)).toHaveLength(1)
  expect(sandbox.world.posts('mastodon', true)).toHaveLength(1)
  await sandbox.close()
  rmSync(folder, { recursive: true })
})

describe.each(platformIds)('%s', (platform) => {
  const dialect = dialectOf(platform)

  test('announces what it takes to connect the brand, as plain texts', async () => {
    sandbox = await startSandbox({ port: 0 })
    const announced = sandbox.platforms.find(({ id }) => id === platform)
    expect(announced).toMatchObject({ name: dialect.name, url: `${sandbox.url}/${platform}` })
    expect(Object.values(announced?.settings ?? {}).every((value) => typeof value === 'string' && value !== '')).toBe(true)
    expect(JSON.parse(JSON.stringify(announced))).toEqual(announced)
  })

  test('has posts of the brand or reviews, and a page that shows them', async () => {
    sandbox = await startSandbox({ port: 0, brand: 'fieldnote' })
    const { kinds, brandPosts } = dialect
    expect(
      kinds.includes('comment')
        ? brandPosts.length
        : Number(kinds.includes('review') || kinds.includes('visit') || kinds.includes('mention')),
    ).toBeGreaterThan(0)
    expect(new Set(brandPosts.map(({ text }) => text)).size).toBe(brandPosts.length)
    const asked = ask(sandbox.world, { platform, author: { name: 'Rosa' }, text: 'Does the strap come off?' })
    const answer = speak(sandbox.world, { platform, author: 'brand', text: 'It does.', parentId: asked.id })
    const root = sandbox.world.items[platform].get(asked.rootId)
    const page = await (await fetch(`${sandbox.url}/${platform}/p/${root?.key}`)).text()
    expect(page).toContain('Does the strap come off?')
    expect(page).toContain(`id="c-${answer.key}"`)
    expect((await fetch(`${sandbox.url}/${platform}`)).status).toBe(200)
    expect(await (await fetch(`${sandbox.url}/style.css`)).text()).toContain(`.on-${platform}`)
  })

  test('words every failure its own way, and journals the call', async () => {
    sandbox = await startSandbox({ port: 0 })
    const url = `${sandbox.url}/${platform}/surely/not/there`
    const plain = await fetch(url)
    expect(plain.status).toBeGreaterThanOrEqual(400)
    for (const kind of ['rate_limited', 'expired_token', 'revoked_token', 'server_error', 'unavailable'] as const) {
      sandbox.faults.add({ platform, match: { times: 1 }, fault: { kind } })
      const answer = await fetch(url)
      // Some platforms answer 200 and say in the body that it was none.
      expect((await answer.text()).length, kind).toBeGreaterThan(1)
    }
    expect(sandbox.world.journal.calls.filter((call) => call.platform === platform)).toHaveLength(6)
  })

  test('takes its state up again after a restart', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sandbox-'))
    const options = { port: 0, secrets: makeSecrets(seededRandom(9)), stateFile: join(folder, 'state.json') }
    const first = await startSandbox(options)
    const item = ask(first.world, { platform, author: { name: 'ليلى' }, text: 'هل تشحنون؟' })
    await first.close()
    sandbox = await startSandbox(options)
    expect(sandbox.world.find(platform, item.id)).toEqual(item)
    const next = ask(sandbox.world, { platform, author: { name: 'ليلى' }, text: 'Hello?' })
    expect(next.id, 'ids go on').not.toBe(item.id)
    expect(next.authorId, 'and people stay').toBe(item.authorId)
    await sandbox.close()
    rmSync(folder, { recursive: true })
  })
})
