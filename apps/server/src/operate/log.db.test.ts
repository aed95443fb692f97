import { afterAll, beforeAll, expect, test } from 'vitest'
import { sql } from 'drizzle-orm'
import { PlatformError } from '@answerback/platforms/error'
import { makeBusy } from '../../test/busy.ts'
import { join } from '../../test/visitor.ts'
import { openWorld, type World } from '../../test/world.ts'
import { openLog } from './open-log.ts'

let world: World
const lines: string[] = []
const canary = (name: string) => `canary-${name}-5f0c`

beforeAll(async () => {
  world = await openWorld({ log: openLog({ LOG_LEVEL: 'trace', demo: false }, { write: (line) => void lines.push(line) }) })
})
afterAll(() => world.close())

test('one line for each request, with its route and not its address', async () => {
  await world.request('GET', '/api/v1/conversations?limit=7')
  const told = lines.map((line) => JSON.parse(line) as Record<string, unknown>).find((line) => line.msg === 'http: request')
  expect(told).toMatchObject({ level: 20, method: 'GET', route: '/api/v1/conversations', status: 200, ms: expect.any(Number) })
})

test('a whole day of work, refusals and failures leaves no secret in any line', async () => {
  const { ctx, url, sandbox } = world
  await makeBusy(world)
  const { facebook, bluesky, mastodon } = sandbox.secrets
  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    fetch(`${url}${path}`, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) })
  const refused = [
    await fetch(`${url}/api/v1/me`, {
      headers: { authorization: `Bearer ${canary('bearer')}`, cookie: `answerback.session_token=${canary('cookie')}` },
    }),
    await post('/api/auth/sign-in/email', { email: 'sam@fieldnote.example', password: canary('password') }),
    await post('/webhooks/facebook', { token: canary('webhook') }, { 'x-hub-signature-256': canary('signature') }),
    await post(
      '/api/v1/channels',
      { platform: 'mastodon', settings: { url: sandbox.urls.mastodon, apiUrl: sandbox.urls.mastodon, accessToken: canary('access') } },
      { authorization: `Bearer ${world.keys.owner}` },
    ),
    await fetch(`${url}/webhooks/facebook?hub.mode=subscribe&hub.verify_token=${canary('verify')}&hub.challenge=1`),
    await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${canary('metrics')}`, 'x-forwarded-for': '203.0.113.1' } }),
  ]
  // On the way back from a platform: a code and a state that are not known, and a code that the platform does not take.
  const owner = await join(world, 'Olga', 'owner')
  await fetch(`${url}/oauth/mastodon?state=${canary('state')}&code=${canary('code')}`)
  const begun = await owner.request('POST', '/api/v1/authorizations', { platform: 'mastodon', settings: { url: sandbox.urls.mastodon } })
  const way = new URL(begun.body.url).searchParams
  await fetch(`${url}/oauth/mastodon?state=${way.get('state')}&code=${canary('badcode')}`, {
    headers: { cookie: owner.cookie() },
    redirect: 'manual',
  })
  ctx.log.warn({ reason: `input_token=${canary('input')}&code_verifier=${canary('verifier')}`, codeVerifier: canary('pkce') }, 'x')
  const told = JSON.stringify((await owner.request('GET', `/api/v1/authorizations/${begun.body.id}`)).body)
  expect(told).toContain('did not accept this')
  expect(told).not.toContain('canary')

  for (const response of refused.slice(0, 4)) expect(response.status).toBeGreaterThanOrEqual(400)
  await ctx.db.system
    .execute(sql`select ${canary('value')}::uuid`)
    .catch((error: unknown) => ctx.log.error({ err: error }, 'a statement was refused'))
  ctx.log.warn({ reason: `GET https://graph.example/me?access_token=${canary('query')}&x=1 failed` }, 'poll: could not read a channel')
  ctx.log.error(
    { err: new PlatformError('reauthorize', `Bearer ${canary('said')} is not valid`, { cause: new Error(`token=${canary('cause')}`) }) },
    'x',
  )
  ctx.log.info({ headers: { authorization: canary('header'), cookie: canary('jar') }, credentials: { password: canary('deep') } }, 'x')
  ctx.log.error({ error: `connect postgres://answerback:${canary('dsn')}@db/answerback` }, 'x')

  const all = lines.join('')
  expect(lines.length).toBeGreaterThan(20)
  expect([...all.matchAll(/canary-[a-z]+-5f0c/g)].map(([word]) => word)).toEqual([])
  const real = [
    facebook.appSecret,
    facebook.pageAccessToken,
    facebook.verifyToken,
    bluesky.appPassword,
    mastodon.accessToken,
    ...Object.values(world.keys),
    way.get('state')!,
    way.get('client_id')!,
    owner.cookie(),
    ctx.secrets.key,
    ctx.secrets.session,
  ]
  expect(real.filter((secret) => all.includes(secret))).toEqual([])
  expect(all).toContain('access_token=(left out)&x=1')
})
