import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildForTest, endOf, runCli, startNode } from '../../test/real-program.ts'
import { loadSecrets } from '../access/secrets.ts'
import { startEmbedded, type EmbeddedPostgres } from './embedded.ts'
import { rolePasswordOf } from './open-database.ts'

const [old, fresh, wrong] = ['o'.repeat(40), 'f'.repeat(40), 'w'.repeat(40)]

let folder: string
let server: EmbeddedPostgres
let databaseUrl: string
const running: ChildProcess[] = []

/** A server of its own where the two roles really need their password, since roles belong to all of a server. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'answerback-key-mark-'))
  server = await startEmbedded({ dataDir: join(folder, 'server'), log: { debug() {}, warn() {} } })
  const hba = join(folder, 'server/postgres/pg_hba.conf')
  writeFileSync(
    hba,
    ['answerback_app', 'answerback_system'].map((role) => `local all ${role} scram-sha-256\n`).join('') + readFileSync(hba, 'utf8'),
  )
  await asOwner('select pg_reload_conf()', 'create database ours', 'create database second')
  databaseUrl = urlOf('ours')
})
afterAll(async () => {
  for (const child of running) child.kill('SIGKILL')
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
})

async function asOwner(...statements: string[]): Promise<Record<string, unknown>[]> {
  const client = new Client(server.config)
  await client.connect()
  try {
    const answers = []
    for (const statement of statements) answers.push(...(await client.query(statement)).rows)
    return answers
  } finally {
    await client.end()
  }
}

/** The embedded server listens on a socket in a folder, which a URL names as a parameter. */
function urlOf(database: string): string {
  const { host, port, user } = server.config
  return `postgres://${user}@localhost:${port}/${database}?host=${encodeURIComponent(String(host))}`
}

function settings(secretKey: string): Record<string, string> {
  return {
    ...{ DATABASE_URL: databaseUrl, SECRET_KEY: secretKey, DATA_DIR: join(folder, 'data') },
    ...{ PORT: '0', HOST: '127.0.0.1', LOG_LEVEL: 'silent', ROLES: 'web' },
  }
}

async function endAll(): Promise<void> {
  for (const child of running.splice(0)) {
    const closed = new Promise((resolve) => child.once('close', resolve))
    child.kill('SIGKILL')
    await closed
  }
}

/** Starts a process and resolves with its address once it is ready. The one before it is ended then, as in a restart. */
async function start(env: Record<string, string>): Promise<string> {
  await endAll()
  const child = startNode([await buildForTest('main')], env)
  running.push(child)
  let said = ''
  return new Promise((resolve, reject) => {
    child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      const url = /ready on (\S+)/.exec((said += text))?.[1]
      if (url) resolve(url.replace('localhost', '127.0.0.1'))
    })
    child.stderr!.setEncoding('utf8').on('data', (text: string) => (said += text))
    child.once('close', () => reject(new Error(`It ended: ${said}`)))
  })
}

const refused = async (env: Record<string, string>) => endOf(startNode([await buildForTest('main')], env))
const passwords = () => asOwner(`select rolname, rolpassword from pg_authid where rolname like 'answerback%' order by 1`)
/** Whether a process still gets into the database with connections that it has to open anew. */
async function stillIn(url: string): Promise<number> {
  await asOwner(`select pg_terminate_backend(pid) from pg_stat_activity where usename in ('answerback_app', 'answerback_system')`)
  await expect.poll(async () => (await fetch(`${url}/readyz`)).status, { timeout: 15_000 }).toBe(200)
  return (await fetch(`${url}/api/v1/door`)).status
}

