import { createHmac } from 'node:crypto'
import { connect } from 'node:net'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { sql } from 'drizzle-orm'
import { addPlatformApp } from '../access/platform-apps.ts'
import { comment, openOtherWorkspace, page } from '../../test/busy.ts'
import { postWebhook, sign } from '../../test/webhook.ts'
import { connectAll, openWorld, type World } from '../../test/world.ts'

let world: World
let secret: string
let owner: pg.Client
let locker: pg.Client

beforeAll(async () => {
  world = await openWorld()
  secret = world.sandbox.secrets.facebook.appSecret
  await connectAll(world)
  await world.drain()
  owner = new pg.Client(world.database.owner)
  locker = new pg.Client(world.database.owner)
  await Promise.all([owner.connect(), locker.connect()])
})
afterAll(async () => {
  await Promise.all([owner.end(), locker.end()])
  await world.close()
})
let before = 0
beforeEach(async () => {
  before = await stored()
})

async function stored(): Promise<number> {
  const { rows } = await owner.query<{ count: number }>(`select count(*)::int as count from delivery where kind = 'webhook'`)
  return rows[0]!.count
}

let serial = 0
/** A comment nobody made before, as a whole body. */
function fresh(text = 'Hello'): { id: string; body: string } {
  const id = `900_${(serial += 1)}`
  return { id, body: JSON.stringify({ object: 'page', entry: [page(world, comment(id, '9', text))] }) }
}

async function texts(workspaceId = world.workspaceId): Promise<string[]> {
  const { rows } = await world.ctx.db.inWorkspace(workspaceId, (tx) =>
    tx.execute<{ text: string }>(sql`select text from message where external_id like '9%' order by external_id`),
  )
  return rows.map((row) => row.text)
}

