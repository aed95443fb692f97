import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { io } from 'socket.io-client'
import { eq, sql } from 'drizzle-orm'
import { uuidv7 } from 'uuidv7'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildForTest, endOf, runCli, startNode } from '../../test/real-program.ts'
import { addPlatformApp } from '../access/platform-apps.ts'
import { addMember, makeWorkspace } from '../access/workspaces.ts'
import { schema as t } from '../db/schema.ts'
import { readEnv } from '../env.ts'
import { startServer, type Running } from '../server.ts'

let dataDir: string
let server: Running | null = null
let workspaceId: string

/** Each command runs beside this server first; the last tests run without it. */
beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'answerback-cli-'))
  const env = readEnv({ DATA_DIR: dataDir, DEMO: 'off', PORT: '0', HOST: '127.0.0.1', ROLES: 'web' })
  server = await startServer(env, { log: pino({ level: 'silent' }), onTrouble: () => {} })
  workspaceId = await makeWorkspace(server.ctx, { name: 'Ours', timeZone: 'Europe/Lisbon' })
  await addMember(server.ctx, workspaceId, { name: 'Ines', email: 'ines@example.org', role: 'owner' })
})
afterAll(async () => {
  await server?.stop()
  rmSync(dataDir, { recursive: true, force: true })
})

function cli(...args: string[]) {
  return runCli(args, { DATA_DIR: dataDir, DEMO: 'off' })
}

describe('how it is called', () => {
  test('without a word it lists every command; a wrong word or option exits 2 and says what there is', async () => {
    const help = await cli()
    expect(help.code).toBe(0)
    for (const name of [
      'doctor',
      'staff add',
      'channel test',
      'queue retry',
      'keys rotate',
      'keys forget',
      'export',
      'demo wipe',
      'backup',
      'restore',
    ])
      expect(help.out).toContain(`  ${name}`)
    expect(await cli('staff', 'fire')).toMatchObject({ code: 2, out: '', err: expect.stringContaining('staff remove --email') })
    expect(await cli('staff', 'list', '--colour')).toMatchObject({ code: 2, err: expect.stringContaining('--colour') })
    expect(await cli('staff', 'add', '--help')).toMatchObject({ code: 0, out: expect.stringMatching(/^ {2}staff add --email/) })
    expect(await cli('api-key', 'create', '--role', 'client')).toMatchObject({
      code: 2,
      err: expect.stringContaining('--role must be owner, lead or manager.'),
    })
  }, 120_000)
})

test('api-key create names what is wrong with scopes and end', async () => {
  const make = (...args: string[]) => cli('api-key', 'create', '--role', 'manager', ...args)
  expect(await make('--scope', 'write')).toMatchObject({ code: 2, err: expect.stringMatching(/no “write”\. There are read, reply, act\./) })
  expect(await make('--scope', 'settings')).toMatchObject({ code: 2, err: expect.stringContaining('“settings” gives a manager nothing') })
  expect(await make('--expires', 'soon')).toMatchObject({ code: 2, err: expect.stringContaining('as in 90d') })
  expect(await make('--expires', '2020-01-01')).toMatchObject({ code: 2, err: expect.stringContaining('still to come') })
}, 120_000)

test('export writes a line a turn to the standard output, and nothing else', async () => {
  const csv = await cli('export')
  expect(csv).toMatchObject({ code: 0, err: '' })
  expect(csv.out).toMatch(/^\ufeffturn_id,conversation_id,.*,post_url\r\n$/)
  expect(await cli('export', '--format', 'ndjson')).toMatchObject({ code: 0, out: '', err: '' })
  expect(await cli('export', '--format', 'xlsx')).toMatchObject({ code: 2, err: expect.stringContaining('csv or ndjson') })
}, 120_000)

describe('staff', () => {
  test('is added with a link that works, changed, listed and removed; the last owner stays', async () => {
    const added = await cli('staff', 'add', '--email', 'Ben@Example.org', '--name', 'Ben', '--role', 'manager')
    expect(added).toMatchObject({ code: 0, err: '' })
    const link = added.out.trim().split('\n').at(-1)!
    expect(link.startsWith(server!.url)).toBe(true)
    const came = await fetch(link, { redirect: 'manual' })
    expect(came.headers.get('set-cookie')).toContain('session_token')
    expect(await cli('staff', 'add', '--email', 'ben@example.org', '--name', 'Ben', '--role', 'lead')).toMatchObject({ code: 1 })
    expect((await cli('staff', 'role', '--email', 'ben@example.org', '--role', 'lead')).out).toBe('Ben is now lead.\n')
    expect((await cli('staff', 'list')).out).toBe('Ines  ines@example.org  owner\nBen   ben@example.org   lead\n')
    expect((await cli('staff', 'sign-in-link', '--email', 'ben@example.org')).out).toMatch(/^http\S+\n$/)
    // Open browsers hear of it at once, as if it had been done in one of them.
    const cookie = came.headers.get('set-cookie')!.split(';')[0]!
    const browser = io(server!.url, { transports: ['websocket'], reconnection: false, extraHeaders: { cookie } })
    const heard: string[] = []
    browser.onAny((event: string) => void heard.push(event))
    browser.on('disconnect', () => void heard.push('cut'))
    await expect.poll(() => heard).toEqual(['hello'])
    expect((await cli('staff', 'remove', '--email', 'ben@example.org')).code).toBe(0)
    await expect.poll(() => heard).toEqual(['hello', 'change', 'removed', 'cut'])
    expect((await fetch(`${server!.url}/api/v1/me`, { headers: { cookie } })).status).toBe(401)
    expect(await cli('staff', 'remove', '--email', 'ines@example.org')).toMatchObject({
      code: 1,
      err: expect.stringContaining('the only owner'),
    })
    expect(await cli('staff', 'role', '--email', 'ines@example.org', '--role', 'lead')).toMatchObject({ code: 1 })
    const { rows } = await server!.ctx.db.inWorkspace(workspaceId, (tx) =>
      tx.execute<{ what: string }>(sql`select what from audit where what like 'staff.%' order by created_at, id`),
    )
    expect(rows.map((row) => row.what)).toEqual(['staff.added', 'staff.role_changed', 'staff.removed'])
  }, 120_000)
})

