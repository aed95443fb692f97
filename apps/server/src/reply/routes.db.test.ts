import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sql } from 'drizzle-orm'
import type { ConversationRow } from '@answerback/core/api'
import type { RuleInput } from '@answerback/sandbox/faults/fault'
import { makeApiKey } from '../access/workspaces.ts'
import { rowOf, someoneAsks } from '../../test/people.ts'
import { connectAll, openWorld, type World } from '../../test/world.ts'
import { continueReply } from './deliver.ts'

let world: World
let colleague: string
beforeAll(async () => {
  world = await openWorld()
  await connectAll(world)
  colleague = await makeApiKey(world.ctx, world.workspaceId, { name: 'Theo', role: 'lead' })
})
afterAll(() => world.close())

let serial = 0
const aKey = () => `key ${(serial += 1)}`

function send(row: ConversationRow, body: object, options: { key?: string; idempotencyKey?: string } = {}) {
  return world.request('POST', `/api/v1/conversations/${row.id}/replies`, { body, idempotencyKey: aKey(), ...options })
}

async function state(id: string): Promise<string> {
  return (await world.request('GET', `/api/v1/replies/${id}`)).body.state
}

async function repliesIn(row: ConversationRow): Promise<number> {
  const { rows } = await world.ctx.db.inWorkspace(world.workspaceId, (tx) =>
    tx.execute<{ count: number }>(sql`select count(*)::int as count from reply where conversation_id = ${row.id}`),
  )
  return rows[0]!.count
}

/** What stands on the platform with these words. */
const onPlatform = (text: string) =>
  world.sandbox.world.journal.ledger.filter((entry) => !entry.repeated && entry.text?.includes(text)).length

describe('an Idempotency-Key', () => {
  test('gives the first answer again, once sent, and refuses another request', async () => {
    const row = await someoneAsks(world)
    const body = { text: 'Yes, once.', undoSeconds: 0 }
    const first = await send(row, body, { idempotencyKey: 'same' })
    expect([first.status, first.body.state]).toEqual([202, 'queued'])
    await world.settle(5_000)
    expect(await send(row, body, { idempotencyKey: 'same' })).toEqual(first)
    expect(await repliesIn(row)).toBe(1)
    await world.settle(5_000)
    expect(onPlatform('Yes, once.')).toBe(1)
    for (const other of [
      await send(row, { ...body, text: 'Yes, twice.' }, { idempotencyKey: 'same' }),
      await send(await someoneAsks(world), body, { idempotencyKey: 'same' }),
      await send(row, body, { idempotencyKey: 'same', key: colleague }),
    ])
      expect([other.status, other.body.code]).toEqual([422, 'idempotency_mismatch'])
    expect(await repliesIn(row)).toBe(1)
  })

  test('in a race of 32 makes one reply, and everybody hears the same', async () => {
    const row = await someoneAsks(world)
    const answers = await Promise.all(
      Array.from({ length: 32 }, () => send(row, { text: 'Only one.', undoSeconds: 0 }, { idempotencyKey: 'race' })),
    )
    expect(new Set(answers.map((each) => JSON.stringify(each)))).toEqual(new Set([JSON.stringify(answers[0])]))
    expect(answers[0]!.status).toBe(202)
    expect(await repliesIn(row)).toBe(1)
    await world.settle(10_000)
    expect(onPlatform('Only one.')).toBe(1)
  })

  test('is asked for, and has to be one value of a sensible length', async () => {
    const row = await someoneAsks(world)
    for (const idempotencyKey of [undefined, 'k'.repeat(201)]) {
      const { status, body } = await send(row, { text: 'No key.' }, { idempotencyKey })
      expect([status, body.code, body.invalidParams[0].name]).toEqual([400, 'bad_request', 'Idempotency-Key'])
    }
    expect(await repliesIn(row)).toBe(0)
  })

  test('of a request that was refused is free for the next', async () => {
    const row = await someoneAsks(world)
    expect((await send(row, { text: ' ' }, { idempotencyKey: 'free' })).status).toBe(422)
    expect((await send(row, { text: 'Now with words.' }, { idempotencyKey: 'free' })).status).toBe(202)
  })
})

