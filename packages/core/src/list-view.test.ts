import { describe, expect, test } from 'vitest'
import type { ConversationRow, ListQuery } from './api.ts'
import { belongsTo, compareRows, dueGroup, hasFailedReply, sortOf } from './list-view.ts'

const me = '00000000-0000-7000-8000-00000000000a'
const other = '00000000-0000-7000-8000-00000000000b'
const noon = Date.parse('2026-03-19T12:00:00.000Z')

describe('belongsTo', () => {
  const cases: { name: string; row: Partial<ConversationRow>; query: ListQuery; expected: boolean }[] = [
    { name: 'waiting is the default state', row: {}, query: {}, expected: true },
    { name: 'an answered one left the waiting list', row: { state: 'answered' }, query: {}, expected: false },
    { name: 'a snoozed one is not in the waiting list', row: { state: 'snoozed' }, query: {}, expected: false },
    { name: 'all takes every state', row: { state: 'withdrawn' }, query: { state: 'all' }, expected: true },
    { name: 'mine', row: { assigneeId: me }, query: { assignee: 'me' }, expected: true },
    { name: 'not mine', row: { assigneeId: other }, query: { assignee: 'me' }, expected: false },
    { name: 'with a named person', row: { assigneeId: other }, query: { assignee: other }, expected: true },
    { name: 'with nobody', row: { assigneeId: null }, query: { assignee: 'none' }, expected: true },
    { name: 'taken, so no longer with nobody', row: { assigneeId: me }, query: { assignee: 'none' }, expected: false },
    { name: 'another channel', row: { channelId: other }, query: { channelId: me }, expected: false },
    { name: 'another platform', row: { platform: 'there' }, query: { platform: 'here' }, expected: false },
    { name: 'late', row: waited(121), query: { due: 'late' }, expected: true },
    { name: 'late is not due soon', row: waited(121), query: { due: 'soon' }, expected: false },
    { name: 'in the last quarter', row: waited(100), query: { due: 'soon' }, expected: true },
    { name: 'before the last quarter', row: waited(60), query: { due: 'soon' }, expected: false },
    { name: 'a like alone does not make it failed', row: { acknowledged: true }, query: { failed: 'true' }, expected: false },
    { name: 'liked and still waiting', row: { acknowledged: true }, query: { liked: 'true' }, expected: true },
    {
      name: 'liked, then answered',
      row: { acknowledged: true, waitingSince: null },
      query: { state: 'all', liked: 'true' },
      expected: false,
    },
    { name: 'failed=false asks for nothing', row: {}, query: { failed: 'false' }, expected: true },
  ]
  for (const { name, row, query, expected } of cases) {
    test(name, () => expect(belongsTo(aRow(row), query, me, noon)).toBe(expected))
  }

  test('a rejected reply and one of unknown outcome both count as failed, one on its way does not', () => {
    const states = ['held', 'queued', 'sending', 'rejected', 'needs_check'] as const
    const failed = states.filter((state) => hasFailedReply(aRow({ reply: aReply(state) })))
    expect(failed).toEqual(['rejected', 'needs_check'])
  })
})

describe('compareRows', () => {
  test('longest wait first, nobody waiting last', () => {
    const rows = [aRow({ id: id(1), waitingSince: null }), aRow({ id: id(2), ...waited(5) }), aRow({ id: id(3), ...waited(90) })]
    expect(ids(rows.sort(compareRows('waiting')))).toEqual([id(3), id(2), id(1)])
  })

  test('newest activity first', () => {
    const rows = [at(1, '11:00'), at(2, '11:30'), at(3, '10:00')]
    expect(ids(rows.sort(compareRows('newest')))).toEqual([id(2), id(1), id(3)])
  })

  test('equal instants written differently are equal, and the id decides, in opposite directions', () => {
    const a = aRow({ id: id(1), waitingSince: '2026-03-19T10:00:00Z', lastActivityAt: '2026-03-19T10:00:00Z' })
    const b = aRow({ id: id(2), waitingSince: '2026-03-19T10:00:00.000Z', lastActivityAt: '2026-03-19T10:00:00.000Z' })
    expect(ids([b, a].sort(compareRows('waiting')))).toEqual([id(1), id(2)])
    expect(ids([a, b].sort(compareRows('newest')))).toEqual([id(2), id(1)])
  })
})

test('a list of waiting people is in order of their wait, any other newest first, unless asked', () => {
  expect([sortOf({}), sortOf({ state: 'snoozed' }), sortOf({ state: 'answered' }), sortOf({ state: 'waiting', sort: 'newest' })]).toEqual([
    'waiting',
    'waiting',
    'newest',
    'newest',
  ])
})

test('who is snoozed is among the unanswered, and not in the list of who waits', () => {
  const asleep = aRow({ state: 'snoozed' })
  expect([belongsTo(asleep, { state: 'unanswered' }, me, noon), belongsTo(asleep, { state: 'waiting' }, me, noon)]).toEqual([true, false])
  const done = aRow({ state: 'answered', waitingSince: null, dueSoonAt: null, dueAt: null })
  expect(belongsTo(done, { state: 'unanswered', sort: 'newest' }, me, noon)).toBe(false)
  expect(sortOf({ state: 'unanswered' })).toBe('waiting')
})

test('a row against its own target, and none when nobody waits', () => {
  expect([dueGroup(waited(10), noon), dueGroup(waited(95), noon), dueGroup(waited(120), noon)]).toEqual(['waiting', 'due_soon', 'late'])
  expect(dueGroup({ waitingSince: null, dueSoonAt: null, dueAt: null }, noon)).toBeNull()
})

/** Waiting for so many minutes at noon, target two hours. */
function waited(minutes: number): { waitingSince: string; dueSoonAt: string; dueAt: string } {
  const since = noon - minutes * 60_000
  return {
    waitingSince: new Date(since).toISOString(),
    dueSoonAt: new Date(since + 5_400_000).toISOString(),
    dueAt: new Date(since + 7_200_000).toISOString(),
  }
}

function at(n: number, time: string): ConversationRow {
  return aRow({ id: id(n), lastActivityAt: `2026-03-19T${time}:00.000Z` })
}

function id(n: number): string {
  return `00000000-0000-7000-8000-00000000000${n}`
}

function ids(rows: ConversationRow[]): string[] {
  return rows.map((row) => row.id)
}

function aReply(state: 'held' | 'queued' | 'sending' | 'rejected' | 'needs_check'): ConversationRow['reply'] {
  const createdAt = '2026-03-19T11:59:00.000Z'
  return {
    id: id(8),
    conversationId: id(1),
    inReplyTo: id(9),
    text: 'Yes',
    media: [],
    privately: false,
    state,
    dueAt: null,
    byId: me,
    externalId: null,
    url: null,
    reason: null,
    createdAt,
  }
}

function aRow(over: Partial<ConversationRow> = {}): ConversationRow {
  return {
    id: id(1),
    seq: 1,
    platform: 'here',
    channelId: me,
    state: 'waiting',
    kind: 'comment',
    private: false,
    rating: null,
    ...waited(30),
    acknowledged: false,
    foundLate: false,
    changedSinceAnswered: false,
    openTurns: 1,
    assigneeId: null,
    snoozedUntil: null,
    lastActivityAt: '2026-03-19T11:30:00.000Z',
    contact: { id: other, name: 'Rosa', handle: 'rosa', avatarUrl: null, url: null },
    post: null,
    waitingMessage: null,
    lastMessage: { id: id(9), externalId: 'x', text: 'Hi', platformAt: '2026-03-19T11:30:00.000Z' },
    ended: null,
    reply: null,
    ...over,
  }
}
