import { afterAll, beforeAll, expect, test } from 'vitest'
import { someoneAsks } from '../../test/people.ts'
import { join, type Joined, type Visitor } from '../../test/visitor.ts'
import { connectAll, openWorld, type World } from '../../test/world.ts'

let world: World
let olga: Joined
let lea: Joined

beforeAll(async () => {
  world = await openWorld()
  await connectAll(world)
  olga = await join(world, 'Olga', 'owner')
  lea = await join(world, 'Lea', 'lead')
})
afterAll(() => world.close())

test('API keys are shown once, go no higher than their maker, expire and end', async () => {
  const make = (by: Visitor, body: object) => by.request('POST', '/api/v1/api-keys', { name: 'Report', role: 'manager', ...body })
  expect((await make(lea, { role: 'owner' })).status).toBe(403)
  const inAnHour = new Date(world.ctx.now().getTime() + 3_600_000).toISOString()
  const past = new Date(world.ctx.now().getTime() - 1_000).toISOString()
  expect((await make(lea, { expiresAt: past })).body.invalidParams[0].name).toBe('expiresAt')
  const short = (await make(lea, { expiresAt: inAnHour })).body
  const long = (await make(lea, {})).body
  const me = (key: string) => world.request('GET', '/api/v1/me', { key })
  expect([(await me(short.key)).status, (await me(long.key)).status]).toEqual([200, 200])
  const { items } = (await lea.request('GET', '/api/v1/api-keys')).body
  expect(items.slice(0, 2)).toMatchObject([
    { id: long.id, createdById: lea.id, expiresAt: null },
    { id: short.id, expiresAt: inAnHour, lastUsedAt: expect.any(String) },
  ])
  expect(JSON.stringify(items)).not.toContain(long.key)
  world.pass(3_600_000)
  expect([(await me(short.key)).status, (await me(long.key)).status]).toEqual([401, 200])
  expect((await me(short.key)).body.detail).toMatch(/^This API key ended on .* Make a new one in the settings, under API keys\.$/)
  expect((await lea.request('DELETE', `/api/v1/api-keys/${long.id}`)).status).toBe(204)
  expect((await me(long.key)).body).toMatchObject({ code: 'unauthorized', detail: expect.stringContaining('was revoked') })
  const owners = (await make(olga, { role: 'owner' })).body
  expect((await lea.request('DELETE', `/api/v1/api-keys/${owners.id}`)).status).toBe(403)
  const { rows } = await world.ctx.db.inWorkspace(world.workspaceId, (tx) =>
    tx.execute<{ what: string }>('select distinct what from audit'),
  )
  expect(rows.map((row) => row.what)).toEqual(expect.arrayContaining(['api_key.made', 'api_key.revoked']))
})

test('an API key is narrowed to scopes, and one that is narrowed makes none that is less so', async () => {
  const make = (body: object, key = world.keys.owner) =>
    world.request('POST', '/api/v1/api-keys', { body: { name: 'Bot', role: 'manager', ...body }, key })
  const { id, key } = (await make({ scopes: ['reply', 'read', 'reply'] })).body
  const { items } = (await olga.request('GET', '/api/v1/api-keys')).body
  expect(items.find((each: { id: string }) => each.id === id).scopes).toEqual(['read', 'reply'])
  expect((await world.request('GET', '/api/v1/me', { key })).body.permissions).not.toContain('conversation.close')
  const row = await someoneAsks(world)
  const refused = await world.request('PUT', `/api/v1/conversations/${row.id}/assignment`, { key })
  expect([refused.status, refused.body.code, refused.body.scope]).toEqual([403, 'scope_missing', 'act'])
  expect(refused.body.detail).toBe('This needs the scope “act”, and this key has only: read, reply. Make a key that has it.')
  for (const scopes of [[], ['everything']]) expect((await make({ scopes })).body.invalidParams[0].name).toMatch(/^scopes/)
  const keeper = (await make({ role: 'owner', scopes: ['settings'] })).body.key
  expect((await make({}, keeper)).body.code).toBe('forbidden')
  expect((await make({ scopes: ['read'] }, keeper)).body.code).toBe('forbidden')
  expect((await make({ scopes: ['settings'] }, keeper)).status).toBe(201)
  // Addresses are for who may manage staff: a key that may only read sees none.
  const reader = (await make({ role: 'owner', scopes: ['read'] })).body.key
  const emails = (await world.request('GET', '/api/v1/staff', { key: reader })).body.items.map((each: { email: null }) => each.email)
  expect(new Set(emails)).toEqual(new Set([null]))
})
