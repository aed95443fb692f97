import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openAuth } from './auth.ts'
import { dropOldAccess } from './old-rows.ts'
import { openVisitor, tokenOf } from '../../test/visitor.ts'
import { openWorld, type World } from '../../test/world.ts'

const password = 'correct horse battery'
const setup = {
  name: 'Ines',
  email: 'Ines@Fieldnote.example',
  password,
  brand: 'Fieldnote',
  timeZone: 'Europe/Lisbon',
  targetSeconds: 3_600,
}
const day = 86_400_000

/** A world before anybody came. */
async function openEmptyWorld(): Promise<World> {
  const world = await openWorld()
  const owner = new pg.Client(world.database.owner)
  await owner.connect()
  await owner.query('truncate workspace, workspace_seq, member, api_key, "user"')
  await owner.end()
  return world
}

describe('an installation that nobody has set up', () => {
  let world: World
  beforeAll(async () => {
    world = await openEmptyWorld()
  })
  afterAll(() => world.close())

  test('says so, and opens its set-up link once: owner, workspace and session in one go', async () => {
    const visitor = openVisitor(world)
    expect(await visitor.request('GET', '/api/v1/door')).toEqual({ status: 200, body: { setupNeeded: true, demo: false, mail: false } })
    const old = tokenOf((await world.setupLink())!)
    world.pass(day)
    expect((await visitor.request('GET', `/api/v1/setup?token=${old}`)).body).toMatchObject({ good: false, why: 'expired' })
    expect((await visitor.request('GET', '/api/v1/setup?token=made-up')).body).toMatchObject({ good: false, why: 'unknown' })
    const refused = await visitor.request('POST', '/api/v1/setup', { ...setup, token: old })
    expect([refused.status, refused.body.code, refused.body.why]).toEqual([422, 'link_not_good', 'expired'])

    const [first, second] = [tokenOf((await world.setupLink())!), tokenOf((await world.setupLink())!)]
    expect((await visitor.request('GET', `/api/v1/setup?token=${first}`)).body.good).toBe(true)
    for (const [wrong, param] of [
      [{ password: 'too short' }, 'password'],
      [{ timeZone: 'Europe/Atlantis' }, 'timeZone'],
      [{ email: 'ines' }, 'email'],
      [{ brand: ' ' }, 'brand'],
    ] as const) {
      const answer = await visitor.request('POST', '/api/v1/setup', { ...setup, ...wrong, token: first })
      expect([answer.status, answer.body.invalidParams[0].name]).toEqual([400, param])
    }
    // From a page of another site, or of none.
    for (const origin of ['https://elsewhere.example', 'null'])
      expect((await visitor.request('POST', '/api/v1/setup', { ...setup, token: first }, { origin })).status).toBe(403)

    const visitors = Array.from({ length: 4 }, () => openVisitor(world))
    const answers = await Promise.all(
      visitors.map((each, index) => each.request('POST', '/api/v1/setup', { ...setup, token: index % 2 ? second : first })),
    )
    expect(answers.map((each) => each.status).toSorted((a, b) => a - b)).toEqual([201, 422, 422, 422])
    const owner = visitors[answers.findIndex((each) => each.status === 201)]!
    const me = await owner.request('GET', '/api/v1/me')
    expect(me.body).toMatchObject({
      role: 'owner',
      user: { name: 'Ines', email: 'ines@fieldnote.example' },
      workspace: { name: 'Fieldnote', timeZone: 'Europe/Lisbon', targetSeconds: 3_600 },
      demo: null,
    })
    for (const used of [first, second])
      expect((await visitor.request('GET', `/api/v1/setup?token=${used}`)).body).toMatchObject({ good: false, why: 'used' })
    expect(await world.setupLink()).toBeNull()
    expect((await visitor.request('GET', '/api/v1/door')).body.setupNeeded).toBe(false)
    const { rows } = await world.ctx.db.systemPool.query<{ hash: Buffer; password: string }>(
      'select l.hash, a.password from one_time_link l, account a limit 1',
    )
    expect(rows[0]!.hash.toString('base64url')).not.toBe(first)
    expect(rows[0]!.password).not.toContain(password)
  })
})