describe('a signature', () => {
  const body = '{"object":"page","entry":[]}'
  const sha1 = () => `sha1=${createHmac('sha1', secret).update(body).digest('hex')}`
  const refused: [string, () => Record<string, string>][] = [
    ['missing', () => ({})],
    ['empty', () => ({ 'x-hub-signature-256': '' })],
    ['of another secret', () => ({ 'x-hub-signature-256': sign('another', body) })],
    ['of another body', () => ({ 'x-hub-signature-256': sign(secret, `${body} `) })],
    ['by the old sha1 alone', () => ({ 'x-hub-signature': sha1() })],
    ['sha1 in the new header', () => ({ 'x-hub-signature-256': sha1() })],
    ['cut short', () => ({ 'x-hub-signature-256': sign(secret, body).slice(0, -2) })],
    ['with something behind it', () => ({ 'x-hub-signature-256': `${sign(secret, body)}00` })],
    ['without its name', () => ({ 'x-hub-signature-256': sign(secret, body).slice('sha256='.length) })],
    ['by the empty secret', () => ({ 'x-hub-signature-256': sign('', body) })],
  ]
  test.each(refused)('%s is refused, and nothing is stored', async (_name, headers) => {
    const made = await postWebhook(world, body, headers())
    expect(made.status).toBe(401)
    expect(made.type).toBe('application/problem+json; charset=utf-8')
    expect(JSON.parse(made.text)).toMatchObject({ code: 'bad_signature', status: 401 })
    expect(await stored()).toBe(before)
    expect((await postWebhook(world, body, { 'x-hub-signature-256': sign(secret, body) })).status, 'the right one is taken').toBe(200)
  })

  test('given twice is refused, even when both are right', async () => {
    const header = `X-Hub-Signature-256: ${sign(secret, body)}\r\n`
    const { hostname, port } = new URL(world.url)
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(port), hostname)
      let text = ''
      socket
        .on('data', (chunk) => (text += chunk.toString()))
        .on('end', () => resolve(text))
        .on('error', reject)
      socket.write(
        `POST /webhooks/facebook HTTP/1.1\r\nHost: ${hostname}\r\nConnection: close\r\nContent-Type: application/json\r\n${header}${header}Content-Length: ${body.length}\r\n\r\n${body}`,
      )
    })
    expect(answer).toMatch(/^HTTP\/1\.1 401 /)
    expect(await stored()).toBe(before)
  })

  test('is over the raw bytes: not UTF-8, no content type and another one are taken as they come', async () => {
    const odd = new Uint8Array([0xff, 0xfe, 0x00, 0x7b])
    expect((await postWebhook(world, odd, { 'x-hub-signature-256': sign(secret, odd), 'content-type': 'text/plain' })).status).toBe(200)
    const { rows } = await owner.query<{ body: Buffer }>('select body from delivery order by received_at desc, id desc limit 1')
    expect(rows[0]!.body.equals(Buffer.from(odd))).toBe(true)
    await world.drain()
  })

  test('of either secret is good while one is rotated, and its entries reach the channel', async () => {
    const { appId, verifyToken } = world.sandbox.secrets.facebook
    await addPlatformApp(world.ctx, 'facebook', { appId, appSecret: 'the-next-one', verifyToken }, { workspaceId: world.workspaceId })
    world.pass(3_000)
    const [one, two] = [fresh('by the first'), fresh('by the second')]
    expect((await postWebhook(world, one.body)).status).toBe(200)
    expect((await postWebhook(world, two.body, { 'x-hub-signature-256': sign('the-next-one', two.body) })).status).toBe(200)
    await world.drain()
    expect(await texts()).toEqual(expect.arrayContaining(['by the first', 'by the second']))
  })

  test('of another connected app opens no door to our channel', async () => {
    await addPlatformApp(world.ctx, 'facebook', { appId: 'stranger', appSecret: 'strangers-secret', verifyToken: 'their-token' })
    world.pass(3_000)
    const forged = fresh('forged')
    expect((await postWebhook(world, forged.body, { 'x-hub-signature-256': sign('strangers-secret', forged.body) })).status).toBe(200)
    await world.drain()
    expect(await texts()).not.toContain('forged')
    const { rows } = await owner.query(`select quarantined, done_at from delivery order by received_at desc, id desc limit 1`)
    expect(rows[0]).toEqual({ quarantined: expect.stringContaining('No channel of this app'), done_at: null })
    // Connecting the channel again does not hand it to the app that came last.
    await connectAll(world)
    const ours = fresh('still ours')
    expect((await postWebhook(world, ours.body)).status).toBe(200)
    await world.drain()
    expect(await texts()).toContain('still ours')
  })

  test('of an app cannot be taken over from another workspace', async () => {
    const other = await openOtherWorkspace(world)
    const settings = { appId: world.sandbox.secrets.facebook.appId, appSecret: 'mine-now', verifyToken: 'x' }
    const { status, body: said } = await world.request('POST', '/api/v1/platform-apps', {
      body: { platform: 'facebook', settings },
      key: other.key,
    })
    expect([status, said.code]).toEqual([403, 'forbidden'])
  })
})

describe('the handshake', () => {
  const ask = (query: Record<string, string>) => fetch(`${world.url}/webhooks/facebook?${new URLSearchParams(query)}`)

  test('is answered with the challenge alone when the token is right', async () => {
    const { verifyToken } = world.sandbox.secrets.facebook
    const answer = await ask({ 'hub.mode': 'subscribe', 'hub.verify_token': verifyToken, 'hub.challenge': '<b>1158201444</b>' })
    expect([answer.status, answer.headers.get('content-type'), await answer.text()]).toEqual([200, 'text/plain', '<b>1158201444</b>'])
  })

  test.each([
    { 'hub.mode': 'subscribe', 'hub.verify_token': 'wrong', 'hub.challenge': '1' },
    { 'hub.mode': 'subscribe', 'hub.verify_token': '', 'hub.challenge': '1' },
    { 'hub.mode': 'subscribe', 'hub.challenge': '1' },
    {},
  ])('is refused for %o', async (query) => {
    const answer = await ask(query as Record<string, string>)
    expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([403, 'forbidden'])
  })

  test('is not found for a platform that sends none', async () => {
    for (const platform of ['mastodon', 'nowhere', '..%2Ffacebook'])
      expect((await fetch(`${world.url}/webhooks/${platform}`, { method: 'POST', body: '{}' })).status).toBe(404)
  })
})