test('a process with another secret is refused before it shuts the others out, and the secret is changed by naming both', async () => {
  const first = await start(settings(old))
  const before = await passwords()
  const { code, err } = await refused(settings(wrong))
  expect(code).toBe(1)
  expect(err).toMatch(
    /belongs to another SECRET_KEY, and nothing was changed in it\. Give this process the SECRET_KEY that the other processes have/,
  )
  expect((await runCli(['staff', 'list'], settings(wrong))).err).toContain('belongs to another SECRET_KEY')
  expect(await passwords()).toEqual(before)
  expect(await stillIn(first)).toBe(200)

  const second = await start(settings(`${fresh},${old}`))
  expect(await passwords()).not.toEqual(before)
  expect(await runCli(['keys', 'rotate'], settings(`${fresh},${old}`))).toMatchObject({ code: 0, err: '' })
  expect((await refused(settings(old))).err).toContain('belongs to another SECRET_KEY')
  expect(await stillIn(second)).toBe(200)
  const third = await start(settings(fresh))
  expect(await stillIn(third)).toBe(200)
}, 120_000)

test('a process whose secret another one has left behind asks the database ever more seldom, and says what to do', async () => {
  // What the tests before left belongs to `fresh`.
  const child = startNode([await buildForTest('main')], { ...settings(fresh), LOG_LEVEL: 'warn', ROLES: 'web,worker,poller' })
  running.push(child)
  const lines: string[] = []
  let said = ''
  child.stdout!.setEncoding('utf8').on('data', (text: string) => {
    said += text
    lines.splice(0, lines.length, ...said.split('\n').filter((line) => line.endsWith('}')))
  })
  await expect.poll(() => said, { timeout: 30_000 }).toContain('ready on')
  const password = `changed by somebody ${fresh}`
  await asOwner(
    ...['answerback_app', 'answerback_system'].map((role) => `alter role ${role} password '${password}'`),
    `select pg_terminate_backend(pid) from pg_stat_activity where usename in ('answerback_app', 'answerback_system')`,
  )
  const refusals = () =>
    lines.filter((line) => line.includes('the password of our roles was changed')).map((line) => JSON.parse(line).tryAgainSeconds)
  await expect.poll(refusals, { timeout: 30_000 }).toEqual(expect.arrayContaining([1, 2, 4]))
  const rests = refusals()
  expect(rests).toEqual(rests.toSorted((a, b) => a - b))
  // Seven seconds in which hundreds of rounds failed are a few lines.
  expect(lines.length, lines.join('\n')).toBeLessThan(60)
  await endAll()
  const usual = rolePasswordOf((await loadSecrets(folder, { secretKey: fresh })).session)
  await asOwner(...['answerback_app', 'answerback_system'].map((role) => `alter role ${role} password '${usual}'`))
}, 120_000)

test('a secret lost for good: keys forget, told so, lets the database belong to the new one', async () => {
  await endAll()
  const settingsOfNew = settings('n'.repeat(40))
  expect((await refused(settingsOfNew)).err).toContain('If it is lost for good: pnpm cli keys forget')
  expect((await runCli(['keys', 'forget'], settingsOfNew)).err).toContain('belongs to another SECRET_KEY')
  expect(await runCli(['keys', 'forget', '--yes'], settingsOfNew)).toMatchObject({ code: 0, err: '' })
  expect(await stillIn(await start(settingsOfNew))).toBe(200)
  expect((await refused(settings(fresh))).err).toContain('belongs to another SECRET_KEY')
  await endAll()
  expect(await runCli(['keys', 'forget', '--yes'], settings(fresh))).toMatchObject({ code: 0, err: '' })
}, 120_000)

test('a second installation on the same server does not take the roles of the first', async () => {
  const before = await passwords()
  const { code, err } = await refused({ ...settings(wrong), DATABASE_URL: urlOf('second') })
  expect(code).toBe(1)
  expect(err).toMatch(/another Answerback uses the server, or did\. Nothing was changed\./)
  expect(err).not.toContain(wrong)
  expect(await passwords()).toEqual(before)
  // What it says is enough, for who knows that nobody else is there.
  await asOwner(...err.split('\n').filter((line) => line.startsWith('  alter role')))
  for (let time = 0; time < 2; time += 1)
    expect(await runCli(['keys', 'rotate'], { ...settings(wrong), DATABASE_URL: urlOf('second') })).toMatchObject({ code: 0, err: '' })
}, 120_000)