describe('taking a reply back', () => {
  const takeBack = (id: string) => world.request('DELETE', `/api/v1/replies/${id}`)

  test('within its window leaves nothing on the platform, and the person waits as before', async () => {
    const row = await someoneAsks(world)
    const { body } = await send(row, { text: 'Said too soon.', undoSeconds: 10 })
    expect([body.state, (await rowOf(world, row.id)).reply?.state]).toEqual(['held', 'held'])
    world.pass(9_000)
    await world.drain()
    expect(onPlatform('Said too soon.')).toBe(0)
    expect((await takeBack(body.id)).status).toBe(204)
    expect((await takeBack(body.id)).status).toBe(204)
    await world.settle(30_000)
    expect([await state(body.id), onPlatform('Said too soon.')]).toEqual(['cancelled', 0])
    const after = await rowOf(world, row.id)
    expect([after.state, after.waitingSince, after.reply]).toEqual(['waiting', row.waitingSince, null])
  })

  test('after it is too late, and it stays sent', async () => {
    const row = await someoneAsks(world)
    const { body } = await send(row, { text: 'Gone already.', undoSeconds: 2 })
    world.pass(2_000)
    await world.drain()
    const late = await takeBack(body.id)
    expect([late.status, late.body.code]).toEqual([409, 'too_late'])
    expect([await state(body.id), onPlatform('Gone already.')]).toEqual(['sent', 1])
    expect((await rowOf(world, row.id)).state).toBe('answered')
  })

  const refuseOnce = (fault: RuleInput['fault']) =>
    world.sandbox.faults.add({ platform: 'facebook', match: { method: 'POST', path: '/comments', times: 1 }, fault })

  test('is possible again while it waits after tries that surely did not arrive, and then it never does', async () => {
    const row = await someoneAsks(world)
    refuseOnce({ kind: 'rate_limited' })
    const { body } = await send(row, { text: 'Said into the void.', undoSeconds: 0 })
    await world.drain()
    expect(await state(body.id)).toBe('queued')
    expect((await takeBack(body.id)).status).toBe(204)
    world.pass(400_000)
    await world.settle(20_000)
    expect([await state(body.id), onPlatform('Said into the void.')]).toEqual(['cancelled', 0])
    expect(await rowOf(world, row.id)).toMatchObject({ state: 'waiting', waitingSince: row.waitingSince, reply: null })
  })

  test('at the moment when it is tried again either succeeds or is too late, never both', async () => {
    for (let round = 0; round < 4; round += 1) {
      const text = `Now or never ${round}.`
      refuseOnce({ kind: 'rate_limited' })
      const { body } = await send(await someoneAsks(world), { text, undoSeconds: 0 })
      await world.drain()
      expect(await state(body.id)).toBe('queued')
      world.pass(400_000)
      const tried = round % 2 ? world.drain() : continueReply(world.ctx, { workspaceId: world.workspaceId, replyId: body.id })
      const [{ status }] = await Promise.all([takeBack(body.id), tried])
      await world.settle(20_000)
      expect([status, await state(body.id), onPlatform(text)]).toEqual(status === 204 ? [204, 'cancelled', 0] : [409, 'sent', 1])
    }
  })

  test('is not while an earlier try may have arrived', async () => {
    const row = await someoneAsks(world)
    refuseOnce({ kind: 'server_error' })
    const { body } = await send(row, { text: 'Perhaps.', undoSeconds: 0 })
    await world.settle(60_000)
    expect(await state(body.id)).toBe('needs_check')
    refuseOnce({ kind: 'rate_limited' })
    expect((await world.request('POST', `/api/v1/replies/${body.id}/attempts`, { idempotencyKey: aKey() })).status).toBe(202)
    await world.drain()
    expect(await state(body.id)).toBe('queued')
    expect(await takeBack(body.id)).toMatchObject({
      status: 409,
      body: { code: 'too_late', detail: 'An earlier try of it may have arrived.' },
    })
    world.pass(400_000)
    await world.settle(20_000)
    expect([await state(body.id), onPlatform('Perhaps.')]).toEqual(['sent', 1])
  })
})

describe('when somebody else answered first', () => {
  test('the writer is told what they wrote, also while it is only held, and may then insist', async () => {
    const row = await someoneAsks(world)
    expect((await send(row, { text: 'Mine comes first.', undoSeconds: 10 }, { key: colleague })).status).toBe(202)
    const body = { text: 'Mine too.', undoSeconds: 0, expectedLastOutboundId: null }
    const held = await send(row, body)
    expect([held.status, held.body.code, held.body.answer.text, held.body.answer.pending]).toEqual([
      409,
      'already_answered',
      'Mine comes first.',
      true,
    ])
    world.pass(10_000)
    await world.settle(5_000)
    const sent = await send(row, body)
    expect([sent.status, sent.body.answer.text, sent.body.answer.pending]).toEqual([409, 'Mine comes first.', false])
    expect(sent.body.detail).toContain('Mine comes first.')
    expect(onPlatform('Mine too.')).toBe(0)

    const shown = await world.request('GET', `/api/v1/conversations/${row.id}`)
    const seen = shown.body.messages.find((each: { direction: string }) => each.direction === 'out').id
    expect((await send(row, { ...body, expectedLastOutboundId: seen })).status).toBe(202)
  })

  test('of two who send at the same moment one is refused', async () => {
    const row = await someoneAsks(world)
    const body = (text: string) => ({ text, undoSeconds: 0, expectedLastOutboundId: null })
    const answers = await Promise.all([send(row, body('From me.')), send(row, body('From me as well.'), { key: colleague })])
    expect(answers.map((each) => each.status).toSorted()).toEqual([202, 409])
    await world.settle(5_000)
    expect(onPlatform('From me')).toBe(1)
  })
})

