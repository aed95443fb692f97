import { afterAll, beforeAll, expect, test } from 'vitest'
import { sql } from 'drizzle-orm'
import type { Platform, ReplySent } from '@answerback/platforms/platform'
import { someoneAsks } from '../../test/people.ts'
import { connectAll, openWorld, type World } from '../../test/world.ts'

let world: World
let edits: string[] = []

/** Every platform as it is, but able to edit; the time it gives an edited reply is that of the change. */
function editable(platform: Platform): Platform {
  let last: ReplySent
  return {
    ...platform,
    can: { ...platform.can, editReply: true },
    reply: async (io, input) => (last = await platform.reply(io, input)),
    editReply: async (io, { externalId, text }) => {
      edits.push(text)
      const facts = last.facts.map((fact) =>
        fact.fact === 'message'
          ? { ...fact, text, version: `edit ${edits.length}`, platformAt: io.now().toISOString(), editedAt: io.now().toISOString() }
          : fact,
      )
      return { ...last, externalId, facts }
    },
  }
}

beforeAll(async () => {
  world = await openWorld()
  await connectAll(world)
  world.ctx.platforms = world.ctx.platforms.map(editable)
})
afterAll(() => world.close())

let serial = 0
async function answered(text: string) {
  const row = await someoneAsks(world)
  const sent = await world.request('POST', `/api/v1/conversations/${row.id}/replies`, {
    body: { text },
    idempotencyKey: `edit ${(serial += 1)}`,
  })
  await world.settle(5_000)
  return { row, replyId: sent.body.id as string }
}
const edit = (id: string, text: string, key?: string) =>
  world.request('PATCH', `/api/v1/replies/${id}`, { body: { text }, ...(key && { key }) })
const turnsOf = async (id: string) => (await world.request('GET', `/api/v1/conversations/${id}`)).body

test('other words go out, the answer stays the one it was, and the audit keeps both', async () => {
  const { row, replyId } = await answered('From Monday.')
  const before = await turnsOf(row.id)
  world.pass(3_600_000)
  expect((await edit(replyId, 'From Tuesday.')).status).toBe(204)
  const after = await turnsOf(row.id)
  expect(after.messages.at(-1)).toMatchObject({ direction: 'out', text: 'From Tuesday.', platformAt: before.messages.at(-1).platformAt })
  expect(after.turns).toEqual(before.turns)
  expect(after.state).toBe('answered')
  const { rows } = await world.ctx.db.inWorkspace(world.workspaceId, (tx) =>
    tx.execute<{ about: object }>(sql`select about from audit where what = 'reply.edited'`),
  )
  expect(rows).toEqual([
    { about: expect.objectContaining({ replyId, from: expect.stringContaining('From Monday.'), to: 'From Tuesday.' }) },
  ])
})

test('only what was sent can be changed, by whoever may answer, within the limit', async () => {
  const { replyId } = await answered('Once more.')
  edits = []
  expect((await edit(replyId, '  ')).body.code).toBe('reply_empty')
  expect((await edit(replyId, 'x'.repeat(20_000))).status).toBeGreaterThanOrEqual(400)
  expect((await edit(replyId, 'no', world.keys.client)).status).toBe(403)
  expect((await edit('01994e1c-0000-7000-8000-000000000001', 'no')).status).toBe(404)
  const row = await someoneAsks(world)
  const held = await world.request('POST', `/api/v1/conversations/${row.id}/replies`, {
    body: { text: 'Wait', undoSeconds: 30 },
    idempotencyKey: 'held',
  })
  expect((await edit(held.body.id as string, 'no')).body.code).toBe('too_late')
  expect(edits).toEqual([])
})

test('where the account may not, or the platform wants more words, it says so', async () => {
  const { row, replyId } = await answered('A last one.')
  const among = world.ctx.platforms
  await world.ctx.db.system.execute(sql`update channel set settings = settings || '{"cannot":"like editReply"}'`)
  expect((await edit(replyId, 'no')).body.code).toBe('not_possible_there')
  world.ctx.platforms = among.map((platform) => ({ ...platform, can: { ...platform.can, reply: false } }))
  const answer = (text: string, key: string) =>
    world.request('POST', `/api/v1/conversations/${row.id}/replies`, { body: { text }, idempotencyKey: key })
  expect((await answer('again', 'read only')).body.code).toBe('not_possible_there')
  const replyLimit = { max: 32_000, min: 20, unit: 'utf16' as const }
  world.ctx.platforms = among.map((platform) => ({ ...platform, can: { ...platform.can, replyLimit } }))
  await world.ctx.db.system.execute(sql`update channel set reply_limit = null`)
  expect((await answer('too short', 'short')).body).toMatchObject({ code: 'reply_too_short', detail: expect.stringContaining('11 more') })
  world.ctx.platforms = among
})
