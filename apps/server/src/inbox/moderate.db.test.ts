import { afterAll, beforeAll, expect, test } from 'vitest'
import { PlatformError } from '@answerback/platforms/error'
import type { Platform } from '@answerback/platforms/platform'
import { someoneAsks } from '../../test/people.ts'
import { connectAll, openWorld, type World } from '../../test/world.ts'

let world: World
let calls: string[] = []
let refuse: PlatformError | null = null

/** Every platform as it is, but able to hide and to remove. */
function moderating(platform: Platform): Platform {
  const called = (what: string) => {
    if (refuse) throw refuse
    calls.push(what)
  }
  return {
    ...platform,
    can: { ...platform.can, hide: true, remove: 'any' },
    hide: async (_io, { hidden }) => called(hidden ? 'hide' : 'show'),
    remove: async () => called('remove'),
  }
}

beforeAll(async () => {
  world = await openWorld()
  await connectAll(world)
  world.ctx.platforms = world.ctx.platforms.map(moderating)
})
afterAll(() => world.close())

const read = async (id: string) => (await world.request('GET', `/api/v1/conversations/${id}`)).body
const put = (id: string, noun: 'hiding' | 'removal', body?: unknown, key?: string) =>
  world.request('PUT', `/api/v1/messages/${id}/${noun}`, { body, ...(key && { key }) })

async function asked() {
  calls = []
  refuse = null
  const row = await someoneAsks(world)
  return { row, messageId: row.waitingMessage!.id }
}

test('hidden for spam it is moderated and not owed, for anything else declined; shown again it waits from its original start', async () => {
  const { row, messageId } = await asked()
  world.pass(60_000)
  expect((await put(messageId, 'hiding', { reason: 'spam' })).status).toBe(204)
  expect(await read(row.id)).toMatchObject({
    state: 'moderated',
    waitingSince: null,
    turns: [{ state: 'moderated', closedClass: 'not_owed' }],
  })
  const { endAt } = (await read(row.id)).turns[0]
  world.pass(60_000)
  expect((await put(messageId, 'hiding', { reason: 'other', note: 'Names a customer' })).status).toBe(204)
  expect((await read(row.id)).turns[0]).toMatchObject({ closedClass: 'declined', endAt })

  expect((await world.request('DELETE', `/api/v1/messages/${messageId}/hiding`)).status).toBe(204)
  const shown = await read(row.id)
  expect(shown).toMatchObject({ state: 'waiting', waitingSince: row.waitingSince, messages: [{ state: 'visible' }] })
  expect(shown.events.map((each: { what: string; detail: string }) => [each.what, each.detail])).toEqual([
    ['hidden', 'spam'],
    ['hidden', 'Names a customer'],
    ['unhidden', null],
  ])
  expect(calls).toEqual(['hide', 'hide', 'show'])
  const { rows } = await world.ctx.db.inWorkspace(world.workspaceId, (tx) =>
    tx.execute<{ what: string; about: object }>(`select what, about from audit where about->>'messageId' = '${messageId}' order by id`),
  )
  expect(rows.map((each) => each.what)).toEqual(['hidden', 'hidden', 'unhidden'])
})

test('removed it stays moderated by us, whoever tells of it later, and removing again is done', async () => {
  const { row, messageId } = await asked()
  expect((await put(messageId, 'removal', { reason: 'spam' })).status).toBe(204)
  expect((await put(messageId, 'removal', { reason: 'spam' })).status).toBe(204)
  expect(calls).toEqual(['remove'])
  expect(await read(row.id)).toMatchObject({
    state: 'moderated',
    turns: [{ state: 'moderated', closedClass: 'not_owed' }],
    messages: [{ state: 'removed', removedBy: 'us' }],
  })
  expect((await put(messageId, 'hiding', { reason: 'spam' })).body.code).toBe('too_late')
})

test('a reason is asked for, and nothing changes here when the platform refuses or cannot be asked', async () => {
  const { row, messageId } = await asked()
  expect((await put(messageId, 'hiding', { reason: 'other' })).body.code).toBe('reason_needs_more')
  expect((await put(messageId, 'removal')).body.code).toBe('reason_needs_more')
  expect((await put(messageId, 'hiding', { reason: 'spam' }, world.keys.client)).status).toBe(403)
  refuse = new PlatformError('rejected', 'Not on this post')
  expect((await put(messageId, 'hiding', { reason: 'spam' })).body).toMatchObject({
    code: 'not_possible_there',
    detail: expect.stringContaining('Not on this post'),
  })
  refuse = new PlatformError('unavailable', 'No answer')
  expect((await put(messageId, 'removal', { reason: 'spam' })).body.code).toBe('unavailable')
  expect(await read(row.id)).toMatchObject({ state: 'waiting', messages: [{ state: 'visible' }], events: [] })
})

test('what we wrote is removed without a reason, and then nobody has answered', async () => {
  const { row } = await asked()
  await world.request('POST', `/api/v1/conversations/${row.id}/replies`, { body: { text: 'Yes.', undoSeconds: 0 }, idempotencyKey: row.id })
  await world.settle(5_000)
  const ours = (await read(row.id)).messages.at(-1)
  expect(ours).toMatchObject({ direction: 'out', replyId: expect.any(String) })
  expect((await put(ours.id, 'hiding', { reason: 'spam' })).body.code).toBe('not_possible_there')
  expect((await put(ours.id, 'removal')).status).toBe(204)
  expect(await read(row.id)).toMatchObject({ state: 'waiting', waitingSince: row.waitingSince })
})

test('where the account may not, or the platform removes only our own, it says so', async () => {
  const { messageId } = await asked()
  const among = world.ctx.platforms
  world.ctx.platforms = among.map((platform) => ({ ...platform, can: { ...platform.can, remove: 'own' } }))
  expect((await put(messageId, 'removal', { reason: 'spam' })).body.code).toBe('not_possible_there')
  await world.ctx.db.system.execute(`update channel set settings = settings || '{"cannot":"hide"}'`)
  expect((await put(messageId, 'hiding', { reason: 'spam' })).body.code).toBe('not_possible_there')
  const { body } = await world.request('GET', '/api/v1/channels')
  expect(body.items[0].can).toMatchObject({ hide: false, remove: 'own', reply: true })
  expect(calls).toEqual([])
  world.ctx.platforms = among
})
