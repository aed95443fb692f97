import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { pino } from 'pino'
import { sql } from 'drizzle-orm'
import { Client } from 'pg'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { speak } from '@answerback/sandbox/world/speak'
import { makeBusy } from '../../test/busy.ts'
import { connectAll, openWorld, type World } from '../../test/world.ts'
import { checkKeys, rotateKeys } from './rotate-keys.ts'
import { findUnreadable, forgetUnreadable } from './forget-keys.ts'
import { loadSecrets, makeKey, type Secrets } from './secrets.ts'

let world: World
let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keys-'))
  world = await openWorld()
})
afterEach(async () => {
  await world.close()
  await rm(folder, { recursive: true, force: true })
})

async function useFile(): Promise<Secrets> {
  const secrets = await loadSecrets(folder)
  world.ctx.secrets = secrets
  return secrets
}

const keysInFile = async () => {
  const { keyId, olderKeys = [] } = JSON.parse(await readFile(join(folder, 'secrets.json'), 'utf8')) as Secrets
  return [keyId, ...olderKeys.map((each) => each.keyId)]
}

async function keysInDatabase(): Promise<string[]> {
  const { rows } = await world.ctx.db.system.execute<{ id: string }>(
    sql`select distinct encode(substring(b from 1 for 4), 'hex') as id from (select credentials as b from channel union all select secrets from platform_app) sealed order by 1`,
  )
  return rows.map((row) => row.id)
}

describe('a rotation', () => {
  test('while replies go out: every reply arrives once, all is sealed by the new key, the old one is gone', async () => {
    const server = await useFile()
    await connectAll(world)
    const before = server.keyId
    const post = world.sandbox.world.posts('bluesky', true)[0]!
    for (let index = 0; index < 6; index += 1)
      speak(world.sandbox.world, { platform: 'bluesky', author: { name: `Ada ${index}` }, text: `Question ${index}`, parentId: post.id })
    await world.settle(35_000)
    for (const row of await world.rows())
      await world.request('POST', `/api/v1/conversations/${row.id}/replies`, {
        body: { text: `Answer to ${row.id}`, undoSeconds: 0 },
        idempotencyKey: row.id,
      })
    // A short session, so that a token is renewed and kept while the keys change.
    world.sandbox.faults.setToken('bluesky', 'expired', world.ctx.now())

    // The command is another process with secrets of its own; the server only has the file in common with it.
    const command = { ...world.ctx, secrets: await loadSecrets(folder) }
    const [rotated] = await Promise.all([rotateKeys(command, { pause: () => world.drain() }), world.settle(40_000)])
    await world.settle(40_000)
    expect(rotated.retired).toEqual([before])
    expect(await keysInDatabase()).toEqual([rotated.keyId])
    expect(await keysInFile()).toEqual([rotated.keyId])
    const answers = world.sandbox.world.journal.ledger.filter((entry) => !entry.repeated && entry.text?.startsWith('Answer to'))
    expect(new Set(answers.map((entry) => entry.text)).size).toBe(6)
    expect(answers).toHaveLength(6)
    // And the server goes on, sealing and opening with the new key.
    await connectAll(world)
    expect(await keysInDatabase()).toEqual([rotated.keyId])
  })

  test('also seals again what the old key sealed in the last moment', async () => {
    const server = await useFile()
    await connectAll(world)
    const before = server.keyId
    const { rows } = await world.ctx.db.system.execute<{ credentials: Buffer }>(
      sql`select credentials from channel where platform = 'mastodon'`,
    )
    const late = rows[0]!.credentials
    const command = { ...world.ctx, secrets: await loadSecrets(folder) }
    const writeOld = () => world.ctx.db.system.execute(sql`update channel set credentials = ${late} where platform = 'mastodon'`)
    // It comes in after everything was sealed again: the second look takes it.
    const first = await rotateKeys(command, { pause: async () => void (await writeOld()) })
    expect([first.retired, await keysInDatabase()]).toEqual([[before], [first.keyId]])
    const second = await rotateKeys(command, { pause: async () => {} })
    expect([second.retired, await keysInFile()]).toEqual([[first.keyId], [second.keyId]])
    await world.settle(40_000)
    const { body } = await world.request('GET', '/api/v1/channels')
    expect(body.items.every((each: { error: string | null }) => each.error === null)).toBe(true)
  })

  test('with SECRET_KEY: the first of two seals everything again, and the second can be taken out', async () => {
    const [one, two] = ['a'.repeat(40), 'b'.repeat(40)]
    world.ctx.secrets = await loadSecrets(folder, { secretKey: one })
    const channels = await connectAll(world)
    world.ctx.secrets = await loadSecrets(folder, { secretKey: `${two},${one}` })
    const { retired, sealedAgain } = await rotateKeys(world.ctx, { pause: async () => {} })
    expect(retired).toHaveLength(1)
    expect(sealedAgain).toBeGreaterThan(Object.keys(channels).length)
    expect(await keysInDatabase()).toEqual([world.ctx.secrets.keyId])
    world.ctx.secrets = await loadSecrets(folder, { secretKey: two })
    await checkKeys(world.ctx)
    world.ctx.secrets = await loadSecrets(folder, { secretKey: one })
    await expect(checkKeys(world.ctx)).rejects.toThrow(/encrypted with a key that is not here .* Set SECRET_KEY/)
  })
})