describe('signing in', () => {
  let world: World
  beforeEach(async () => {
    world = await openEmptyWorld()
    const made = await openVisitor(world).request('POST', '/api/v1/setup', { ...setup, token: tokenOf((await world.setupLink())!) })
    expect(made.status).toBe(201)
    return () => world.close()
  })

  const enter = (body: object, headers?: Record<string, string>) => openVisitor(world).request('POST', '/api/v1/session', body, headers)

  test('takes the password, in any spelling of the address, and signs out again', async () => {
    const visitor = openVisitor(world)
    expect((await visitor.request('POST', '/api/v1/session', { email: 'INES@fieldnote.example', password })).status).toBe(200)
    expect((await visitor.request('GET', '/api/v1/me')).status).toBe(200)
    const before = visitor.cookie()
    expect((await visitor.request('DELETE', '/api/v1/session')).status).toBe(204)
    const answer = await fetch(`${world.url}/api/v1/me`, { headers: { cookie: before } })
    expect(answer.status).toBe(401)
  })

  test('says the same for a wrong password and an unknown address', async () => {
    const wrong = await enter({ email: setup.email, password: 'wrong wrong wrong' })
    const unknown = await enter({ email: 'nobody@fieldnote.example', password })
    for (const answer of [wrong, unknown]) {
      delete answer.body.requestId
      expect([answer.status, answer.body.code]).toEqual([401, 'wrong_credentials'])
    }
    expect(unknown).toEqual(wrong)
  })

  test('closes after five wrong ones, also when they come at once, for known and unknown addresses alike, and opens again', async () => {
    for (const email of [setup.email, 'nobody@fieldnote.example']) {
      const answers = await Promise.all(Array.from({ length: 12 }, () => enter({ email, password: 'guess guess guess' })))
      expect(answers.filter((each) => each.status === 401)).toHaveLength(5)
      const refused = answers.filter((each) => each.status === 429)
      expect(refused).toHaveLength(7)
      expect(refused[0]!.body).toMatchObject({ code: 'rate_limited', retryAfterSeconds: 900 })
    }
    expect((await enter({ email: setup.email, password })).status).toBe(429)
    world.pass(15 * 60_000)
    expect((await enter({ email: setup.email, password })).status).toBe(200)
    // Success forgets the failures.
    expect((await enter({ email: setup.email, password: 'guess guess guess' })).status).toBe(401)
    expect((await enter({ email: setup.email, password })).status).toBe(200)
  })

  test('behind https the cookie is held to the host', async () => {
    const auth = openAuth(world.ctx, { publicUrl: () => 'https://inbox.example.org/' })
    const { headers } = await auth.auth().api.signInEmail({ body: { email: setup.email, password }, returnHeaders: true })
    const [cookie] = headers.getSetCookie()
    expect(cookie).toMatch(/^__Host-answerback\.session_token=/)
    for (const attribute of ['Path=/', 'HttpOnly', 'Secure', 'SameSite=Lax']) expect(cookie!.split('; ')).toContain(attribute)
    expect(cookie).not.toMatch(/domain/i)
    const found = await auth.auth().api.getSession({ headers: new Headers({ cookie: cookie!.split(';')[0]! }) })
    expect(found?.user.email).toBe('ines@fieldnote.example')
  })

  test('a session’s row alone opens nothing: its cookie is signed, too', async () => {
    const visitor = openVisitor(world)
    await visitor.request('POST', '/api/v1/session', { email: setup.email, password })
    const name = visitor.cookie().split('=')[0]!
    const { rows } = await world.ctx.db.systemPool.query<{ token: string }>('select token from session order by id desc')
    for (const value of [rows[0]!.token, `${rows[0]!.token}.${Buffer.alloc(32, 1).toString('base64')}`]) {
      const answer = await fetch(`${world.url}/api/v1/me`, { headers: { cookie: `${name}=${encodeURIComponent(value)}` } })
      expect(answer.status).toBe(401)
    }
  })

  test('leaves nothing behind for ever', async () => {
    await enter({ email: setup.email, password: 'guess guess guess' })
    const left = async () => {
      const { rows } = await world.ctx.db.systemPool.query<{ attempts: number; links: number; sessions: number }>(
        `select (select count(*)::int from sign_in_attempt) attempts, (select count(*)::int from one_time_link) links,
           (select count(*)::int from session) sessions`,
      )
      return rows[0]
    }
    expect(await dropOldAccess(world.ctx)).toBe(0)
    // One of the account from this address, one of the address alone; the link and the session of the set-up.
    expect(await left()).toEqual({ attempts: 2, links: 1, sessions: 1 })
    world.pass(3 * day)
    expect(await dropOldAccess(world.ctx)).toBe(2)
    world.pass(60 * day)
    expect(await dropOldAccess(world.ctx)).toBe(2)
    expect(await left()).toEqual({ attempts: 0, links: 0, sessions: 0 })
  })

  test('has no other door', async () => {
    for (const path of ['sign-in/email', 'sign-up/email', 'sign-in/magic-link', 'request-password-reset', 'reset-password', 'update-user'])
      expect(
        (await openVisitor(world).request('POST', `/api/auth/${path}`, { email: setup.email, password, name: 'X' })).status,
        path,
      ).toBe(404)
  })
})
