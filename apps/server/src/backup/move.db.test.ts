import { copyFileSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { startSandbox, type Sandbox } from '@answerback/sandbox/sandbox'
import { speak } from '@answerback/sandbox/world/speak'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildForTest, endOf, runCli, startNode } from '../../test/real-program.ts'
import { makeApiKey, makeWorkspace } from '../access/workspaces.ts'
import { readEnv } from '../env.ts'
import { startServer, type Running } from '../server.ts'

/** An installation with a connected account and somebody waiting, which is moved by command to other folders. */
let folder: string
let sandbox: Sandbox
let source: Running
let key: string
let bare: string
let withSecrets: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'answerback-move-'))
  bare = join(folder, 'bare.tar.gz')
  withSecrets = join(folder, 'with-secrets.tar.gz')
  sandbox = await startSandbox({ port: 0, seed: 7, brand: 'empty', rhythm: 'off' })
  source = await startServer(readEnv(settings('source')), { log: pino({ level: 'silent' }), onTrouble: () => {} })
  const workspaceId = await makeWorkspace(source.ctx, { name: 'Shop', timeZone: 'Europe/Lisbon' })
  key = await makeApiKey(source.ctx, workspaceId, { name: 'owner', role: 'owner' })
  const { mastodon } = sandbox.secrets
  const connected = await fetch(`${source.url}/api/v1/channels`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ platform: 'mastodon', settings: { url: sandbox.urls.mastodon, accessToken: mastodon.accessToken } }),
  })
  expect(connected.status, await connected.text()).toBe(201)
  speak(sandbox.world, { platform: 'mastodon', author: { name: 'Rui' }, text: 'Do you ship to Porto?', mention: true })
}, 120_000)
afterAll(async () => {
  await source?.stop()
  await sandbox?.close()
  rmSync(folder, { recursive: true, force: true })
})

function settings(name: string): Record<string, string> {
  return {
    ...{ DATA_DIR: join(folder, name), DEMO: 'off', PORT: '0', HOST: '127.0.0.1' },
    ALLOW_PRIVATE_HOSTS: new URL(sandbox.url).host,
  }
}

function cli(name: string, ...args: string[]) {
  return runCli(args, settings(name))
}

/** Who waits, for what, since when, by which id. */
async function inboxOf(url: string): Promise<{ id: string; waitingSince: string; text: string }[]> {
  const response = await fetch(`${url}/api/v1/conversations?state=all&limit=100`, { headers: { authorization: `Bearer ${key}` } })
  expect(response.status).toBe(200)
  const { items } = (await response.json()) as { items: { id: string; waitingSince: string; waitingMessage: { text: string } }[] }
  return items.map(({ id, waitingSince, waitingMessage }) => ({ id, waitingSince, text: waitingMessage.text }))
}

/** The built program on one of these folders. Gives its address, or what it said when it would not start. */
async function startProgram(name: string) {
  const child = startNode([await buildForTest('main')], settings(name))
  const ended = endOf(child)
  let said = ''
  const url = new Promise<string>((resolve) =>
    child.stdout!.on('data', (text: string) => {
      said += text
      const found = /ready on (\S+)/.exec(said)
      if (found) resolve(found[1]!)
    }),
  )
  const first = await Promise.race([url, ended])
  return {
    url: typeof first === 'string' ? first : null,
    ended,
    async stop() {
      child.kill('SIGTERM')
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    },
  }
}

test('somebody waits', async () => {
  await expect.poll(async () => (await inboxOf(source.url)).length, { timeout: 30_000 }).toBe(1)
}, 60_000)

