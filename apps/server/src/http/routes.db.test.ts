import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { may, roles, scopeOf, scopes, type Role } from '@answerback/core/permissions'
import { problems, type ProblemCode } from '@answerback/core/problem'
import { makeApiKey } from '../access/workspaces.ts'
import { makeBusy, openOtherWorkspace } from '../../test/busy.ts'
import { bringFile } from '../../test/files.ts'
import { join, type Joined } from '../../test/visitor.ts'
import { openWorld, type World } from '../../test/world.ts'

/** Every route of the server's own table, so that one that is added later is held to the same promises. */
type Route = World['routes'][number]

/** The only routes that ask nothing of whoever comes. A route that is not meant to be among them must ask for a permission. */
const forAnybody = [
  'GET /api/v1/door',
  'GET /api/v1/setup',
  'POST /api/v1/setup',
  'POST /api/v1/session',
  'DELETE /api/v1/session',
  'POST /api/v1/password-reset',
  'GET /api/v1/password-reset/link',
  'PUT /api/v1/password-reset/link',
  'GET /api/v1/invitations/accept',
  'POST /api/v1/invitations/accept',
  // It asks by itself, for the person who left: see access/authorized.
  'GET /oauth/:platform',
  'GET /oauth/:platform/',
]

let world: World
let other: { id: string; key: string }
let routes: Route[]
let keys: Record<Role, string>
/** A signed-in browser of each role, and one of another workspace. */
let people: Record<Role, Joined>
let stranger: Joined
/** What stands for `:id`, by the noun before it; all of the world's own workspace. */
let ids: Record<string, string>
let before: unknown

beforeAll(async () => {
  world = await openWorld()
  other = await openOtherWorkspace(world)
  await makeBusy(world)
  routes = world.routes.filter((route) => route.method !== 'HEAD' && route.asks !== 'nothing')
  keys = { ...world.keys, lead: await makeApiKey(world.ctx, world.workspaceId, { name: 'lead', role: 'lead' }) }
  people = {
    owner: await join(world, 'Olga', 'owner'),
    lead: await join(world, 'Lea', 'lead'),
    manager: await join(world, 'Max', 'manager'),
    client: await join(world, 'Cleo', 'client'),
  }
  stranger = await join(world, 'Stella', 'owner', other.key)
  const list = async (path: string) =>
    (await people.owner.request('GET', path)).body.items as { id: string; waitingMessage: { id: string } }[]
  const conversations = await list('/api/v1/conversations?state=waiting')
  const reply = await world.request('POST', `/api/v1/conversations/${conversations[0]!.id}/replies`, {
    body: { text: 'Held.', undoSeconds: 30 },
    idempotencyKey: 'held',
  })
  ids = {
    conversations: conversations[0]!.id,
    messages: conversations[0]!.waitingMessage.id,
    replies: reply.body.id,
    staff: world.staff.sam,
    deliveries: (await list('/api/v1/deliveries'))[0]!.id,
    sessions: (await list('/api/v1/sessions'))[0]!.id,
    invitations: (await list('/api/v1/invitations')).at(-1)!.id,
    'api-keys': (await list('/api/v1/api-keys'))[0]!.id,
    channels: (await list('/api/v1/channels'))[0]!.id,
    'platform-apps': (await list('/api/v1/platform-apps'))[0]!.id,
    uploads: await bringFile(world),
    authorizations: (await people.owner.request('POST', '/api/v1/authorizations', { platform: 'facebook' })).body.id,
  }
  before = await everything()
})
afterAll(() => world.close())

/** What the owner sees of all that has an id. */
async function everything(): Promise<unknown> {
  const seen = []
  for (const noun of [
    'staff',
    'invitations',
    'api-keys',
    'platform-apps',
    'workspace',
    'reasons',
    'targets',
    `conversations/${ids.conversations}`,
  ])
    seen.push((await people.owner.request('GET', `/api/v1/${noun}`)).body)
  return JSON.parse(JSON.stringify(seen, (key, value: unknown) => (['lastSeenAt', 'lastUsedAt'].includes(key) ? null : value)))
}

/** A body that the route would take, so that a refusal is not for the body. Routes not named here need none. */
const bodies: Record<string, unknown> = {
  'POST /api/v1/conversations/:id/replies': { text: 'Hello', undoSeconds: 30 },
  'PUT /api/v1/conversations/:id/snooze': { until: '2099-01-01T00:00:00.000Z' },
  'PUT /api/v1/conversations/:id/closure': { reason: 'thanks' },
  'PATCH /api/v1/channels/:id': { paused: true },
  'PUT /api/v1/channels/:id/targets': { target: null, revision: 'read' },
  'PUT /api/v1/targets': { target: { seconds: 60, clock: 'calendar' }, revision: 'read' },
  'PUT /api/v1/reasons': { items: [], revision: 'read' },
  'PUT /api/v1/channels/:id/credentials': { settings: {} },
  'PATCH /api/v1/staff/:id': { role: 'client' },
  'PUT /api/v1/messages/:id/hiding': { reason: 'spam' },
  'PUT /api/v1/messages/:id/removal': { reason: 'spam' },
  'PATCH /api/v1/replies/:id': { text: 'Hello' },
  'POST /api/v1/authorizations': { platform: 'facebook' },
  'POST /api/v1/posts': { platform: 'facebook', externalId: '1_2' },
  'PUT /api/v1/channels/:id/feed': { url: 'http://127.0.0.1:1/feed' },
  'PUT /api/v1/authorizations/:id/accounts': { externalIds: ['1'] },
}
const absentId = '01900000-0000-7000-8000-000000000000'
const queries: Record<string, string> = { 'GET /api/v1/changes': '?since=0' }