describe('a body', () => {
  const mebibyte = 1024 * 1024

  test('of exactly 1 MiB is taken, one byte more is refused before it is read', async () => {
    const padded = (bytes: number) => {
      const { body } = fresh('long')
      return body + ' '.repeat(bytes - body.length)
    }
    expect((await postWebhook(world, padded(mebibyte))).status).toBe(200)
    const long = await postWebhook(world, padded(mebibyte + 1))
    expect([long.status, JSON.parse(long.text).code]).toEqual([413, 'too_large'])
    expect(await stored()).toBe(before + 1)
    await world.drain()
  })

  test.each([
    ['not JSON', 'hello'],
    ['nothing', ''],
    ['JSON of another shape', '[1]'],
    ['an account that nobody connected', '{"object":"page","entry":[{"id":"404","time":1,"changes":[]}]}'],
  ])('that is %s and well signed is kept, set aside with a reason, and not tried for ever', async (_name, body) => {
    expect((await postWebhook(world, body)).status).toBe(200)
    await world.settle(30_000)
    const { rows } = await owner.query(
      `select quarantined, attempts, done_at, body from delivery where kind = 'webhook' order by received_at desc, id desc limit 1`,
    )
    expect(rows[0]).toEqual({ quarantined: expect.stringMatching(/\w/), attempts: 1, done_at: null, body: Buffer.from(body) })
  })

  test('is stored once however often it comes, also at the same moment', async () => {
    const { body } = fresh('once')
    const answers = await Promise.all(Array.from({ length: 32 }, () => postWebhook(world, body)))
    expect(new Set(answers.map((each) => each.status))).toEqual(new Set([200]))
    expect((await postWebhook(world, body)).status).toBe(200)
    expect(await stored()).toBe(before + 1)
    await world.drain()
    expect((await texts()).filter((text) => text === 'once')).toHaveLength(1)
  })
})

describe('when the database', () => {
  async function untilWaiting(): Promise<number> {
    for (;;) {
      const { rows } = await owner.query<{ pid: number }>(
        `select pid from pg_stat_activity where datname = current_database() and usename = 'answerback_system' and wait_event_type = 'Lock' and query like '%insert into delivery%'`,
      )
      if (rows[0]) return rows[0].pid
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  test('has not committed yet, there is no answer; a connection killed in mid insert is 503, and what comes again is stored', async () => {
    const one = fresh('first try dies')
    await locker.query('begin; lock table delivery in exclusive mode')
    let answered = false
    const asked = postWebhook(world, one.body).finally(() => (answered = true))
    const pid = await untilWaiting()
    expect(answered).toBe(false)
    await owner.query('select pg_terminate_backend($1)', [pid])
    const answer = await asked
    expect([answer.status, JSON.parse(answer.text).code]).toEqual([503, 'unavailable'])
    const again = postWebhook(world, one.body)
    await untilWaiting()
    await locker.query('commit')
    expect((await again).status).toBe(200)
    expect(await stored()).toBe(before + 1)
    await world.drain()
    expect(await texts()).toContain('first try dies')
  })

  test('is away, it is 503 and nothing is lost once it is back', async () => {
    const one = fresh('kept by the platform')
    const { database } = world.database.owner
    const maintainer = new pg.Client({ ...world.database.owner, database: 'postgres' })
    await maintainer.connect()
    const name = maintainer.escapeIdentifier(database!)
    // Known apps are believed for a moment, so the storing itself is what fails first.
    expect((await postWebhook(world, fresh().body)).status).toBe(200)
    await maintainer.query(`alter database ${name} allow_connections false`)
    await maintainer.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and usename in ('answerback_app', 'answerback_system')`,
      [database],
    )
    expect((await postWebhook(world, one.body)).status).toBe(503)
    world.pass(3_000)
    expect((await postWebhook(world, one.body)).status).toBe(503)
    await maintainer.query(`alter database ${name} allow_connections true`)
    await maintainer.end()
    expect((await postWebhook(world, one.body)).status).toBe(200)
    await world.drain()
    expect(await texts()).toContain('kept by the platform')
  })
})
