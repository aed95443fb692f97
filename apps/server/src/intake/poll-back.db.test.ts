import { eq, sql } from 'drizzle-orm'
import { afterEach, expect, test } from 'vitest'
import { PlatformError } from '@answerback/platforms/error'
import type { Platform } from '@answerback/platforms/platform'
import { speak } from '@answerback/sandbox/world/speak'
import { openWorld, type World } from '../../test/world.ts'
import { schema as t } from '../db/schema.ts'

const dayMs = 86_400_000
let world: World
afterEach(() => world.close())

async function connect(backDays: number): Promise<string> {
  const { settings } = world.sandbox.platforms.find((each) => each.id === 'mastodon')!
  const { status, body } = await world.request('POST', '/api/v1/channels', {
    key: world.keys.owner,
    body: { platform: 'mastodon', settings, backDays },
    idempotencyKey: 'connect',
  })
  expect(status).toBe(201)
  return body.id
}

const pastOf = async (id: string) =>
  (await world.request('GET', '/api/v1/channels')).body.items.find((each: { id: string }) => each.id === id).health.past

/** Mastodon as it would be if its past came in three pieces; what each was asked, and `fails` the piece that does not come at first. */
function inPieces(platform: Platform, asked: unknown[], fails: number): Platform {
  let failed = false
  return {
    ...platform,
    async backfill(io, { cursor, backTo }) {
      const piece = (cursor as { piece: number } | null)?.piece ?? 0
      asked.push(piece)
      if (piece === fails && !failed) {
        failed = true
        throw new PlatformError('unavailable', 'Not now')
      }
      const reachedAt = new Date(io.now().getTime() - (piece + 1) * 5 * dayMs).toISOString()
      expect(Date.parse(backTo)).toBeLessThan(io.now().getTime())
      return { pages: [], cursor: { piece: piece + 1 }, waitMs: 0, done: piece === 2, reachedAt }
    },
  }
}

test('as many days as were asked for come as context before the connection: shown, and owed no answer', async () => {
  world = await openWorld()
  const say = (text: string) => speak(world.sandbox.world, { platform: 'mastodon', author: { name: 'Ana' }, text, mention: true })
  for (let n = 0; n < 90; n += 1) say(`Long ago, ${n}`)
  world.pass(25 * dayMs)
  speak(world.sandbox.world, { platform: 'mastodon', author: 'brand', text: 'A post' })
  say('Five days ago')
  world.pass(5 * dayMs)
  world.sandbox.faults.setQuirks({ shortPages: true })
  const id = await connect(10)
  world.pass(5_000)
  say('After the connection')
  await world.settle(60_000)
  const rows = await world.rows()
  expect(rows.map((row) => [row.state, row.lastMessage.text])).toEqual([['waiting', expect.stringContaining('After the connection')]])
  const held = await world.ctx.db.inWorkspace(world.workspaceId, (tx) =>
    tx.execute<{ id: string; text: string }>(sql`select conversation_id as id, text from message order by platform_at`),
  )
  // A page that begins within those days is taken whole; the next is not asked for.
  expect(held.rows.length).toBeLessThan(60)
  const before = held.rows.find((row) => row.text.includes('Five days ago'))
  const { body } = await world.request('GET', `/api/v1/conversations/${before!.id}`)
  expect(body).toMatchObject({ openTurns: 0, waitingSince: null, turns: [], messages: [{ beforeConnection: true }] })
  expect(await pastOf(id)).toBeNull()
})

test('the past comes in pieces after what is said now; a piece that fails, or a program that ends, goes on where it was', async () => {
  world = await openWorld()
  const asked: number[] = []
  world.ctx.platforms = world.ctx.platforms.map((each) => (each.id === 'mastodon' ? inPieces(each, asked, 1) : each))
  const id = await connect(15)
  expect(await pastOf(id)).toMatchObject({ reachedAt: null })
  await world.drain()
  expect(await pastOf(id)).toMatchObject({ reachedAt: new Date(world.ctx.now().getTime() - 5 * dayMs).toISOString() })
  // Whoever reads next is another process: all it has is the row.
  const [row] = await world.ctx.db.system.select().from(t.poll).where(eq(t.poll.channelId, id))
  expect(row).toMatchObject({ backCursor: { piece: 1 }, backDoneAt: null, failures: 0 })
  for (let n = 0; n < 4; n += 1) await world.drain({ polls: true })
  expect(asked).toEqual([0, 1, 1, 2])
  expect(await pastOf(id)).toBeNull()
  const { rows } = await world.ctx.db.system.execute(sql`select back_reached_at = back_to as all from poll where channel_id = ${id}::uuid`)
  expect(rows).toEqual([{ all: true }])
})
