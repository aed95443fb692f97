import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sql } from 'drizzle-orm'
import type { ConversationRow } from '@answerback/core/api'
import { speak } from '@answerback/sandbox/world/speak'
import { connect } from '../db/connection.ts'
import { rowOf, someoneAsks, theyWriteAgain } from '../../test/people.ts'
import { connectAll, openWorld, type World } from '../../test/world.ts'

let world: World
let channels: Awaited<ReturnType<typeof connectAll>>
beforeAll(async () => {
  world = await openWorld()
  channels = await connectAll(world)
})
afterAll(() => world.close())

const put = (row: ConversationRow, noun: string, body?: unknown) =>
  world.request('PUT', `/api/v1/conversations/${row.id}/${noun}`, { body })
const undo = (row: ConversationRow, noun: string) => world.request('DELETE', `/api/v1/conversations/${row.id}/${noun}`)
const list = async (query: string) =>
  (await world.request('GET', `/api/v1/conversations?${query}`)).body as { items: ConversationRow[]; nextCursor: string | null }
const ids = async (query: string) => (await list(query)).items.map((row) => row.id)

describe('a list', () => {
  test('is read page by page to its end, each row once, while others move', async () => {
    const rows: ConversationRow[] = []
    for (let count = 0; count < 9; count += 1) rows.push(await someoneAsks(world, 'facebook'))
    for (const [sort, state] of [
      ['waiting', 'waiting'],
      ['newest', 'all'],
    ]) {
      const seen: string[] = []
      let cursor: string | null = null
      let moved = 0
      do {
        const page = await list(`state=${state}&sort=${sort}&limit=2${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`)
        expect(page.items.length).toBeLessThanOrEqual(2)
        seen.push(...page.items.map((row) => row.id))
        cursor = page.nextCursor
        // Somebody new comes, which is behind the cursor of one order and before that of the other.
        if ((moved += 1) <= 3) await someoneAsks(world, 'facebook', `While reading by ${sort}`)
      } while (cursor !== null)
      expect(new Set(seen).size, sort).toBe(seen.length)
      for (const row of rows) expect(seen, sort).toContain(row.id)
    }
    const waits = (await list('limit=100')).items.map((row) => row.waitingSince!)
    expect(waits).toEqual(waits.toSorted())
    const newest = (await list('state=all&sort=newest&limit=100')).items.map((row) => row.lastActivityAt)
    expect(newest).toEqual(newest.toSorted().toReversed())
  })

  test('holds exactly those its filters name', async () => {
    const [fb, bsky, masto] = [
      await someoneAsks(world, 'facebook'),
      await someoneAsks(world, 'bluesky'),
      await someoneAsks(world, 'mastodon'),
    ]
    await put(bsky, 'assignment', { assigneeId: world.staff.sam })
    await put(masto, 'like')
    const all = await ids('limit=100')
    const without = (...rows: ConversationRow[]) => all.filter((id) => !rows.some((row) => row.id === id))
    expect(await ids('platform=bluesky')).toEqual([bsky.id])
    expect(await ids(`channelId=${channels.mastodon}`)).toEqual([masto.id])
    expect(await ids(`assignee=${world.staff.sam}`)).toEqual([bsky.id])
    expect(await ids('assignee=none&limit=100')).toEqual(without(bsky))
    expect(await ids('liked=true')).toEqual([masto.id])
    expect(await ids('assignee=none&platform=facebook&limit=100')).toEqual(without(bsky, masto))
    expect(await ids(`assignee=${world.staff.theo}`)).toEqual([])
    expect(await ids('failed=true&state=all')).toEqual([])

    // The target is two hours: the last quarter begins after ninety minutes.
    expect(await ids('due=soon')).toEqual([])
    world.pass(91 * 60_000)
    expect(await ids('due=soon&limit=100')).toEqual(expect.arrayContaining([fb.id, bsky.id, masto.id]))
    expect(await ids('due=late')).toEqual([])
    world.pass(40 * 60_000)
    expect(await ids('due=late&limit=100')).toEqual(expect.arrayContaining([fb.id, bsky.id, masto.id]))
    expect(await ids('due=soon')).toEqual([])
    const { body } = await world.request('GET', '/api/v1/queue')
    expect(body.late).toBe(body.waiting)
  })

  test('costs four statements a page at most, whatever is in it', async () => {
    const said: string[] = []
    class Listening extends pg.Client {
      override query(...args: unknown[]): never {
        said.push(typeof args[0] === 'string' ? args[0] : ((args[0] as { text?: string }).text ?? ''))
        return (super.query as (...all: unknown[]) => never).apply(this, args)
      }
    }
    const db = world.ctx.db
    world.ctx.db = {
      ...connect({ ...world.database.app, Client: Listening } as pg.PoolConfig, world.database.system, () => {}),
      system: db.system,
    }
    try {
      for (const query of ['limit=100', 'state=all&sort=newest&limit=50', 'platform=facebook&assignee=none&limit=5']) {
        said.length = 0
        const { items } = await list(query)
        expect(items.length).toBeGreaterThan(2)
        expect(said.length, said.join('\n')).toBeLessThanOrEqual(4)
      }
    } finally {
      await world.ctx.db.close()
      world.ctx.db = db
    }
  })
})