describe('the text of a reply', () => {
  test.each(['', '   ', '\n\t', '\u0000', '\u00a0'])('%j is none', async (text) => {
    const { status, body } = await send(await someoneAsks(world), { text })
    expect([status, body.code, body.invalidParams]).toEqual([422, 'reply_empty', [{ name: 'text', reason: 'is empty' }]])
  })

  test('without half characters and U+0000 goes out, is kept, and its echo is known again', async () => {
    const row = await someoneAsks(world)
    const { status, body } = await send(row, { text: 'We \u0000do\ud83d ship 👩🏽‍🌾 مرحبا <b>', undoSeconds: 0 })
    expect(status).toBe(202)
    await world.settle(20_000)
    const shown = await world.request('GET', `/api/v1/conversations/${row.id}`)
    const out = shown.body.messages.filter((each: { direction: string }) => each.direction === 'out')
    expect(out.map((each: { text: string }) => each.text)).toEqual(['We do\ufffd ship 👩🏽‍🌾 مرحبا <b>'])
    expect(await state(body.id)).toBe('sent')
  })

  /** One unit of length, in the shape that other countings would get wrong. */
  const unit = { facebook: 'ж', bluesky: 'e\u0301', mastodon: 'e\u0301' } as const

  test.each(['facebook', 'bluesky', 'mastodon'] as const)(
    'of exactly the longest that %s takes goes out, and one unit more is refused',
    async (platform) => {
      const row = await someoneAsks(world, platform)
      const refused = await send(row, { text: unit[platform].repeat(9_000) })
      expect([refused.status, refused.body.code, refused.body.invalidParams[0].name]).toEqual([422, 'reply_too_long', 'text'])
      const fits = refused.body.max - (refused.body.length - 9_000)
      expect((await send(row, { text: unit[platform].repeat(fits + 1), undoSeconds: 0 })).status).toBe(422)
      const { body } = await send(row, { text: unit[platform].repeat(fits), undoSeconds: 0 })
      await world.settle(10_000)
      expect(await state(body.id)).toBe('sent')
    },
  )

  test('on Bluesky is bounded in bytes as well, and on Mastodon a link counts 23 however long', async () => {
    const family = '👩‍👩‍👧‍👦'
    const bytes = await send(await someoneAsks(world, 'bluesky'), { text: family.repeat(290) })
    expect([bytes.status, bytes.body.code]).toEqual([422, 'reply_too_long'])
    const link = `https://fieldnote.example/${'a'.repeat(900)}`
    const { body } = await send(await someoneAsks(world, 'mastodon'), { text: `See ${link}`, undoSeconds: 0 })
    await world.settle(10_000)
    expect(await state(body.id)).toBe('sent')
  })
})

describe('a reply that did not go out', { timeout: 90_000 }, () => {
  async function failing(fault: RuleInput['fault']): Promise<{ row: ConversationRow; id: string }> {
    const row = await someoneAsks(world)
    world.sandbox.faults.add({ platform: 'facebook', match: { method: 'POST', path: '/comments', times: 1 }, fault })
    const { body } = await send(row, { text: `Try ${(serial += 1)}.`, undoSeconds: 0 })
    await world.settle(60_000)
    return { row, id: body.id }
  }
  const refusedThere: RuleInput['fault'] = {
    kind: 'answer',
    status: 400,
    body: { error: { message: 'Comments with that content are not allowed', type: 'OAuthException', code: 100, fbtrace_id: 'x' } },
  }
  const again = (id: string, body?: object) => world.request('POST', `/api/v1/replies/${id}/attempts`, { body, idempotencyKey: aKey() })

  test('because the platform refused it says why, and goes out when it is changed and tried again', async () => {
    const { row, id } = await failing(refusedThere)
    const failed = await rowOf(world, row.id)
    expect([failed.state, failed.reply?.state, failed.waitingSince]).toEqual(['waiting', 'rejected', row.waitingSince])
    expect(failed.reply?.reason).toContain('not allowed')
    expect(
      (await world.request('GET', '/api/v1/conversations?failed=true&state=all')).body.items.map((each: { id: string }) => each.id),
    ).toEqual([row.id])

    expect((await again(id, { text: 'x'.repeat(8_001) })).body.code).toBe('reply_too_long')
    expect((await again(id, { text: 'Changed \u0000now.' })).body).toEqual({ id, state: 'queued' })
    await world.settle(10_000)
    expect([await state(id), onPlatform('Changed now.'), (await rowOf(world, row.id)).state]).toEqual(['sent', 1, 'answered'])
    const once = await again(id)
    expect([once.status, once.body.code]).toEqual([409, 'already_running'])
  })

  test('or may have, waits for a person, who tries again or lets it be', async () => {
    const one = await failing({ kind: 'server_error' })
    expect(await state(one.id)).toBe('needs_check')
    expect((await again(one.id)).status).toBe(202)
    await world.settle(10_000)
    expect(await state(one.id)).toBe('sent')

    const two = await failing({ kind: 'server_error' })
    expect((await world.request('DELETE', `/api/v1/replies/${two.id}`)).status).toBe(204)
    await world.settle(130_000)
    expect(await state(two.id)).toBe('cancelled')
    const row = await rowOf(world, two.row.id)
    expect([row.state, row.reply, row.waitingSince]).toEqual(['waiting', null, two.row.waitingSince])
  })
})