describe('with its secrets', () => {
  test('it is saved beside the running server, restored into a fresh folder, and its accounts can be used at once', async () => {
    expect(await cli('source', 'backup', withSecrets, '--with-secrets')).toMatchObject({ code: 0, err: '' })
    expect((await cli('moved', 'restore', withSecrets)).out).toMatch(
      /^Restored \d+ rows, as they stood at \S+\. Everybody signs in anew\.\n$/,
    )
    expect(await cli('moved', 'channel', 'test', 'all')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^Mastodon .*: reads fine\.\n$/),
    })
    expect(await runCli(['channel', 'test', 'all'], { ...settings('moved'), ALLOW_PRIVATE_HOSTS: '' })).toMatchObject({
      code: 1,
      out: expect.stringMatching(/That is a private address: if it is meant, name it in ALLOW_PRIVATE_HOSTS\.\n$/),
    })
    expect(readEnv(settings('moved')).demo).toBe(false)
  }, 120_000)

  test('the program starts on it and shows the same people waiting', async () => {
    const program = await startProgram('moved')
    try {
      expect(await inboxOf(program.url!)).toEqual(await inboxOf(source.url))
      expect(await cli('moved', 'restore', withSecrets)).toMatchObject({ code: 1, err: expect.stringContaining('Stop it first') })
    } finally {
      await program.stop()
    }
    const before = readFileSync(join(folder, 'moved', 'secrets.json'), 'utf8')
    expect(await cli('moved', 'restore', withSecrets)).toMatchObject({
      code: 1,
      err: expect.stringContaining('This database is not empty'),
    })
    expect(readFileSync(join(folder, 'moved', 'secrets.json'), 'utf8')).toBe(before)
  }, 120_000)

  test('a backup is never written over a file, and a refused restore leaves no keys behind', async () => {
    expect(await cli('source', 'backup', withSecrets)).toMatchObject({ code: 2, err: expect.stringContaining('is already there') })
    const cut = join(folder, 'cut.tar.gz')
    const whole = readFileSync(withSecrets)
    writeFileSync(cut, whole.subarray(0, whole.length - 40))
    expect(await cli('refused', 'restore', cut)).toMatchObject({ code: 1, err: expect.stringContaining('is not whole') })
    expect(existsSync(join(folder, 'refused', 'secrets.json'))).toBe(false)
    expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([])
  }, 120_000)
})

describe('without its secrets', () => {
  test('restore says what is missing, and the program does not start with the wrong keys', async () => {
    const saved = await cli('source', 'backup', bare)
    expect(saved.out).toContain(`keep ${join(folder, 'source', 'secrets.json')} beside it`)
    const restored = await cli('later', 'restore', bare)
    expect(restored.code).toBe(0)
    expect(restored.out).toContain(`Put its secrets.json in place of ${join(folder, 'later', 'secrets.json')}`)
    const program = await startProgram('later')
    expect(program.url).toBe(null)
    expect(await program.ended).toMatchObject({
      code: 1,
      err: expect.stringMatching(/encrypted with a key that is not here \([0-9a-f]{8}\)\. Put back the \S+secrets\.json/),
    })
    expect(await cli('later', 'doctor')).toMatchObject({ code: 1, out: expect.stringMatching(/BAD {3}Keys: .* Put back the/) })
  }, 120_000)

  test('with them in their place all is well', async () => {
    copyFileSync(join(folder, 'source', 'secrets.json'), join(folder, 'later', 'secrets.json'))
    expect(await cli('later', 'channel', 'test', 'all')).toMatchObject({ code: 0 })
    const program = await startProgram('later')
    expect(await inboxOf(program.url!)).toEqual(await inboxOf(source.url))
    await program.stop()
  }, 120_000)

  test('a key file of another installation is named before anything is sent with it', async () => {
    const path = join(folder, 'later', 'secrets.json')
    const own = JSON.parse(readFileSync(path, 'utf8')) as { keyId: string }
    writeFileSync(path, JSON.stringify({ ...own, keyId: '0badc0de' }))
    const program = await startProgram('later')
    expect(await program.ended).toMatchObject({ code: 1, err: expect.stringContaining(`not here (${own.keyId})`) })
  }, 120_000)
})