describe('snoozing', () => {
  const inAnHour = () => new Date(world.ctx.now().getTime() + 3_600_000).toISOString()

  test('takes a row out of the waiting list, stops no clock, and brings it back at its time', async () => {
    const row = await someoneAsks(world)
    const until = inAnHour()
    expect((await put(row, 'snooze', { until })).status).toBe(204)
    const asleep = await rowOf(world, row.id)
    expect([asleep.state, asleep.waitingSince, asleep.dueAt, asleep.snoozedUntil]).toEqual(['snoozed', row.waitingSince, row.dueAt, until])
    expect(await ids('limit=100')).not.toContain(row.id)
    expect(await ids('state=snoozed')).toEqual([row.id])
    // Still in every number of who waits, of which one is snoozed; and each number opens to its rows.
    const all = await ids('state=unanswered&limit=100')
    expect(all).toContain(row.id)
    const { body: counts } = await world.request('GET', '/api/v1/counts')
    expect([counts.waiting, counts.snoozed, counts.snoozedOf.unassigned]).toEqual([all.length, 1, 1])
    const { body: queue } = await world.request('GET', '/api/v1/queue')
    expect(queue.late).toBe((await ids('state=unanswered&due=late&limit=100')).length)
    expect([queue.oldestWaitingSince, queue.oldestDueAt]).toEqual([counts.oldestWaitingSince, (await rowOf(world, all[0]!)).dueAt])

    world.pass(3_600_000 - 1_000)
    await world.drain()
    expect((await rowOf(world, row.id)).state).toBe('snoozed')
    world.pass(1_000)
    await world.drain()
    expect([(await rowOf(world, row.id)).state, (await rowOf(world, row.id)).waitingSince]).toEqual(['waiting', row.waitingSince])
  })

  test('ends when it is undone, and when they write again', async () => {
    const row = await someoneAsks(world)
    await put(row, 'snooze', { until: inAnHour() })
    expect((await undo(row, 'snooze')).status).toBe(204)
    expect((await rowOf(world, row.id)).state).toBe('waiting')

    await put(row, 'snooze', { until: inAnHour() })
    world.pass(60_000)
    await theyWriteAgain(world, row, 'Hello? Anybody?')
    const awake = await rowOf(world, row.id)
    expect([awake.state, awake.snoozedUntil, awake.waitingSince]).toEqual(['waiting', null, row.waitingSince])
    // What was said before does not wake it again.
    await put(row, 'snooze', { until: inAnHour() })
    await world.drain({ polls: true })
    expect((await rowOf(world, row.id)).state).toBe('snoozed')
  })
})