test('the wrong secrets.json is a sentence that says what to do', async () => {
  await connectAll(world)
  await useFile()
  await expect(checkKeys(world.ctx)).rejects.toThrow(/Put back the .*secrets\.json that belongs to this database/)
})

test('a key of the right name that is another one is refused, as a missing one is', async () => {
  const secrets = await useFile()
  await connectAll(world)
  await checkKeys(world.ctx)
  world.ctx.secrets = { ...secrets, key: makeKey().key }
  await expect(checkKeys(world.ctx)).rejects.toThrow(
    /The key [0-9a-f]{8} that is here is not the one that encrypted .* it was changed\. Put back the .*secrets\.json/,
  )
})

test('once a key is lost for good, channels ask to be connected again, replies wait for that, and nothing else is lost', async () => {
  const { bluesky } = await connectAll(world)
  const post = world.sandbox.world.posts('bluesky', true)[0]!
  speak(world.sandbox.world, { platform: 'bluesky', author: { name: 'Ada' }, text: 'Does it fold?', parentId: post.id })
  await world.settle(35_000)
  const row = (await world.rows()).find((each) => each.waitingMessage?.text.includes('Does it fold'))!
  await world.request('POST', `/api/v1/conversations/${row.id}/replies`, { body: { text: 'It does.' }, idempotencyKey: 'k' })
  const ids = async () => (await world.rows()).map((each) => each.id).toSorted()
  const before = await ids()
  await useFile()

  const lost = await findUnreadable(world.ctx)
  expect(lost.channels).toHaveLength((await world.request('GET', '/api/v1/channels')).body.items.length)
  expect(lost.apps.length).toBeGreaterThan(0)
  await forgetUnreadable(world.ctx, lost)
  expect(await findUnreadable(world.ctx)).toEqual({ channels: [], apps: [], ways: [] })
  await checkKeys(world.ctx)

  await world.settle(20_000)
  const { items } = (await world.request('GET', '/api/v1/channels')).body as { items: { id: string; state: string }[] }
  expect(new Set(items.map((each) => each.state))).toEqual(new Set(['needs_reauthorization']))
  expect(await ids()).toEqual(before)
  const sent = () => world.sandbox.world.journal.ledger.filter((entry) => entry.text?.includes('It does.')).length
  expect(sent()).toBe(0)
  const apps = (await world.request('GET', '/api/v1/platform-apps', { key: world.keys.owner })).body.items
  expect(apps.length).toBeGreaterThan(0)
  expect(apps.every((each: { secretLost: boolean }) => each.secretLost)).toBe(true)

  const { identifier, appPassword } = world.sandbox.secrets.bluesky
  const again = await world.request('PUT', `/api/v1/channels/${bluesky}/credentials`, {
    key: world.keys.owner,
    body: { settings: { identifier, appPassword } },
  })
  expect(again.status, JSON.stringify(again.body)).toBe(204)
  await world.settle(20_000)
  expect(sent()).toBe(1)
})

test('a credential moved to another row opens nothing', async () => {
  const { facebook, mastodon } = await connectAll(world)
  await world.ctx.db.system.execute(
    sql`update channel set credentials = (select credentials from channel where id = ${facebook}) where id = ${mastodon}`,
  )
  await world.settle(40_000)
  await world.drain({ polls: true })
  const { body } = await world.request('GET', '/api/v1/channels')
  expect(body.items.find((each: { id: string }) => each.id === mastodon).error).not.toBeNull()
})

