import type { Message, TurnView } from '@answerback/core/api'
import { expect, test } from 'vitest'
import { branchesOf } from './thread-tree.ts'
import { lastOutboundId, latestOwed } from './use-send.ts'

test('two levels, however deep it goes, oldest first', () => {
  const messages = [m('d', 4, 'c'), m('c', 3, 'b'), m('b', 2, 'a'), m('a', 1, null), m('e', 5, null)]
  expect(shape(messages)).toEqual([['a', 'b', 'c', 'd'], ['e']])
})

test('an unknown parent stands at the top, and a circle of parents ends', () => {
  expect(shape([m('b', 2, 'not held')])).toEqual([['b']])
  expect(
    shape([m('a', 1, 'b'), m('b', 2, 'a')])
      .flat()
      .sort(),
  ).toEqual(['a', 'b'])
})

test('says to whom a child speaks, where its place does not', () => {
  const messages = [m('rosa', 1, null), ours('us', 2, 'rosa'), m('bex', 3, 'rosa', 'Bex'), ours('us2', 4, 'bex'), m('rosa2', 5, 'rosa')]
  const [branch] = branchesOf(messages)
  expect(branch?.children.map((child) => [child.message.id, child.toId])).toEqual([
    ['us', null],
    ['bex', 'rosa'],
    ['us2', 'bex'],
    ['rosa2', null],
  ])
})

test('the newest answer that the writer saw: ours, standing, and by a person', () => {
  const messages = [
    ours('us', 2, 'a'),
    ours('bot', 9, 'a', { automated: true }),
    ours('gone', 8, 'a', { state: 'removed' }),
    m('a', 10, null),
    ours('us2', 5, 'a'),
  ]
  expect(lastOutboundId({ messages })).toBe('us2')
  expect(lastOutboundId({ messages: [m('a', 1, null)] })).toBeNull()
})

test('a reply goes to the last words of the one who has waited longest', () => {
  const messages = [m('bex', 1, null, 'Bex'), m('rosa', 2, 'bex'), m('bex2', 3, 'rosa', 'Bex'), m('bex3', 4, 'bex2', 'Bex')]
  const gone = { ...m('bex4', 5, null, 'Bex'), state: 'removed' as const }
  const turns = [openTurn('rosa', 2, ['rosa']), openTurn('bex', 1, ['bex', 'bex2', 'bex3', 'bex4'])]
  expect(latestOwed({ messages: [...messages, gone], turns })).toBe('bex3')
  expect(latestOwed({ messages, turns: [] })).toBeNull()
})

function openTurn(id: string, minute: number, messageIds: string[]): TurnView {
  return {
    id,
    contactId: id,
    messageIds,
    startAt: m(id, minute, null).platformAt,
    state: 'open',
    endAt: null,
    seconds: null,
    answerId: null,
    byId: null,
    source: null,
    assumed: false,
    reason: null,
    reasonName: null,
    closedClass: null,
    target: { seconds: 7_200, clock: 'calendar' },
    note: null,
    acknowledged: false,
    foundLate: false,
    changedSinceAnswered: false,
    clocksDisagree: false,
  }
}

function shape(messages: Message[]): string[][] {
  return branchesOf(messages).map((branch) => [branch.root.id, ...branch.children.map((child) => child.message.id)])
}

function ours(id: string, minute: number, parentId: string | null, over: Partial<Message> = {}): Message {
  return { ...m(id, minute, parentId), direction: 'out', contact: null, ...over }
}

function m(id: string, minute: number, parentId: string | null, who = 'Rosa'): Message {
  const at = `2026-03-19T12:${String(minute).padStart(2, '0')}:00.000Z`
  return {
    id,
    externalId: id,
    direction: 'in',
    kind: 'reply',
    contact: { id: who, name: who, handle: null, avatarUrl: null, url: null },
    byId: null,
    replyId: null,
    pending: null,
    rating: null,
    automated: false,
    parentId,
    text: id,
    earlier: [],
    media: [],
    url: null,
    private: false,
    platformAt: at,
    receivedAt: at,
    editedAt: null,
    state: 'visible',
    removedBy: null,
    liked: false,
    beforeConnection: false,
  }
}
