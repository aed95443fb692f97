import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import pg from 'pg'
import { afterEach, describe, expect, test } from 'vitest'
import { type EmbeddedPostgres, startEmbedded } from './embedded.ts'
import { AlreadyRunning } from './owner-lock.ts'

const quiet = { debug() {}, warn() {} }
const tidy: (() => unknown)[] = []
afterEach(async () => {
  for (const each of tidy.splice(0).reverse()) await each()
})

function aDataDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'answerback-embedded-'))
  tidy.push(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}

async function start(dataDir: string, more: { onExit?: (reason: string) => void } = {}): Promise<EmbeddedPostgres> {
  const database = await startEmbedded({ dataDir, log: quiet, ...more })
  tidy.push(() => database.stop())
  return database
}

async function query(database: EmbeddedPostgres, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client(database.config)
  await client.connect()
  try {
    return (await client.query(sql)).rows as Record<string, unknown>[]
  } finally {
    await client.end()
  }
}

/** A node process of its own that starts the database on `dataDir` and then only lives. */
async function anOwner(dataDir: string): Promise<{ process: ChildProcess; postmaster: number }> {
  const program = `import { startEmbedded } from ${JSON.stringify(new URL('./embedded.ts', import.meta.url).href)}
    const log = { debug() {}, warn() {} }
    const database = await startEmbedded({ dataDir: ${JSON.stringify(dataDir)}, log })
    database.announce('http://127.0.0.1:3999')
    console.log('started')
    setInterval(() => {}, 60_000)`
  const owner = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] })
  tidy.push(() => owner.kill('SIGKILL'))
  await once(createInterface({ input: owner.stdout }), 'line')
  return { process: owner, postmaster: postmasterOf(dataDir) }
}

function postmasterOf(dataDir: string): number {
  return Number.parseInt(readFileSync(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8'), 10)
}

/** Processes whose working directory is the cluster, which every PostgreSQL process has. Linux only. */
function processesOn(dataDir: string): string[] {
  return readdirSync('/proc').filter((name) => {
    try {
      return /^\d+$/.test(name) && readlinkSync(`/proc/${name}/cwd`) === join(dataDir, 'postgres')
    } catch {
      return false
    }
  })
}

describe('the embedded database', () => {
  test('is UTF8 with the builtin locale, durable, and reachable through its socket alone', async () => {
    const database = await start(aDataDir())
    const [row] = await query(
      database,
      `select current_setting('server_encoding') as encoding, datlocprovider as provider, datlocale as locale, current_setting('fsync') as fsync,
              current_setting('full_page_writes') as pages, current_setting('synchronous_commit') as commit, current_setting('listen_addresses') as network, upper('straße über') as upper
       from pg_database where datname = current_database()`,
    )
    expect(row).toEqual({
      encoding: 'UTF8',
      provider: 'b',
      locale: 'C.UTF-8',
      fsync: 'on',
      pages: 'on',
      commit: 'on',
      network: '',
      upper: 'STRAßE ÜBER',
    })
  })

  test('keeps what it was given over a stop, and a stop leaves no process', async () => {
    const dataDir = aDataDir()
    const first = await start(dataDir)
    await query(first, "create table kept as select 'ünïcödé 👋' as text")
    expect(processesOn(dataDir).length).toBeGreaterThan(3)
    await first.stop()
    expect(processesOn(dataDir)).toEqual([])
    expect(readdirSync(dataDir)).toEqual(['postgres'])
    expect(await query(await start(dataDir), 'select text from kept')).toEqual([{ text: 'ünïcödé 👋' }])
  })

  test('stops while a client holds a transaction open', async () => {
    const database = await start(aDataDir())
    const client = new pg.Client(database.config)
    client.on('error', () => undefined)
    await client.connect()
    await client.query('begin')
    await client.query('create table never (id int)')
    await database.stop()
    await expect(client.query('commit')).rejects.toThrow()
  })

  test('works below a deep folder with blanks in its name', async () => {
    const dataDir = join(aDataDir(), 'a folder with blanks', 'd'.repeat(90), 'e'.repeat(90))
    const database = await start(dataDir)
    expect(Buffer.byteLength(`${database.config.host}/.s.PGSQL.5432.lock`)).toBeLessThan(100)
    expect(await query(database, 'select 1 as one')).toEqual([{ one: 1 }])
  })

  test('refuses a folder made by another major version with a sentence', async () => {
    const dataDir = aDataDir()
    mkdirSync(join(dataDir, 'postgres'))
    writeFileSync(join(dataDir, 'postgres', 'PG_VERSION'), '16\n')
    await expect(start(dataDir)).rejects.toThrow(/made by PostgreSQL 16/)
    expect(readdirSync(dataDir)).toEqual(['postgres'])
  })
})

describe('a second start on the same folder', () => {
  test('is refused, in the same process and from another, and the first goes on', async () => {
    const dataDir = aDataDir()
    const owner = await anOwner(dataDir)
    const refusal = await start(dataDir).catch((error: unknown) => error)
    expect(refusal).toBeInstanceOf(AlreadyRunning)
    expect(refusal).toMatchObject({ pid: owner.process.pid, url: 'http://127.0.0.1:3999' })
    expect(postmasterOf(dataDir)).toBe(owner.postmaster)

    const mine = aDataDir()
    const database = await start(mine)
    await expect(start(mine)).rejects.toMatchObject({ pid: process.pid, url: null })
    expect(await query(database, 'select 1 as one')).toEqual([{ one: 1 }])
  })

  test('wins exactly once when many race for a folder that a dead owner left', async () => {
    const dataDir = aDataDir()
    writeFileSync(join(dataDir, 'owner.lock'), JSON.stringify({ pid: process.pid, startedAt: 'long ago', url: null }))
    const program = `import { takeOwnership } from ${JSON.stringify(new URL('./owner-lock.ts', import.meta.url).href)}
      process.stdin.once('data', () => {
        try { takeOwnership(${JSON.stringify(dataDir)}); console.log('mine') } catch (error) { console.log(error.constructor.name) }
      })
      process.stdin.once('end', () => process.exit())
      console.log('at the line')`
    const racers = Array.from({ length: 6 }, () => {
      const racer = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
        stdio: ['pipe', 'pipe', 'inherit'],
      })
      tidy.push(() => racer.kill('SIGKILL'))
      return { racer, lines: createInterface({ input: racer.stdout }) }
    })
    await Promise.all(racers.map(({ lines }) => once(lines, 'line')))
    const said = Promise.all(racers.map(async ({ lines }) => ((await once(lines, 'line')) as [string])[0]))
    for (const { racer } of racers) racer.stdin.write('go')
    expect((await said).sort()).toEqual([...Array.from({ length: 5 }, () => 'AlreadyRunning'), 'mine'])
    for (const { racer } of racers) racer.stdin.end()
  })
})