type As = { key: string } | { person: Joined; workspace?: string }
const name = ({ method, path }: Route) => `${method} ${path}`

function ask(route: Route, as: As, options: { id?: string; body?: unknown } = {}): Promise<{ status: number; body: any }> {
  const { method, path } = route
  const noun = /\/api\/v1\/([\w-]+)\/:id/.exec(path)?.[1]
  const id = options.id ?? (noun === undefined ? '' : (ids[noun] ?? absentId))
  const address = path.replace(':id', id).replace(':index', '0') + (queries[name(route)] ?? '')
  const body = 'body' in options ? options.body : bodies[name(route)]
  const idempotencyKey = method === 'GET' ? undefined : crypto.randomUUID()
  if ('key' in as) return world.request(method, address, { key: as.key, body, idempotencyKey })
  const headers = { ...(idempotencyKey && { 'idempotency-key': idempotencyKey }), ...(as.workspace && { 'x-workspace': as.workspace }) }
  return as.person.request(method, address, body, headers)
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

/** Of oneself: whoever is in may change that, but only there, and only a person. */
const ofOneself = (route: Route) => /^\/api\/v1\/(profile|sessions)\b/.test(route.path)
const mutations = () => routes.filter((route) => route.method !== 'GET' && !ofOneself(route))
const withId = () => routes.filter((route) => route.path.includes(':id'))
const absent = '01900000-0000-7000-8000-000000000000'

describe('every route', () => {
  test('says who may use it, and few are for anybody', () => {
    expect(routes.length).toBeGreaterThanOrEqual(45)
    expect(mutations().length).toBeGreaterThanOrEqual(25)
    const open = world.routes.filter((route) => route.asks === 'nothing' && route.method !== 'HEAD')
    expect(open.map(name)).toEqual(forAnybody)
  })

  test('is described to programs', async () => {
    const { paths } = (await (await fetch(`${world.url}/api/openapi.json`)).json()) as {
      paths: Record<string, Record<string, { tags?: string[] }>>
    }
    for (const { method, path } of routes)
      expect(Object.keys(paths[path.replace(/:(\w+)/g, '{$1}')] ?? {}), path).toContain(method.toLowerCase())
  })

  test('refuses whoever shows no key, a wrong one, a revoked or an expired one', async () => {
    const late = await makeApiKey(world.ctx, world.workspaceId, { name: 'late', role: 'owner' })
    await world.ctx.db.systemPool.query(`update api_key set revoked_at = now() where name = 'lead'`)
    await world.ctx.db.systemPool.query(`update api_key set expires_at = now() - interval '1 minute' where name = 'late'`)
    for (const route of routes)
      for (const key of ['', 'ab_wrong', keys.lead, late])
        expectProblem(await ask(route, { key }), 'unauthorized', `${name(route)} with “${key.slice(0, 4)}”`)
    await world.ctx.db.systemPool.query(`update api_key set revoked_at = null where name = 'lead'`)
    await world.ctx.db.systemPool.query(`delete from api_key where name = 'late'`)
  })

  test.each(roles)('refuses and admits a person as the table of permissions says: %s', async (role) => {
    for (const route of routes) {
      if (route.asks === 'nothing') continue
      const where = `${name(route)} as ${role}`
      // Nothing is there by this id, and nothing is meant by this body: who may hears of that, who may not hears only so.
      const answer = await ask(
        route,
        { person: people[role] },
        { id: absent, body: route.method === 'GET' ? undefined : { nonsense: true } },
      )
      if (!may(role, route.asks)) expectProblem(answer, 'forbidden', where)
      else expect([401, 403, 500], `${where}: ${JSON.stringify(answer.body)}`).not.toContain(answer.status)
    }
  })

  test.each(scopes)('refuses and admits a key as role and scopes say together: %s', async (scope) => {
    for (const role of roles) {
      const key = await makeApiKey(world.ctx, world.workspaceId, { name: `${role} ${scope}`, role, scopes: [scope] })
      for (const route of routes) {
        if (route.asks === 'nothing') continue
        const where = `${name(route)} as a ${role}'s key that may ${scope}`
        const answer = await ask(route, { key }, { id: absent, body: route.method === 'GET' ? undefined : { nonsense: true } })
        if (!may(role, route.asks) || scopeOf[route.asks] === null) expectProblem(answer, 'forbidden', where)
        else if (scopeOf[route.asks] === scope)
          expect([401, 403, 500], `${where}: ${JSON.stringify(answer.body)}`).not.toContain(answer.status)
        else {
          expectProblem(answer, 'scope_missing', where)
          expect(answer.body, where).toMatchObject({
            scope: scopeOf[route.asks],
            detail: expect.stringContaining(`“${scopeOf[route.asks]}”`),
          })
        }
      }
    }
    await world.ctx.db.systemPool.query(`delete from api_key where name like $1`, [`% ${scope}`])
  })

  test('that changes something refuses a client, whatever is sent', async () => {
    for (const route of mutations())
      for (const body of [bodies[name(route)], { nonsense: true }, undefined])
        expectProblem(await ask(route, { key: keys.client }, { body }), 'forbidden', name(route))
  })

  test('answers that there is nothing by an absent id, and by one of another workspace', async () => {
    for (const route of withId()) {
      expectProblem(await ask(route, { person: people.owner }, { id: absent }), 'not_found', name(route))
      expectProblem(await ask(route, { person: stranger }), 'not_found', `${name(route)} from another workspace`)
      for (const role of roles)
        expect([403, 404], `${name(route)} as a ${role}'s key`).toContain((await ask(route, { key: keys[role] }, { id: absent })).status)
    }
  })

  test('refuses to act in a workspace that is not one’s own, by name', async () => {
    for (const route of routes) {
      expectProblem(await ask(route, { person: people.owner, workspace: other.id }), 'workspace_not_yours', name(route))
      expectProblem(await ask(route, { person: stranger, workspace: world.workspaceId }), 'workspace_not_yours', name(route))
    }
  })

  test('that was refused changed nothing', async () => {
    expect(await everything()).toEqual(before)
    expect((await world.request('GET', '/api/v1/conversations?state=all', { key: other.key })).body.items).toEqual([])
  })

  test('names what is wrong with an id, a query or a body', async () => {
    for (const route of withId()) {
      const answer = await ask(route, { person: people.owner }, { id: 'not-a-uuid' })
      expectProblem(answer, 'bad_request', name(route))
      expect(answer.body.invalidParams[0].name, name(route)).toBe('id')
    }
    const wrong: [string, string, unknown, string][] = [
      ['GET', '/api/v1/conversations?state=lost', undefined, 'state'],
      ['GET', '/api/v1/conversations?limit=101', undefined, 'limit'],
      ['GET', '/api/v1/conversations?cursor=made-up', undefined, 'cursor'],
      ['GET', '/api/v1/deliveries?limit=0', undefined, 'limit'],
      ['GET', '/api/v1/search?q=a', undefined, 'q'],
      ['GET', '/api/v1/search?q=bag&limit=51', undefined, 'limit'],
      ['GET', '/api/v1/export/conversations.csv?from=2026', undefined, 'from'],
      ['GET', '/api/v1/changes', undefined, 'since'],
      ['GET', '/api/v1/changes?since=-1', undefined, 'since'],
      ['PUT', `/api/v1/conversations/${ids.conversations}/closure`, { reason: 'bored' }, 'reason'],
      [
        'PUT',
        '/api/v1/targets',
        { hours: { week: [{ day: 1, from: '17:00', to: '09:00' }], holidays: [] }, revision: 'x' },
        'hours.week.0',
      ],
      ['PUT', '/api/v1/targets', { target: { seconds: 1, clock: 'calendar' }, revision: 'x' }, 'target.seconds'],
      [
        'PUT',
        '/api/v1/reasons',
        { items: [{ id: null, name: ' ', class: 'declined', needs: null, retired: false }], revision: 'x' },
        'items.0.name',
      ],
      ['PUT', `/api/v1/conversations/${ids.conversations}/closure`, { reason: 'other', note: 'x'.repeat(2_001) }, 'note'],
      ['PUT', `/api/v1/conversations/${ids.conversations}/snooze`, { until: 'tomorrow' }, 'until'],
      ['PUT', `/api/v1/conversations/${ids.conversations}/snooze`, { until: '2001-01-01T00:00:00.000Z' }, 'until'],
      ['PUT', `/api/v1/conversations/${ids.conversations}/assignment`, { assigneeId: 'Sam' }, 'assigneeId'],
      ['POST', `/api/v1/conversations/${ids.conversations}/replies`, { text: 7 }, 'text'],
      ['POST', '/api/v1/platform-apps', { platform: 'facebook', settings: { appId: '1', appSecret: ' ' } }, 'settings.appSecret'],
      ['POST', '/api/v1/channels', { platform: 'myspace', settings: {} }, 'platform'],
      ['POST', '/api/v1/posts', { platform: 'facebook' }, 'externalId'],
      ['POST', '/api/v1/posts', { externalId: '1_2' }, 'channelId'],
      ['POST', '/api/v1/posts', { platform: 'facebook', url: 'ftp://a.example' }, 'url'],
      ['POST', '/api/v1/channels', { platform: 'facebook', settings: {}, appId: '7' }, 'appId'],
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
