import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { playedPlatforms } from '../../test/world.ts'
import { readEnv } from '../env.ts'
import { claimPolls, type Claimed } from '../intake/poll-claim.ts'
import { startServer, type Running } from '../server.ts'

let dataDir: string
let server: Running | null = null

beforeAll(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'answerback-leave-demo-'))
})
afterAll(async () => {
  await server?.stop()
  rmSync(dataDir, { recursive: true, force: true })
})

async function start(settings: Record<string, string>): Promise<Running> {
  await server?.stop()
  const env = readEnv({
    DATA_DIR: dataDir,
    PORT: '0',
    SANDBOX_PORT: '0',
    SANDBOX_RHYTHM: 'off',
    ROLES: 'web',
    HOST: '127.0.0.1',
    ...settings,
  })
  server = await startServer(env, { log: pino({ level: 'silent' }), onTrouble: () => {} })
  return server
}

async function claimAllDue({ ctx }: Running): Promise<Claimed[]> {
  await ctx.db.system.execute(sql`update poll set due_at = ${ctx.now().toISOString()}::timestamptz, leased_until = null`)
  return claimPolls(ctx, { free: 100, perLane: 100, perFailingLane: 100, lanes: new Map() })
}

test('beside the real thing the demo brand rests: nobody asks its platforms, which are gone', async () => {
  const demo = await start({})
  expect((await claimAllDue(demo)).map((each) => each.channel.platform).toSorted()).toEqual(playedPlatforms.toSorted())
  expect(demo.demoLeft).toBe(false)
  const real = await start({ DEMO: 'off' })
  expect(await claimAllDue(real)).toEqual([])
  expect(real).toMatchObject({ demoLeft: true, setupLink: expect.stringContaining('/setup?token=') })
}, 120_000)

test('that it is no demo is said once: the next start is the real thing without it, before and after somebody has set it up', async () => {
  expect(readEnv({ DATA_DIR: dataDir }).demo).toBe(false)
  const real = await start({})
  const token = new URL(real.setupLink!).searchParams.get('token')
  const response = await fetch(`${real.url}/api/v1/setup`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: real.url },
    body: JSON.stringify({
      ...{ token, name: 'Nora', email: 'nora@shop.example', password: 'a long quiet sentence' },
      ...{ brand: 'Shop', timeZone: 'Europe/Lisbon' },
    }),
  })
  expect(response.ok, await response.text()).toBe(true)
  expect(readEnv({ DATA_DIR: dataDir }).demo).toBe(false)
  expect((await start({})).setupLink).toBe(null)
  expect(readEnv({ DATA_DIR: dataDir, DEMO: 'on' }).demo).toBe(true)
}, 120_000)
