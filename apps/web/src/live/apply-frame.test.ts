import type { ChangeFrame, ConversationRow, Counts, ListQuery } from '@answerback/core/api'
import { belongsTo, compareRows, sortOf } from '@answerback/core/list-view'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { applyFrame, applyToList, type Held, type HeldList } from './apply-frame.ts'

const meId = '00000000-0000-7000-8000-0000000000aa'
const noon = Date.parse('2026-03-19T12:00:00.000Z')
const everyone: ListQuery = { state: 'waiting' }

describe('one frame', () => {
  test('an arrival takes its place by wait, and an answer leaves', () => {
    const held = holding([listOf(everyone, [row(1, { wait: 50 }), row(2, { wait: 20 })])])
    const arrived = applyFrame(held, frame(11, [row(3, { wait: 30, seq: 11 })]), meId, noon)
    expect(ids(arrived.held)).toEqual([[1, 3, 2]])
    const answered = applyFrame(arrived.held, frame(12, [row(1, { state: 'answered', seq: 12 })]), meId, noon)
    expect(ids(answered.held)).toEqual([[3, 2]])
  })

  test('the same frame again changes nothing at all', () => {
    const held = holding([listOf(everyone, [row(1, { wait: 50 })])])
    const once = applyFrame(held, frame(11, [row(2, { wait: 10, seq: 11 })]), meId, noon).held
    const twice = applyFrame(once, frame(11, [row(2, { wait: 10, seq: 11 })]), meId, noon)
    expect(twice).toEqual({ held: once, outcome: 'known' })
  })

  test('a gap is reported and nothing is guessed', () => {
    const held = holding([listOf(everyone, [row(1, { wait: 50 })])])
    expect(applyFrame(held, frame(13, [row(1, { state: 'answered', seq: 13 })]), meId, noon)).toEqual({ held, outcome: 'gap' })
  })

  test('a catch-up may span many changes', () => {
    const held = holding([listOf(everyone, [row(1, { wait: 50 })])])
    const { held: next, outcome } = applyFrame(held, frame(40, [row(1, { state: 'closed', seq: 31 })]), meId, noon, true)
    expect([outcome, next.seq, ids(next)]).toEqual(['applied', 40, [[]]])
  })

  test('an older version of a row never replaces a newer one, nor brings back one that left', () => {
    const left = applyFrame(
      holding([listOf(everyone, [row(1, { wait: 50 })])]),
      frame(11, [row(1, { state: 'answered', seq: 11 })]),
      meId,
      noon,
    ).held
    const late = applyFrame(left, frame(12, [row(1, { wait: 50, seq: 9 })]), meId, noon).held
    expect(ids(late)).toEqual([[]])
    const list = listOf(everyone, [row(1, { wait: 50, seq: 20, text: 'new' })])
    expect(applyToList(list, [row(1, { wait: 50, seq: 19, text: 'old' })], new Set(), meId, noon)).toBe(list)
  })

  test('a merged conversation leaves every list', () => {
    const held = holding([listOf(everyone, [row(1, { wait: 5 }), row(2, { wait: 4 })]), listOf({ state: 'all' }, [row(1, { wait: 5 })])])
    const { held: next } = applyFrame(held, { ...frame(11, []), gone: [{ id: id(1), into: id(2) }] }, meId, noon)
    expect(ids(next)).toEqual([[2], []])
  })

  test('taking one moves it between views', () => {
    const held = holding([listOf({ ...everyone, assignee: 'none' }, [row(1, { wait: 5 })]), listOf({ ...everyone, assignee: 'me' }, [])])
    const { held: next } = applyFrame(held, frame(11, [row(1, { wait: 5, seq: 11, assigneeId: meId })]), meId, noon)
    expect(ids(next)).toEqual([[], [1]])
  })
})

describe('pages', () => {
  const pages: HeldList['pages'] = [
    { items: [row(1, { wait: 50 }), row(2, { wait: 40 })], nextCursor: 'after 2', reach: row(2, { wait: 40 }) },
    { items: [row(3, { wait: 30 }), row(4, { wait: 20 })], nextCursor: 'after 4', reach: row(4, { wait: 20 }) },
  ]
  const list: HeldList = { query: everyone, pages }

  test('what lies beyond the loaded part waits for its page', () => {
    expect(applyToList(list, [row(9, { wait: 10, seq: 11 })], new Set(), meId, noon)).toBe(list)
  })

  test('what lies between two pages opens the second', () => {
    const next = applyToList(list, [row(9, { wait: 35, seq: 11 })], new Set(), meId, noon)
    expect(next.pages.map((page) => page.items.map((item) => item.id))).toEqual([
      [id(1), id(2)],
      [id(9), id(3), id(4)],
    ])
  })

  test('the last row of what is loaded stays when it changes, and what it leaves behind is still covered', () => {
    const changed = applyToList(list, [row(4, { wait: 20, seq: 11, text: 'edited' })], new Set(), meId, noon)
    expect(changed.pages[1]?.items.map((item) => item.id)).toEqual([id(3), id(4)])
    const gone = applyToList(changed, [row(4, { state: 'answered', seq: 12 })], new Set(), meId, noon)
    const filled = applyToList(gone, [row(9, { wait: 25, seq: 13 })], new Set(), meId, noon)
    expect(filled.pages[1]?.items.map((item) => item.id)).toEqual([id(3), id(9)])
  })
})