describe('closing', () => {
  test('needs a reason, ends the wait without an answer, and reopening gives the original start back', async () => {
    const row = await someoneAsks(world)
    world.pass(600_000)
    for (const [body, code] of [
      [{ reason: 'answered_elsewhere' }, 'reason_needs_more'],
      [{ reason: 'answered_elsewhere', note: 'javascript:alert(1)' }, 'reason_needs_more'],
      [{ reason: 'other', note: ' \u0000 ' }, 'reason_needs_more'],
      [{}, 'bad_request'],
    ] as const) {
      const refused = await put(row, 'closure', body)
      expect(refused.body.code).toBe(code)
    }
    expect((await put(row, 'closure', { reason: 'other', note: 'said \u0000 in the shop' })).status).toBe(204)
    const closed = await rowOf(world, row.id)
    expect([closed.state, closed.waitingSince, closed.ended?.reason]).toEqual(['closed', null, 'other'])
    expect(closed.ended?.byId).toMatch(/^[0-9a-f-]{36}$/)
    expect((await put(row, 'closure', { reason: 'thanks' })).body.code).toBe('not_possible_there')

    world.pass(600_000)
    expect((await undo(row, 'closure')).status).toBe(204)
    const again = await rowOf(world, row.id)
    expect([again.state, again.waitingSince, again.dueAt]).toEqual(['waiting', row.waitingSince, row.dueAt])
    expect((await undo(row, 'closure')).body.code).toBe('not_possible_there')
    const { rows } = await world.ctx.db.inWorkspace(world.workspaceId, (tx) =>
      tx.execute<{ what: string }>(sql`select what from audit where about->>'conversationId' = ${row.id} order by created_at, id`),
    )
    expect(rows.map((each) => each.what)).toEqual(['closed', 'reopened'])
  })

  test('one of two people leaves the other waiting', async () => {
    const row = await someoneAsks(world)
    const first = world.sandbox.world.items.facebook.get(row.lastMessage.externalId)!
    world.pass(1_000)
    speak(world.sandbox.world, { platform: 'facebook', author: { name: 'Somebody Else' }, text: 'Me too', parentId: first.id })
    await world.drain({ polls: true })
    const both = await world.request('GET', `/api/v1/conversations/${row.id}`)
    expect(both.body.openTurns).toBe(2)
    const theirs = both.body.messages.find((each: { text: string }) => each.text === 'Me too').id
    expect((await put(row, 'closure', { reason: 'between_people', messageId: theirs })).status).toBe(204)
    const left = await rowOf(world, row.id)
    expect([left.state, left.openTurns, left.waitingSince]).toEqual(['waiting', 1, row.waitingSince])
  })
})

describe('liking and assigning', () => {
  test.each(['facebook', 'bluesky', 'mastodon'] as const)('a like on %s is seen there, and they wait as before', async (platform) => {
    const row = await someoneAsks(world, platform)
    const there = () => world.sandbox.world.items[platform].get(row.lastMessage.externalId)!.likes.size
    for (let twice = 0; twice < 2; twice += 1) expect((await put(row, 'like')).status).toBe(204)
    expect(there()).toBe(1)
    const liked = await rowOf(world, row.id)
    expect([liked.state, liked.acknowledged, liked.waitingSince, liked.dueAt]).toEqual(['waiting', true, row.waitingSince, row.dueAt])
    expect((await undo(row, 'like')).status).toBe(204)
    expect([(await rowOf(world, row.id)).acknowledged, there()]).toEqual([false, 0])
  })

  test('that the platform does not take is not kept, and says so', async () => {
    const row = await someoneAsks(world, 'facebook')
    world.sandbox.faults.add({ platform: 'facebook', match: { method: 'POST', path: '/likes', times: 1 }, fault: { kind: 'server_error' } })
    const refused = await put(row, 'like')
    expect([refused.status, refused.body.code]).toEqual([503, 'unavailable'])
    expect((await rowOf(world, row.id)).acknowledged).toBe(false)
  })

  test('moves no clock; nobody of another house can be given anything', async () => {
    const row = await someoneAsks(world)
    expect((await put(row, 'assignment', { assigneeId: world.staff.theo })).status).toBe(204)
    const given = await rowOf(world, row.id)
    expect([given.assigneeId, given.state, given.waitingSince, given.dueAt]).toEqual([
      world.staff.theo,
      'waiting',
      row.waitingSince,
      row.dueAt,
    ])
    const stranger = await put(row, 'assignment', { assigneeId: '01900000-0000-7000-8000-000000000000' })
    expect([stranger.status, stranger.body.code]).toEqual([404, 'not_found'])
    expect((await undo(row, 'assignment')).status).toBe(204)
    expect((await rowOf(world, row.id)).assigneeId).toBeNull()
  })
})