test('queue retry takes up what was set aside and what got stuck', async () => {
  const { ctx } = server!
  const now = ctx.now()
  const quarantined = uuidv7()
  await ctx.db.system.insert(t.delivery).values({
    ...{ id: quarantined, platform: 'facebook', kind: 'webhook', request: {}, body: Buffer.from('{}'), receivedAt: now, dueAt: now },
    ...{ quarantined: 'not readable', attempts: 5 },
  })
  expect(await cli('doctor')).toMatchObject({ out: expect.stringContaining('1 could not be read') })
  expect((await cli('queue', 'retry')).out).toBe('Deliveries to be read again: 1. Replies to be taken up again: 0.\n')
  const [row] = await ctx.db.system.select().from(t.delivery).where(eq(t.delivery.id, quarantined))
  expect(row).toMatchObject({ quarantined: null, attempts: 0, doneAt: null })
  await ctx.db.system.delete(t.delivery).where(eq(t.delivery.id, quarantined))
}, 120_000)

test('channel list and test say so when there is none', async () => {
  expect(await cli('channel', 'list')).toMatchObject({ code: 0, out: 'No account is connected yet.\n' })
  expect(await cli('channel', 'test', 'all')).toMatchObject({ code: 1, err: 'No account is connected yet.\n' })
}, 120_000)

describe('doctor', () => {
  test('finds nothing to mend in a sound installation', async () => {
    const { code, out } = await cli('doctor')
    expect(out).not.toContain('BAD')
    expect(out).toContain(`Port: Answerback runs on ${server!.url}`)
    expect(out).toContain('Migrations: all')
    expect(code).toBe(0)
  }, 120_000)

  test('names what is wrong and what to do about it', async () => {
    const taken = createServer().listen(0)
    await new Promise((resolve) => taken.once('listening', resolve))
    const port = String((taken.address() as AddressInfo).port)
    const empty = join(dataDir, 'empty')
    const ask = async (env: Record<string, string>) => {
      const { code, out } = await runCli(['doctor'], { DATA_DIR: empty, ...env })
      expect(code).toBe(1)
      return out
    }
    expect(await ask({ PORT: port })).toContain(`BAD   Port: ${port} is taken by another program. Stop that one, or set PORT.`)
    taken.close()
    expect(await ask({ PORT: 'three' })).toContain('BAD   Settings: PORT must be a port number')
    expect(await ask({ PUBLIC_URL: 'http://inbox.example.org' })).toContain('without https')
    expect(await ask({ REDIS_URL: 'redis://127.0.0.1:1' })).toContain('BAD   Redis: REDIS_URL: nobody answers there')
    expect(await ask({ DATABASE_URL: 'postgres://answerback@127.0.0.1:1/answerback' })).toContain(
      'No database answers at the address of DATABASE_URL',
    )
  }, 120_000)
})