describe('after kill -9', () => {
  test('of the node process the next start is healthy, with every committed row', async () => {
    const dataDir = aDataDir()
    const owner = await anOwner(dataDir)
    owner.process.kill('SIGKILL')
    await once(owner.process, 'exit')
    const database = await start(dataDir)
    expect(postmasterOf(dataDir)).not.toBe(owner.postmaster)
    expect(await query(database, 'select 1 as one')).toEqual([{ one: 1 }])
  })

  test('of the node process while its database hangs, stopped by a signal', async () => {
    const dataDir = aDataDir()
    const owner = await anOwner(dataDir)
    process.kill(owner.postmaster, 'SIGSTOP')
    owner.process.kill('SIGKILL')
    await once(owner.process, 'exit')
    expect(await query(await start(dataDir), 'select 1 as one')).toEqual([{ one: 1 }])
  })

  test('of the database alone: its owner is told, and can start it again although a backend of it still works', async () => {
    const dataDir = aDataDir()
    let tell: (reason: string) => void
    const told = new Promise<string>((resolve) => (tell = resolve))
    const first = await start(dataDir, { onExit: (reason) => tell(reason) })
    await query(first, 'create table kept (id int)')
    const busy = new pg.Client(first.config)
    busy.on('error', () => undefined)
    await busy.connect()
    await busy.query('insert into kept values (1)')
    const endless = busy.query('do $$ begin loop end loop; end $$').then(
      () => 'ended',
      () => 'cut off',
    )
    await expect
      .poll(async () => (await query(first, "select 1 from pg_stat_activity where state = 'active' and query like 'do %'")).length)
      .toBe(1)
    process.kill(postmasterOf(dataDir), 'SIGKILL')
    expect(await told).toBe('SIGKILL')
    await first.stop()
    expect(await query(await start(dataDir), 'select id from kept')).toEqual([{ id: 1 }])
    expect(await endless).toBe('cut off')
  })

  test('of everything, with the recorded pid now in the hands of a stranger', async () => {
    const dataDir = aDataDir()
    const owner = await anOwner(dataDir)
    owner.process.kill('SIGKILL')
    for (const pid of processesOn(dataDir)) process.kill(Number(pid), 'SIGKILL')
    await expect.poll(() => processesOn(dataDir)).toEqual([])
    const pidFile = join(dataDir, 'postgres', 'postmaster.pid')
    writeFileSync(pidFile, readFileSync(pidFile, 'utf8').replace(/^\d+/, String(process.ppid)))
    writeFileSync(join(dataDir, 'owner.lock'), JSON.stringify({ pid: process.ppid, startedAt: 'long ago', url: null }))
    expect(await query(await start(dataDir), 'select 1 as one')).toEqual([{ one: 1 }])
  })

  test('in the middle of making the first database', async () => {
    const dataDir = aDataDir()
    mkdirSync(join(dataDir, 'postgres.new-abc123'))
    writeFileSync(join(dataDir, 'postgres.new-abc123', 'PG_VERSION'), '18\n')
    expect(await query(await start(dataDir), 'select 1 as one')).toEqual([{ one: 1 }])
    expect(readdirSync(dataDir).sort()).toEqual(['owner.lock', 'postgres', 'socket'])
  })
})