test('whatever order frames come in, twice or not at all, a browser that asks on a gap holds what the server holds', () => {
  fc.assert(
    fc.property(historyOfFrames(), (given) => {
      const queries: ListQuery[] = [everyone, { ...everyone, assignee: 'me' }, { ...everyone, sort: 'newest' }, { state: 'answered' }]
      let held = holding(
        queries.map((query) => listOf(query, [])),
        0,
      )
      for (const frameAt of given.heard) {
        const heard = given.frames[frameAt]
        if (heard === undefined) continue
        const result = applyFrame(held, heard, meId, noon)
        held = result.outcome === 'gap' ? applyFrame(held, catchUp(given.frames, held.seq), meId, noon, true).held : result.held
      }
      held = applyFrame(held, catchUp(given.frames, held.seq), meId, noon, true).held
      const latest = latestRows(given.frames)
      const expected = queries.map((query) => latest.filter((each) => belongsTo(each, query, meId, noon)).sort(compareRows(sortOf(query))))
      expect(held.lists.map((list) => list.pages.flatMap((page) => page.items))).toEqual(expected)
    }),
    { numRuns: 300 },
  )
})

type Given = { frames: ChangeFrame[]; heard: number[] }

/** A server's history of up to 20 changes over six conversations, and the order in which the socket brought them. */
function historyOfFrames(): fc.Arbitrary<Given> {
  const change = fc.record({
    n: fc.integer({ min: 1, max: 6 }),
    wait: fc.integer({ min: 1, max: 90 }),
    state: fc.constantFrom('waiting' as const, 'waiting' as const, 'answered' as const, 'snoozed' as const),
    assigneeId: fc.constantFrom(null, meId),
  })
  return fc.array(change, { minLength: 1, maxLength: 20 }).chain((all) => {
    const frames = all.map(({ n, ...over }, index) => frame(index + 1, [row(n, { ...over, seq: index + 1 })]))
    return fc.array(fc.nat({ max: frames.length - 1 }), { maxLength: 40 }).map((heard) => ({ frames, heard }))
  })
}

/** What `/changes?since=` would answer: each changed conversation once, as it is now. */
function catchUp(frames: ChangeFrame[], since: number): ChangeFrame {
  const changed = new Set(frames.filter((each) => each.seq > since).flatMap((each) => each.rows.map((changedRow) => changedRow.id)))
  return { ...frame(frames.length, []), rows: latestRows(frames).filter((each) => changed.has(each.id)) }
}

function latestRows(frames: ChangeFrame[]): ConversationRow[] {
  return [...new Map(frames.flatMap((each) => each.rows).map((each) => [each.id, each])).values()]
}

function holding(lists: HeldList[], seq = 10): Held {
  return { seq, lists, counts: null, newest: new Map() }
}

function listOf(query: ListQuery, items: ConversationRow[]): HeldList {
  return { query, pages: [{ items, nextCursor: null, reach: items.at(-1) ?? null }] }
}

function frame(seq: number, rows: ConversationRow[]): ChangeFrame {
  const snoozedOf = { unassigned: 0, byChannel: {}, byAssignee: {} }
  const counts: Counts = {
    waiting: 0,
    snoozed: 0,
    unassigned: 0,
    snoozedOf,
    failed: 0,
    oldestWaitingSince: null,
    byChannel: {},
    byAssignee: {},
  }
  return { seq, rows, gone: [], counts, channels: false, settings: false, staff: false }
}

function ids(held: Held): number[][] {
  return held.lists.map((list) => list.pages.flatMap((page) => page.items.map((item) => Number(item.id.slice(-2)))))
}

function id(n: number): string {
  return `00000000-0000-7000-8000-0000000000${String(n).padStart(2, '0')}`
}

type Over = { wait?: number; seq?: number; state?: ConversationRow['state']; assigneeId?: string | null; text?: string }

/** `wait`: minutes at noon; one that is answered waits no longer. */
function row(n: number, { wait = 10, seq = 1, state = 'waiting', assigneeId = null, text = 'Hi' }: Over): ConversationRow {
  const at = new Date(noon - wait * 60_000).toISOString()
  const waits = state === 'waiting' || state === 'snoozed'
  return {
    id: id(n),
    seq,
    platform: 'here',
    channelId: meId,
    state,
    kind: 'comment',
    private: false,
    rating: null,
    waitingSince: waits ? at : null,
    dueSoonAt: waits ? new Date(noon - wait * 60_000 + 5_400_000).toISOString() : null,
    dueAt: waits ? new Date(noon - wait * 60_000 + 7_200_000).toISOString() : null,
    acknowledged: false,
    foundLate: false,
    changedSinceAnswered: false,
    openTurns: waits ? 1 : 0,
    assigneeId,
    snoozedUntil: null,
    lastActivityAt: at,
    contact: { id: id(90 + (n % 9)), name: `Person ${n}`, handle: null, avatarUrl: null, url: null },
    post: null,
    waitingMessage: null,
    lastMessage: { id: id(50 + n), externalId: String(n), text, platformAt: at },
    ended: null,
    reply: null,
  }
}