describe('without a server', () => {
  beforeAll(async () => {
    await server?.stop()
    server = null
  })

  test('commands start the database for themselves', async () => {
    expect((await cli('staff', 'list')).out).toBe('Ines  ines@example.org  owner\n')
    expect((await cli('api-key', 'create', '--role', 'lead')).out).toMatch(/^ab_\S+\n$/)
    const narrow = ['--scope', 'read,reply', '--scope', 'act', '--expires', '90d']
    expect((await cli('api-key', 'create', '--role', 'manager', ...narrow)).out).toMatch(/^ab_\S+\n$/)
    expect((await cli('keys', 'rotate')).out).toMatch(/^Credentials sealed again with the key [0-9a-f]{8}: 0\./)
  }, 120_000)

  test('a demo is wiped whole, what is no demo stays, and the next start is the real thing', async () => {
    rmSync(join(dataDir, 'demo-ended'))
    expect(await cli('demo', 'wipe')).toMatchObject({ code: 1, err: 'There is no demo here; nothing was removed.\n' })
    const env = readEnv({ DATA_DIR: dataDir, DEMO: 'on', PORT: '0', SANDBOX_PORT: '0', SANDBOX_RHYTHM: 'off' })
    const demo = await startServer(env, { log: pino({ level: 'silent' }), onTrouble: () => {} })
    expect(await cli('demo', 'wipe')).toMatchObject({ code: 1, err: expect.stringContaining('Stop it first') })
    await expect
      .poll(
        async () =>
          (await demo.ctx.db.system.execute<{ count: number }>(sql`select count(*) as count from delivery where done_at is not null`))
            .rows[0]!.count,
        { timeout: 20_000 },
      )
      .toBeGreaterThan(0)
    await bringToDemo(demo)
    await demo.stop()
    expect(await cli('demo', 'wipe')).toMatchObject({ code: 0, err: '', out: expect.stringMatching(/^The demo is gone/) })
    expect(readdirSync(dataDir).filter((name) => name.startsWith('sandbox'))).toEqual([])
    expect(existsSync(join(dataDir, 'demo-ended'))).toBe(true)
    expect(readEnv({ DATA_DIR: dataDir }).demo).toBe(false)
    expect((await cli('staff', 'list')).out).toBe('Ines  ines@example.org  owner\n')
    expect(await cli('demo', 'wipe')).toMatchObject({ code: 0, out: 'The demo is already gone.\n' })

    const after = await startServer(readEnv({ DATA_DIR: dataDir, PORT: '0', HOST: '127.0.0.1', ROLES: 'web' }), {
      log: pino({ level: 'silent' }),
      onTrouble: () => {},
    })
    const left = await after.ctx.db.system.execute<{
      people: number
      deliveries: number
      channels: number
      apps: number
      polls: number
      uploads: number
      workspaces: number
    }>(
      sql`select (select count(*) from "user") as people, (select count(*) from delivery) as deliveries, (select count(*) from channel) as channels,
        (select count(*) from platform_app) as apps, (select count(*) from poll) as polls, (select count(id) from upload) as uploads, (select count(*) from workspace) as workspaces`,
    )
    await after.stop()
    // Ines, and Ben who was taken out of the workspace and may come back to it.
    expect(left.rows[0]).toEqual({ people: 2, deliveries: 0, channels: 0, apps: 0, polls: 0, uploads: 0, workspaces: 1 })
  }, 120_000)

  test('with the secrets file lost for good, keys forget lists what is lost, then forgets it, and only then the program starts', async () => {
    const sealed = await startServer(readEnv({ DATA_DIR: dataDir, PORT: '0', HOST: '127.0.0.1', ROLES: 'web' }), {
      log: pino({ level: 'silent' }),
      onTrouble: () => {},
    })
    await addPlatformApp(sealed.ctx, 'facebook', { appId: '4711', appSecret: 's', verifyToken: 'v' }, { workspaceId })
    expect(await cli('keys', 'forget')).toMatchObject({ code: 1, err: expect.stringContaining('Answerback is running on this database') })
    await sealed.stop()
    expect((await cli('keys', 'forget')).out).toBe('All credentials open with the keys that are here. Nothing was forgotten.\n')
    rmSync(join(dataDir, 'secrets.json'))
    const start = async () =>
      endOf(startNode([await buildForTest('main')], { DATA_DIR: dataDir, PORT: '0', HOST: '127.0.0.1', ROLES: 'web' }))
    expect(await start()).toMatchObject({ code: 1, err: expect.stringContaining('If it is lost for good: pnpm cli keys forget') })
    expect((await cli('keys', 'forget')).out).toMatch(/^app {2}facebook {2}4711\n\nNo key here opens these, and nothing was changed\./)
    expect(await cli('keys', 'forget', '--yes')).toMatchObject({ code: 0, err: '', out: expect.stringContaining('Forgotten.') })
    expect((await cli('doctor')).out).toContain('Keys: open all credentials')
  }, 120_000)

  test('a missing or broken secrets file is named, and nothing is made in its place', async () => {
    writeFileSync(join(dataDir, 'secrets.json'), '{ not whole')
    expect(await cli('staff', 'list')).toMatchObject({
      code: 1,
      err: expect.stringContaining('is not readable as the secrets of an installation'),
    })
    expect((await cli('doctor')).out).toContain('BAD   Database:')
    rmSync(join(dataDir, 'secrets.json'))
    const { code, out } = await cli('doctor')
    expect(code).toBe(1)
    expect(out).toMatch(/BAD {3}Secrets: .*secrets\.json is missing, and its database is there\. Put the file back/)
    expect(existsSync(join(dataDir, 'secrets.json'))).toBe(false)
  }, 120_000)
})

/** A file that waits there for a reply to go with. */
async function bringToDemo({ ctx }: Running): Promise<void> {
  const [demo] = await ctx.db.system.select({ id: t.workspace.id }).from(t.workspace).where(eq(t.workspace.demo, true))
  const about = { type: 'image/png', name: 'dot.png', width: 1, height: 1, bytes: 1, data: Buffer.alloc(1) }
  const row = { ...about, id: uuidv7(), workspaceId: demo!.id, byId: uuidv7(), createdAt: ctx.now() }
  await ctx.db.inWorkspace(demo!.id, (tx) => tx.insert(t.upload).values(row))
}
