import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterEach, expect, test } from 'vitest'
import { signedComment } from '../../test/own-source.ts'
import { connectChannel } from '../access/channels.ts'
import { makeApiKey, makeWorkspace } from '../access/workspaces.ts'
import { readEnv } from '../env.ts'
import { startServer, type Running } from '../server.ts'

const tidy: (() => unknown)[] = []
afterEach(async () => {
  for (const each of tidy.splice(0).toReversed()) await each()
})

test('what a process had stored and not taken in when it ended is taken in at once by the next one on the embedded database', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'answerback-begun-'))
  tidy.push(() => rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 }))
  // The clock stands: the time at which the sweep would come by itself is never reached.
  const at = new Date()
  const start = async (roles: string): Promise<Running> => {
    const env = readEnv({ DATA_DIR: dataDir, DEMO: 'off', PORT: '0', HOST: '127.0.0.1', ROLES: roles })
    const server = await startServer(env, { log: pino({ level: 'silent' }), now: () => at, onTrouble: () => {} })
    tidy.push(() => server.stop())
    return server
  }
  const first = await start('web')
  // As with one that is killed: no job tells of what it had begun.
  first.ctx.queue.add = async () => {}
  const workspaceId = await makeWorkspace(first.ctx, { name: 'Fieldnote', timeZone: 'Europe/Lisbon' })
  const key = await makeApiKey(first.ctx, workspaceId, { name: 'test', role: 'owner' })
  const channelId = await connectChannel(first.ctx, workspaceId, 'webhook', { name: 'Questions' })
  const listed = async (url: string): Promise<unknown[]> => {
    const response = await fetch(`${url}/api/v1/conversations`, { headers: { authorization: `Bearer ${key}` } })
    return ((await response.json()) as { items: unknown[] }).items
  }
  const ask = async (path: string) => (await fetch(`${first.url}${path}`, { headers: { authorization: `Bearer ${key}` } })).json()
  const { secret } = (await ask(`/api/v1/channels/${channelId}/webhook`)) as { secret: string }
  const event = signedComment(secret, { id: 'c-1', text: 'Is anybody there?', at })
  expect(await fetch(`${first.url}/webhooks/webhook/${channelId}`, { method: 'POST', ...event })).toMatchObject({ status: 200 })
  expect(await listed(first.url)).toEqual([])
  await first.stop()

  const second = await start('web,worker')
  await expect.poll(() => listed(second.url), { timeout: 20_000 }).toMatchObject([{ waitingMessage: { text: 'Is anybody there?' } }])
}, 90_000)
