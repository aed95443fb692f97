import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync, existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import pg from 'pg'
import { pino } from 'pino'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeBusy, openOtherWorkspace } from '../../test/busy.ts'
import { aPng, bringFile } from '../../test/files.ts'
import { runCli } from '../../test/real-program.ts'
import { openWorld, type World } from '../../test/world.ts'
import { readEnv } from '../env.ts'
import { startServer } from '../server.ts'
import { readManifest } from './read-backup.ts'
import { writeBackup } from './write-backup.ts'

let world: World
let folder: string
let file: string
let heldId: string
/** Larger than the pieces in which rows travel. */
const picture = Buffer.concat([aPng(), randomBytes(600_000)])
let pictureId: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'answerback-backup-'))
  file = join(folder, 'all.tar.gz')
  world = await openWorld()
  await openOtherWorkspace(world)
  await makeBusy(world)
  // A reply that is still held when the backup is made.
  const { body } = await world.request('GET', '/api/v1/conversations?state=waiting')
  const held = await world.request('POST', `/api/v1/conversations/${body.items[0].id}/replies`, {
    body: { text: 'On its way', undoSeconds: 30 },
    idempotencyKey: 'held',
  })
  expect(held.body).toMatchObject({ state: 'held' })
  heldId = held.body.id
  pictureId = await bringFile(world, picture)
  await writeBackup(world.database, { file, now: world.ctx.now(), version: '0.1.0', secrets: secretsText() })
})
afterAll(async () => {
  await world.close()
  rmSync(folder, { recursive: true, force: true })
})

function secretsText(): string {
  const { keyId, key, session, sandboxSeed } = world.ctx.secrets
  return JSON.stringify({ keyId, key, session, sandboxSeed })
}

async function countsOf(owner: pg.Client): Promise<{ user: number; account: number }> {
  const { rows } = await owner.query<{ user: number; account: number }>(
    `select (select count(*)::int from "user") as user, (select count(*)::int from account) as account`,
  )
  return rows[0]!
}

/** All that the API shows of the inbox: the list, every thread with its turns, the counts, the accounts. */
async function inboxOf(url: string, key: string) {
  const get = async (path: string): Promise<any> => {
    const response = await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${key}` } })
    expect(response.status, path).toBe(200)
    return response.json()
  }
  const { items } = await get('/api/v1/conversations?state=all&limit=100')
  const threads = []
  for (const { id } of items) threads.push(await get(`/api/v1/conversations/${id}`))
  return { items, threads, counts: await get('/api/v1/counts'), channels: (await get('/api/v1/channels')).items }
}

/** Without what a restore changes on purpose: change numbers, and the reply whose fate is in doubt. */
function comparable(inbox: Awaited<ReturnType<typeof inboxOf>>): unknown {
  const text = JSON.stringify(inbox, (name, value: unknown) =>
    ['seq', 'now', 'reply', 'replies', 'replyFailed', 'failed', 'replyState', 'nextPollAt', 'lastPollAt', 'error'].includes(name)
      ? undefined
      : value,
  )
  return JSON.parse(text)
}

test('a backup restored into a fresh data folder is the same inbox', async () => {
  const before = await inboxOf(world.url, world.keys.owner)
  expect(before.items.length).toBeGreaterThan(3)
  const dataDir = join(folder, 'fresh')
  const restored = await runCli(['restore', file], { DATA_DIR: dataDir })
  expect(restored).toMatchObject({ code: 0, err: '' })
  expect(restored.out).toMatch(/^Restored \d+ rows/)
  expect(JSON.parse(readFileSync(join(dataDir, 'secrets.json'), 'utf8'))).toMatchObject({ keyId: world.ctx.secrets.keyId })
  expect(statSync(join(dataDir, 'secrets.json')).mode & 0o777).toBe(0o600)

  const env = readEnv({ DATA_DIR: dataDir, PORT: '0', ROLES: 'web', HOST: '127.0.0.1' })
  expect(env.demo).toBe(false)
  const server = await startServer(env, { log: pino({ level: 'silent' }), now: world.ctx.now, onTrouble: () => {} })
  try {
    const after = await inboxOf(server.url, world.keys.owner)
    expect(comparable(after)).toEqual(comparable(before))
    const reply = await fetch(`${server.url}/api/v1/replies/${heldId}`, { headers: { authorization: `Bearer ${world.keys.owner}` } })
    expect(await reply.json()).toMatchObject({ state: 'needs_check', reason: expect.stringContaining('Restored from a backup') })
    const kept = await fetch(`${server.url}/api/v1/uploads/${pictureId}`, { headers: { authorization: `Bearer ${world.keys.owner}` } })
    expect(picture.equals(Buffer.from(await kept.arrayBuffer()))).toBe(true)
    expect(after.counts.failed).toBe(before.counts.failed + 1)
    const { rows } = await server.ctx.db.system.execute<{ sessions: number; forced: number }>(
      sql`select (select count(*) from session) as sessions, (select count(*) from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' and relforcerowsecurity) as forced`,
    )
    const walls = await world.ctx.db.system.execute<{ forced: number }>(
      sql`select count(*) as forced from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' and relforcerowsecurity`,
    )
    expect(rows[0]).toEqual({ sessions: 0, forced: walls.rows[0]!.forced })
  } finally {
    await server.stop()
  }

  const again = await runCli(['restore', file], { DATA_DIR: dataDir })
  expect(again.code).toBe(1)
  expect(again.err).toMatch(/^This database is not empty/)
}, 120_000)