test('planted tokens are in no log line, no answer, no job and no readable column', async () => {
  const lines: string[] = []
  const log = pino({ level: 'trace' }, new Writable({ write: (chunk, _encoding, done) => (lines.push(String(chunk)), done()) }))
  await world.close()
  world = await openWorld({ log })
  const jobs: string[] = []
  const { add } = world.ctx.queue
  Object.assign(world.ctx, {
    queue: { ...world.ctx.queue, add: (name: never, data: never[]) => (jobs.push(JSON.stringify(data)), add(name, data)) },
  })
  await makeBusy(world)
  const { facebook, bluesky, mastodon } = world.sandbox.secrets
  const planted = [facebook.appSecret, facebook.verifyToken, facebook.pageAccessToken, bluesky.appPassword, mastodon.accessToken]
  // Everything that can go wrong with a token in it: dead, wrong, misplaced, in a refused address, in a body that cannot be read.
  for (const platform of ['facebook', 'bluesky', 'mastodon'] as const) world.sandbox.faults.setToken(platform, 'revoked', world.ctx.now())
  const answers: string[] = []
  const ask = async (method: string, path: string, body?: unknown) => {
    const response = await world.request(method, `/api/v1${path}`, { body, key: world.keys.owner })
    answers.push(JSON.stringify(response.body))
    return response
  }
  const channels = (await ask('GET', '/channels')).body.items as { id: string; platform: string }[]
  for (const { id } of channels) {
    await ask('PUT', `/channels/${id}/credentials`, {
      settings: { pageAccessToken: planted[2], appPassword: planted[3], accessToken: planted[4] },
    })
    await ask('POST', `/channels/${id}/test`)
  }
  await ask('POST', '/channels', { platform: 'mastodon', settings: { url: `http://me:${planted[4]}@127.0.0.1/`, accessToken: planted[4] } })
  await ask('POST', '/channels', { platform: 'mastodon', settings: { url: 'https://not-there.invalid', accessToken: planted[4] } })
  await ask('POST', '/channels', { platform: 'facebook', settings: { pageAccessToken: planted[2] } })
  await ask('POST', '/platform-apps', { platform: 'facebook', settings: { appId: 'x', appSecret: planted[0] } })
  await ask('PUT', `/channels/${channels[0]!.id}/credentials`, { settings: planted[2] })
  await world.drain({ polls: true })
  await world.settle(30_000)
  for (const path of ['/me', '/platforms', '/platform-apps', '/deliveries', '/conversations?state=all']) await ask('GET', path)

  const dump = await everyColumn(world)
  const sessions = [...dump.matchAll(/eyJ[\w-]{20,}/g)]
  expect(sessions).toHaveLength(0)
  for (const secret of planted) {
    expect(
      lines.filter((line) => line.includes(secret)),
      'logs',
    ).toEqual([])
    expect(
      answers.filter((answer) => answer.includes(secret)),
      'answers',
    ).toEqual([])
    expect(
      jobs.filter((job) => job.includes(secret)),
      'jobs',
    ).toEqual([])
    expect(dump.includes(secret), 'database').toBe(false)
    expect(dump.includes(Buffer.from(secret).toString('base64').replace(/=+$/, '')), 'database, as base64').toBe(false)
  }
  expect(lines.length, 'something was logged at all').toBeGreaterThan(0)
  expect(dump, 'the dump is one').toContain('Does the strap come off?')
})

/** Every row of every table of every schema as text, and every byte string as the text in it. */
async function everyColumn({ database }: World): Promise<string> {
  const client = new Client(database.owner)
  await client.connect()
  const { rows: tables } = await client.query<{ name: string }>(
    `select quote_ident(schemaname) || '.' || quote_ident(tablename) as name from pg_tables where schemaname not in ('pg_catalog', 'information_schema')`,
  )
  let text = ''
  for (const { name } of tables) {
    const { rows } = await client.query<Record<string, unknown>>(`select * from ${name}`)
    for (const row of rows)
      for (const value of Object.values(row)) text += `${Buffer.isBuffer(value) ? value.toString('latin1') : JSON.stringify(value)}\n`
  }
  await client.end()
  return text
}
