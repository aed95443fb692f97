import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { sql } from 'drizzle-orm'
import { speak } from '@answerback/sandbox/world/speak'
import { startSandbox, type Sandbox } from '@answerback/sandbox/sandbox'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connectChannel } from '../src/access/channels.ts'
import { makeApiKey, makeWorkspace } from '../src/access/workspaces.ts'
import { readEnv } from '../src/env.ts'
import { startServer } from '../src/server.ts'
import { buildForTest, endOf, startNode } from './real-program.ts'

let sandbox: Sandbox
let dataDir: string
let key: string
let conversationId: string | undefined
let settings: Record<string, string>
const running: ChildProcess[] = []

beforeAll(async () => {
  sandbox = await startSandbox({ port: 0, seed: 7, now: () => new Date(), brand: 'empty', rhythm: 'off' })
  dataDir = mkdtempSync(join(tmpdir(), 'answerback-drain-'))
  settings = { DATA_DIR: dataDir, DEMO: 'off', PORT: '0', HOST: '127.0.0.1', ALLOW_PRIVATE_HOSTS: new URL(sandbox.url).host }
  const server = await startServer(readEnv(settings), { log: pino({ level: 'silent' }), onTrouble: () => {} })
  const { ctx } = server
  const workspaceId = await makeWorkspace(ctx, { name: 'Fieldnote', timeZone: 'Europe/Lisbon' })
  key = await makeApiKey(ctx, workspaceId, { name: 'test', role: 'owner' })
  const { accessToken } = sandbox.secrets.mastodon
  await connectChannel(ctx, workspaceId, 'mastodon', { apiUrl: sandbox.urls.mastodon, url: sandbox.urls.mastodon, accessToken })
  speak(sandbox.world, { platform: 'mastodon', author: { name: 'Fay' }, text: 'thinking about that bag', mention: true })
  while (conversationId === undefined) {
    await ctx.db.system.execute(sql`update poll set due_at = now() where leased_until is null`)
    await new Promise((resolve) => setTimeout(resolve, 100))
    conversationId = (await ask(server.url, 'GET', '/api/v1/conversations')).items[0]?.id
  }
  await server.stop()
}, 90_000)

afterAll(async () => {
  for (const each of running) each.kill('SIGKILL')
  await sandbox.close()
  rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 })
})

async function ask(url: string, method: string, path: string, body?: unknown): Promise<any> {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${key}`,
      ...(body ? { 'content-type': 'application/json', 'idempotency-key': JSON.stringify(body) } : {}),
    },
    body: body ? JSON.stringify(body) : undefined,
  })
  return response.json()
}

/** The real program, ready; `ended` tells how it went. */
async function start(): Promise<{ url: string; child: ChildProcess; ended: ReturnType<typeof endOf> }> {
  const child = startNode([await buildForTest('main')], settings)
  running.push(child)
  const ready = new Promise<string>((resolve) =>
    child.stdout!.on('data', (text: Buffer | string) => {
      const url = /is ready on (\S+)/.exec(String(text))?.[1]
      if (url) resolve(url)
    }),
  )
  const ended = endOf(child)
  const url = await Promise.race([ready, ended.then(({ err }) => Promise.reject(new Error(`It ended: ${err}`)))])
  return { url, child, ended }
}

/** A reply whose call to the platform is under way. */
async function sending(url: string, text: string): Promise<string> {
  const { id } = await ask(url, 'POST', `/api/v1/conversations/${conversationId}/replies`, { text, undoSeconds: 0 })
  await expect.poll(async () => (await ask(url, 'GET', `/api/v1/replies/${id}`)).state, { timeout: 15_000 }).toBe('sending')
  return id
}

/** What the rows say once the program is gone. */
async function stateOf(id: string): Promise<string> {
  const server = await startServer(readEnv({ ...settings, ROLES: 'web' }), { log: pino({ level: 'silent' }), onTrouble: () => {} })
  const { state } = await ask(server.url, 'GET', `/api/v1/replies/${id}`)
  await server.stop()
  return state
}

function arrived(text: string): number {
  return sandbox.world.journal.ledger.filter((entry) => !entry.repeated && entry.text?.includes(text)).length
}

describe('SIGTERM', () => {
  test('in mid-send lets the reply arrive and be recorded, takes nothing new, and exits 0', async () => {
    const { url, child, ended } = await start()
    sandbox.faults.add({
      platform: 'mastodon',
      match: { method: 'POST', path: 'statuses', times: 1 },
      fault: { kind: 'delay', delayMs: 3_000 },
    })
    const id = await sending(url, 'It is in stock.')
    child.kill('SIGTERM')
    await expect
      .poll(
        () =>
          fetch(`${url}/healthz`).then(
            () => 'answers',
            () => 'gone',
          ),
        { timeout: 10_000 },
      )
      .toBe('gone')
    expect(await ended).toMatchObject({ code: 0, out: expect.stringContaining('running work is finished first') })
    expect(arrived('It is in stock.')).toBe(1)
    expect(await stateOf(id)).toBe('sent')
  }, 90_000)

  test('twice ends at once; the reply is in a state that says so, nothing is sent twice', async () => {
    const { url, child, ended } = await start()
    sandbox.faults.add({
      platform: 'mastodon',
      match: { method: 'POST', path: 'statuses', times: 1 },
      fault: { kind: 'delay', delayMs: 15_000 },
    })
    const id = await sending(url, 'And in green.')
    child.kill('SIGTERM')
    const first = performance.now()
    // Within a second it would be taken for the same one.
    await expect.poll(() => performance.now() - first, { timeout: 5_000 }).toBeGreaterThan(1_100)
    expect(child.exitCode).toBe(null)
    const askedAt = performance.now()
    child.kill('SIGTERM')
    expect((await ended).code).toBe(1)
    expect(performance.now() - askedAt).toBeLessThan(3_000)
    expect(await stateOf(id)).toBe('sending')
    expect(arrived('And in green.')).toBeLessThanOrEqual(1)
  }, 90_000)
})