describe('a file that is not a whole backup', () => {
  const refused = async (name: string, change: (path: string) => void) => {
    const path = join(folder, name)
    writeFileSync(path, readFileSync(file))
    change(path)
    const dataDir = join(folder, `into-${name}`)
    const { code, err } = await runCli(['restore', path], { DATA_DIR: dataDir })
    expect(code).toBe(1)
    return { err, dataDir, path }
  }

  test('cut in the middle: nothing is restored, and a whole one goes into the same place', async () => {
    const { err, dataDir, path } = await refused('cut.tar.gz', (each) => truncateSync(each, Math.floor(statSync(each).size / 2)))
    expect(err).toBe(`${path} is not whole: its end is missing. Copy it again, or take another backup. Nothing was restored.\n`)
    expect((await runCli(['restore', file], { DATA_DIR: dataDir })).code).toBe(0)
  }, 120_000)

  test('of something else: refused before any database is made', async () => {
    const { err, dataDir, path } = await refused('foreign.tar.gz', (each) => writeFileSync(each, 'PK not one of ours'))
    expect(err).toBe(`${path} is not a backup of Answerback.\n`)
    expect(existsSync(join(dataDir, 'postgres'))).toBe(false)
  })

  test('with a bit turned over, wherever: refused before any database is made', async () => {
    const turned = (at: number) => {
      const bytes = readFileSync(file)
      bytes[at]! ^= 0x10
      const path = join(folder, 'turned.tar.gz')
      writeFileSync(path, bytes)
      return path
    }
    const size = statSync(file).size
    // Past gzip's own header, whose time of writing nobody checks.
    for (let n = 0; n < 50; n += 1) {
      const at = 10 + Math.floor(((size - 10) * n) / 50)
      await expect(readManifest(turned(at)), `the bit at ${at}`).rejects.toThrow(/ is not (whole: it was changed|whole: its end|a backup)/)
    }
    const dataDir = join(folder, 'into-turned')
    const { code, err } = await runCli(['restore', turned(Math.floor(size / 2))], { DATA_DIR: dataDir })
    expect(code).toBe(1)
    expect(err).toContain('turned.tar.gz is not whole: ')
    expect(existsSync(join(dataDir, 'postgres'))).toBe(false)
  })

  test('that is not there', async () => {
    const missing = join(folder, 'missing.tar.gz')
    expect(await runCli(['restore', missing], { DATA_DIR: join(folder, 'nowhere') })).toMatchObject({
      code: 1,
      err: `There is no file ${missing}.\n`,
    })
  })
})

test('is readable as an archive, by its owner alone, and holds no session', () => {
  expect(statSync(file).mode & 0o777).toBe(0o600)
  const text = gunzipSync(readFileSync(file)).toString('latin1')
  expect(text).toContain('manifest.json')
  expect(text).toContain('message/000001.copy')
  expect(text).not.toContain('session/0')
})

test('sees one instant, whatever is written while it reads', async () => {
  const path = join(folder, 'moving.tar.gz')
  const owner = new pg.Client(world.database.owner)
  await owner.connect()
  let going = true
  const writing = (async () => {
    while (going)
      await owner.query(
        `with u as (insert into "user" (id, name, email, email_verified, created_at, updated_at)
           values (gen_random_uuid(), 'n', gen_random_uuid()::text, true, now(), now()) returning id)
         insert into account (id, user_id, account_id, provider_id, created_at, updated_at) select gen_random_uuid(), id, 'a', 'p', now(), now() from u`,
      )
  })()
  const before = await countsOf(owner)
  const manifest = await writeBackup(world.database, { file: path, now: world.ctx.now(), version: '0.1.0', secrets: null })
  const after = await countsOf(owner)
  going = false
  await writing
  await owner.end()
  const rows = (name: string) => manifest.tables.find((table) => table.name === name)!.rows
  expect(rows('user') - rows('account')).toBe(before.user - before.account)
  expect(rows('user')).toBeLessThan(after.user)
  expect(manifest.tables.find((table) => table.name === 'message')!.rows).toBeGreaterThan(5)
  expect(manifest.secrets).toBe(false)
  expect(gunzipSync(readFileSync(path)).includes(world.ctx.secrets.key)).toBe(false)
})
