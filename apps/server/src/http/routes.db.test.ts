import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { roles, type Role } from '@answerback/core/permissions'
import { problems, type ProblemCode } from '@answerback/core/problem'
import { makeApiKey } from '../access/workspaces.ts'
import { makeBusy, openOtherWorkspace } from '../../test/busy.ts'
import { openWorld, type World } from '../../test/world.ts'

/** Every route of the API as it describes itself, so that one that is added later is held to the same promises. */
type Route = { method: string; path: string }

let world: World
let other: { id: string; key: string }
let routes: Route[]
let keys: Record<Role, string>
/** What stands for `{id}`, by the noun before it; all of the world's own workspace. */
let ids: Record<string, string>
let before: unknown

beforeAll(async () => {
  world = await openWorld()
  other = await openOtherWorkspace(world)
  await makeBusy(world)
  const described = (await (await fetch(`${world.url}/api/openapi.json`)).json()) as { paths: Record<string, Record<string, unknown>> }
  routes = Object.entries(described.paths)
    .flatMap(([path, methods]) => Object.keys(methods).map((method) => ({ method: method.toUpperCase(), path })))
    .filter((route) => route.path.startsWith('/api/v1/') && route.method !== 'HEAD')
  keys = { ...world.keys, lead: await makeApiKey(world.ctx, world.workspaceId, { name: 'lead', role: 'lead' }) }
  const list = async (path: string) => (await world.request('GET', path, { key: keys.owner })).body.items
  const [conversation] = (await list('/api/v1/conversations?state=waiting')) as { id: string }[]
  const [delivery] = (await list('/api/v1/deliveries')) as { id: string }[]
  const reply = await world.request('POST', `/api/v1/conversations/${conversation!.id}/replies`, {
    body: { text: 'Held.', undoSeconds: 30 },
    idempotencyKey: 'held',
  })
  ids = { conversations: conversation!.id, deliveries: delivery!.id, replies: reply.body.id }
  before = (await world.request('GET', `/api/v1/conversations/${ids.conversations}`)).body
})
afterAll(() => world.close())

/** A body that the route would take, so that a refusal is not for the body. Routes not named here need none. */
const bodies: Record<string, unknown> = {
  'POST /api/v1/conversations/{id}/replies': { text: 'Hello', undoSeconds: 30 },
  'PUT /api/v1/conversations/{id}/snooze': { until: '2099-01-01T00:00:00.000Z' },
  'PUT /api/v1/conversations/{id}/closure': { reason: 'thanks' },
}
const queries: Record<string, string> = { 'GET /api/v1/changes': '?since=0' }

function ask({ method, path }: Route, options: { key?: string; id?: string; body?: unknown } = {}) {
  const noun = /\/api\/v1\/([\w-]+)\/\{id\}/.exec(path)?.[1]
  const id = options.id ?? (noun === undefined ? '' : ids[noun])
  if (id === undefined) throw new Error(`Give this test an id for ${path}`)
  return world.request(method, path.replace('{id}', id) + (queries[`${method} ${path}`] ?? ''), {
    key: options.key,
    body: 'body' in options ? options.body : bodies[`${method} ${path}`],
    idempotencyKey: method === 'GET' ? undefined : crypto.randomUUID(),
  })
}

