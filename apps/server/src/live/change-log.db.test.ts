import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sql } from 'drizzle-orm'
import type { ChangeFrame, ConversationRow } from '@answerback/core/api'
import type { Fact, MessageFact } from '@answerback/core/facts'
import { addMember } from '../access/workspaces.ts'
import { assign, close, reopen, snooze } from '../inbox/actions.ts'
import { listConversations } from '../inbox/list.ts'
import { brokenIn, now, openTelling, type Place } from '../../test/telling.ts'
import { changing } from './change-log.ts'
import { countsOf } from './counts.ts'
import { changesSince } from './since.ts'

let world: Awaited<ReturnType<typeof openTelling>>
beforeAll(async () => {
  world = await openTelling()
})
afterAll(() => world.close())

function aMention(id: string, at: number): MessageFact {
  return {
    fact: 'message',
    externalId: id,
    kind: 'mention',
    ours: false,
    automated: false,
    author: { externalId: `by ${id}`, handle: null, name: null, avatarUrl: null, url: null },
    parentExternalId: null,
    postExternalId: null,
    mentionsUs: true,
    tagsExternalId: null,
    private: false,
    text: id,
    language: null,
    url: null,
    media: [],
    platformAt: new Date(at).toISOString(),
    authorAt: null,
    editedAt: null,
    version: 'a',
    ref: {},
  }
}

/** `count` people wait, one conversation each. */
async function waiting(place: Place, count: number, prefix = 'm', minutesAgo = 60): Promise<void> {
  const at = now.getTime() - minutesAgo * 60_000
  const facts = Array.from({ length: count }, (_, index) => aMention(`${prefix}${index}`, at))
  await place.ingest(await place.tell([{ kind: 'webhook', receivedAt: new Date(at), facts }]))
}

function list(place: Place): Promise<ConversationRow[]> {
  return world.ctx.db.inWorkspace(
    place.workspaceId,
    async (tx) => (await listConversations(tx, { state: 'all', limit: 100 } as never, { meId: place.channelId, now })).items,
  )
}

function seqsAfter(place: Place, since: number): Promise<number[]> {
  return world.ctx.db.inWorkspace(place.workspaceId, async (tx) =>
    (await tx.execute<{ seq: number }>(sql`select seq from change where seq > ${since} order by seq`)).rows.map((row) => row.seq),
  )
}

const since = (place: Place, seq: number) => world.ctx.db.inWorkspace(place.workspaceId, (tx) => changesSince(tx, seq))

describe('the change log', () => {
  test('under 16 writers shows its numbers in order and without a gap, and what was rolled back leaves none', async () => {
    const place = await world.place()
    await waiting(place, 16)
    const rows = await list(place)
    const [start] = (await seqsAfter(place, 0)).slice(-1)
    const frames: ChangeFrame[] = []
    world.ctx.publish = (workspaceId, frame) => void (workspaceId === place.workspaceId && frames.push(frame))

    let writing = true
    let committed = 0
    const write = async (writer: number) => {
      for (let round = 0; round < 12; round += 1) {
        const fails = (writer + round) % 4 === 0
        const done = changing(world.ctx, place.workspaceId, async (change) => {
          change.touch(rows[writer]!.id)
          if (round % 3 === 0) await change.tx.execute(sql`select pg_sleep(0.002)`)
          if (fails) throw new Error('thought better of it')
        })
        if (fails) await expect(done).rejects.toThrow('thought better')
        else await done.then(() => (committed += 1))
      }
    }
    const read = async () => {
      let at = start!
      let polls = 0
      while (writing) {
        const seen = await seqsAfter(place, at)
        expect(seen).toEqual(seen.map((_, index) => at + 1 + index))
        at = seen.at(-1) ?? at
        polls += 1
      }
      return polls
    }
    const reading = [read(), read()]
    await Promise.all(rows.map((_, writer) => write(writer))).finally(() => (writing = false))
    for (const polls of await Promise.all(reading)) expect(polls).toBeGreaterThan(5)
    world.ctx.publish = () => {}

    expect(committed).toBe(16 * 9)
    const all = await seqsAfter(place, start!)
    expect(all).toEqual(Array.from({ length: committed }, (_, index) => start! + 1 + index))
    expect(frames.map((frame) => frame.seq).toSorted((a, b) => a - b)).toEqual(all)
  })

  test('shows nothing of a transaction that is not committed, and makes the next one wait for it', async () => {
    const place = await world.place()
    await waiting(place, 2)
    const [one, two] = await list(place)
    const before = (await seqsAfter(place, 0)).length
    let letGo = () => {}
    const held = new Promise<void>((resolve) => (letGo = resolve))
    let inside = () => {}
    const began = new Promise<void>((resolve) => (inside = resolve))
    const order: string[] = []
    const first = changing(world.ctx, place.workspaceId, async (change) => {
      change.touch(one!.id)
      inside()
      await held
    }).then(() => order.push('first'))
    await began
    const second = changing(world.ctx, place.workspaceId, async (change) => change.touch(two!.id)).then(() => order.push('second'))
    expect(await seqsAfter(place, 0)).toHaveLength(before)
    letGo()
    await Promise.all([first, second])
    expect(order).toEqual(['first', 'second'])
    expect(await seqsAfter(place, 0)).toHaveLength(before + 2)
  })

  test('that touched nothing takes no number', async () => {
    const place = await world.place()
    await waiting(place, 1)
    const before = await seqsAfter(place, 0)
    await changing(world.ctx, place.workspaceId, async () => {})
    expect(await seqsAfter(place, 0)).toEqual(before)
  })

  test('says so when it no longer reaches back that far, or when asked about what has not happened', async () => {
    const place = await world.place()
    for (const name of ['a', 'b', 'c']) await waiting(place, 1, name)
    const [first, , last] = await seqsAfter(place, 0)
    expect((await since(place, first! - 1)).seq).toBe(last)
    const gone = { code: 'changes_gone', extra: { seq: last } }
    await expect(since(place, last! + 1)).rejects.toMatchObject(gone)
    await world.ctx.db.inWorkspace(place.workspaceId, (tx) => tx.execute(sql`delete from change where seq <= ${first}`))
    await expect(since(place, first! - 1)).rejects.toMatchObject(gone)
    expect((await since(place, first!)).seq).toBe(last)
    await world.ctx.db.inWorkspace(place.workspaceId, (tx) => tx.execute(sql`delete from change`))
    await expect(since(place, first!)).rejects.toMatchObject(gone)
    expect(await since(place, last!)).toMatchObject({ seq: last, rows: [], more: false })
  })
})

describe('whatever staff and people do', () => {
  type Step = { what: 'assign' | 'unassign' | 'snooze' | 'unsnooze' | 'close' | 'reopen' | 'write' | 'remove' | 'merge'; which: number }
  const step: fc.Arbitrary<Step> = fc.record({
    what: fc.constantFrom('assign', 'unassign', 'snooze', 'unsnooze', 'close', 'reopen', 'write', 'remove', 'merge'),
    which: fc.nat({ max: 5 }),
  })

  test('counters equal a recount, and a browser that asks for changes now and then holds what the server holds', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 5, maxLength: 20 }),
        fc.array(fc.boolean(), { minLength: 20, maxLength: 20 }),
        async (steps, asks) => {
          const place = await world.place()
          const sam = await addMember(world.ctx, place.workspaceId, {
            name: 'Sam',
            email: `sam-${place.workspaceId}@live.example`,
            role: 'manager',
          })
          await waiting(place, 4)
          const browser = new Map((await list(place)).map((row) => [row.id, row]))
          let at = (await seqsAfter(place, 0)).at(-1)!
          const ask = async () => {
            const changes = await since(place, at)
            for (const { id } of changes.gone) browser.delete(id)
            for (const row of changes.rows) browser.set(row.id, row)
            at = changes.seq
            return changes
          }
          for (const [index, each] of steps.entries()) {
            await run(place, sam, each, index)
            if (asks[index]) await ask()
          }
          const { counts, more } = await ask()
          expect(more).toBe(false)
          const held = await list(place)
          const shown = held.map((row) => browser.get(row.id))
          expect(shown).toEqual(held)
          expect((await brokenIn(world.ctx, place.workspaceId))['counters that are wrong']).toEqual([])
          const of = (state: string) => held.filter((row) => row.state === state)
          expect(counts).toEqual(await world.ctx.db.inWorkspace(place.workspaceId, countsOf))
          // Who is snoozed waits, too.
          const waits = [...of('waiting'), ...of('snoozed')]
          expect([counts.waiting, counts.snoozed]).toEqual([waits.length, of('snoozed').length])
          expect(counts.unassigned).toBe(waits.filter((row) => row.assigneeId === null).length)
          expect(counts.byAssignee[sam] ?? 0).toBe(waits.filter((row) => row.assigneeId === sam).length)
          expect(counts.snoozedOf.byAssignee[sam] ?? 0).toBe(of('snoozed').filter((row) => row.assigneeId === sam).length)
          const oldest = waits.map((row) => row.waitingSince!).toSorted()[0]
          expect(counts.oldestWaitingSince).toBe(oldest ?? null)
        },
      ),
      { numRuns: 12 },
    )
  })

  async function run(place: Place, sam: string, { what, which }: Step, index: number): Promise<void> {
    const rows = (await list(place)).toSorted((a, b) => (a.id < b.id ? -1 : 1))
    const row = rows[which % rows.length]!
    const at = now.getTime() - (40 - index) * 60_000
    const say = (fact: Fact) => place.tell([{ kind: 'webhook', receivedAt: new Date(at), facts: [fact] }]).then((ids) => place.ingest(ids))
    if (what === 'write') return waiting(place, 1, `new${index}-`, 40 - index)
    if (what === 'remove')
      return say({ fact: 'removal', externalId: row.lastMessage.externalId, by: 'author', platformAt: new Date(at).toISOString() })
    // A reply that came before its parent, whose thread then turns out to be another's.
    if (what === 'merge')
      return say({
        ...aMention(`low${index}`, at),
        kind: 'reply',
        parentExternalId: row.lastMessage.externalId.startsWith('m') ? `mid${which}` : 'm0',
      }).then(() => say({ ...aMention(`mid${which}`, at), kind: 'reply', parentExternalId: 'm1' }))
    const act = { byId: sam, conversationId: row.id }
    await changing(world.ctx, place.workspaceId, async (change) => {
      if (what === 'assign') await assign(world.ctx, change, act, sam)
      else if (what === 'unassign') await assign(world.ctx, change, act, null)
      else if (what === 'snooze' && row.waitingSince !== null) await snooze(world.ctx, change, act, new Date(now.getTime() + 3_600_000))
      else if (what === 'unsnooze') await snooze(world.ctx, change, act, null)
      else if (what === 'close' && row.waitingSince !== null) await close(world.ctx, change, act, { reason: 'thanks' })
      else if (what === 'reopen' && row.state === 'closed') await reopen(world.ctx, change, act)
    })
  }
})