/** The shape of every refusal (RFC 9457). */
function expectProblem(answer: { status: number; body: unknown }, code: ProblemCode, where: string): void {
  const { status, title } = problems[code]
  expect(answer, where).toMatchObject({
    status,
    body: {
      type: `/problems/${code}`,
      code,
      status,
      title,
      detail: expect.stringMatching(/\w{3}/),
      instance: expect.stringMatching(/^\//),
      requestId: expect.stringMatching(/\w/),
    },
  })
}

const name = (route: Route) => `${route.method} ${route.path}`
const mutations = () => routes.filter((route) => route.method !== 'GET')

describe('every route', () => {
  test('is known here', () => {
    expect(routes.length).toBeGreaterThanOrEqual(20)
    expect(mutations().length).toBeGreaterThanOrEqual(12)
  })

  test('refuses whoever shows no key, a wrong one, or a revoked one', async () => {
    await world.ctx.db.systemPool.query(`update api_key set revoked_at = now() where id in (select id from api_key where name = 'lead')`)
    for (const route of routes)
      for (const key of ['', 'ab_wrong', keys.lead])
        expectProblem(await ask(route, { key }), 'unauthorized', `${name(route)} with “${key.slice(0, 4)}”`)
    await world.ctx.db.systemPool.query(`update api_key set revoked_at = null where name = 'lead'`)
  })

  test('that changes something refuses a client, whatever is sent', async () => {
    for (const route of mutations())
      for (const body of [bodies[name(route)], { nonsense: true }, undefined])
        expectProblem(await ask(route, { key: keys.client, body }), 'forbidden', name(route))
  })

  test('says the same to each role about what is there and what is not', async () => {
    for (const route of routes.filter((each) => each.path.includes('{id}')))
      for (const role of roles) {
        const absent = await ask(route, { key: keys[role], id: '01900000-0000-7000-8000-000000000000' })
        expect([403, 404], `${name(route)} as ${role}`).toContain(absent.status)
        const foreign = await ask(route, { key: other.key })
        expectProblem(foreign, 'not_found', `${name(route)} from another workspace`)
      }
  })

  test('that was asked from another workspace changed nothing', async () => {
    expect((await world.request('GET', `/api/v1/conversations/${ids.conversations}`)).body).toEqual(before)
    expect((await world.request('GET', '/api/v1/conversations?state=all', { key: other.key })).body.items).toEqual([])
  })

  test('names what is wrong with an id, a query or a body', async () => {
    for (const route of routes.filter((each) => each.path.includes('{id}'))) {
      const answer = await ask(route, { key: keys.owner, id: 'not-a-uuid' })
      expectProblem(answer, 'bad_request', name(route))
      expect(answer.body.invalidParams[0].name, name(route)).toBe('id')
    }
    const wrong: [string, string, unknown, string][] = [
      ['GET', '/api/v1/conversations?state=lost', undefined, 'state'],
      ['GET', '/api/v1/conversations?limit=101', undefined, 'limit'],
      ['GET', '/api/v1/conversations?cursor=made-up', undefined, 'cursor'],
      ['GET', '/api/v1/deliveries?limit=0', undefined, 'limit'],
      ['GET', '/api/v1/changes', undefined, 'since'],
      ['GET', '/api/v1/changes?since=-1', undefined, 'since'],
      ['PUT', `/api/v1/conversations/${ids.conversations}/closure`, { reason: 'bored' }, 'reason'],
      ['PUT', `/api/v1/conversations/${ids.conversations}/closure`, { reason: 'other', note: 'x'.repeat(2_001) }, 'note'],
      ['PUT', `/api/v1/conversations/${ids.conversations}/snooze`, { until: 'tomorrow' }, 'until'],
      ['PUT', `/api/v1/conversations/${ids.conversations}/snooze`, { until: '2001-01-01T00:00:00.000Z' }, 'until'],
      ['PUT', `/api/v1/conversations/${ids.conversations}/assignment`, { assigneeId: 'Sam' }, 'assigneeId'],
      ['POST', `/api/v1/conversations/${ids.conversations}/replies`, { text: 7 }, 'text'],
      ['POST', '/api/v1/platform-apps', { platform: 'facebook', settings: { appId: '1', appSecret: ' ' } }, 'settings.appSecret'],
      ['POST', '/api/v1/channels', { platform: 'myspace', settings: {} }, 'platform'],
      ['POST', '/api/v1/channels', { platform: 'mastodon', settings: { url: 'https://a.example' } }, 'settings.accessToken'],
    ]
    for (const [method, path, body, param] of wrong) {
      const answer = await world.request(method, path, { body, key: keys.owner, idempotencyKey: crypto.randomUUID() })
      expectProblem(answer, 'bad_request', `${method} ${path}`)
      expect(
        answer.body.invalidParams.map((each: { name: string }) => each.name),
        `${method} ${path}`,
      ).toContain(param)
    }
  })

  test('that does not exist, a body that is no JSON, one too large, and a character that nothing can hold are refused in the same shape', async () => {
    const raw = async (method: string, path: string, body?: string, type = 'application/json') => {
      const answer = await fetch(`${world.url}${path}`, {
        method,
        body,
        headers: { authorization: `Bearer ${keys.owner}`, 'content-type': type },
      })
      expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8')
      return { status: answer.status, body: await answer.json() }
    }
    const closure = `/api/v1/conversations/${ids.conversations}/closure`
    expectProblem(await raw('POST', '/api/v1/nothing', '{}'), 'not_found', 'an unknown path')
    expectProblem(await raw('PATCH', closure, '{}'), 'not_found', 'an unknown method')
    expectProblem(await raw('PUT', closure, '{"reason":'), 'bad_request', 'half a body')
    expectProblem(await raw('PUT', closure, 'reason=thanks', 'application/x-www-form-urlencoded'), 'unsupported_media_type', 'a form')
    expectProblem(await raw('PUT', closure, JSON.stringify({ reason: 'other', note: 'x'.repeat(300_000) })), 'too_large', 'a huge body')
    expectProblem(await raw('GET', '/api/v1/conversations?platform=%00'), 'bad_request', 'U+0000 in a filter')
    expect((await raw('PUT', closure, '{"reason":"thanks","__proto__":{"x":1}}')).status).toBe(400)
  })
})
