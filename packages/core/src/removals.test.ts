import { describe, expect, test } from 'vitest'
import { aHistory, closing, inbound, native, sentHere } from '../test/a-history.ts'
import type { History } from './history.ts'
import { turnsOf } from './turns.ts'

function tell(history: History): string[] {
  return turnsOf(history).map((turn) => `${turn.messageIds.join('+')}: ${turn.state} ${turn.startAt}-${turn.endAt ?? ''}`)
}

describe('moderated', () => {
  test('hidden or removed by us counts as declined, with the reason spam as not owed', () => {
    expect(turnsOf(aHistory([inbound('a1', 1, { hiddenAt: 5 })]))).toMatchObject([
      { state: 'moderated', endAt: 5, closedClass: 'declined', endedBy: null },
    ])
    expect(turnsOf(aHistory([inbound('a1', 1, { removed: { by: 'us', at: 5 }, moderationReason: 'spam' })]))).toMatchObject([
      { state: 'moderated', endAt: 5, closedClass: 'not_owed' },
    ])
  })

  test('it separates what comes after', () => {
    expect(tell(aHistory([inbound('a1', 1, { hiddenAt: 5 }), inbound('a2', 7)]))).toEqual(['a1: moderated 1-5', 'a2: open 7-'])
  })

  test('unhidden: open again from its original start', () => {
    expect(tell(aHistory([inbound('a1', 1, { hiddenAt: null }), inbound('a2', 7)]))).toEqual(['a1+a2: open 1-'])
  })

  test('a part removed by us keeps the start', () => {
    expect(tell(aHistory([inbound('a1', 1, { hiddenAt: 5 }), inbound('a2', 3), inbound('a3', 7)]))).toEqual(['a1+a2+a3: open 1-'])
  })

  test('the first end counts: hidden after the answer is answered, answered after hiding is moderated', () => {
    expect(tell(aHistory([inbound('a1', 1, { hiddenAt: 9 }), native('x', 5, 'a1')]))).toEqual(['a1: answered 1-5'])
    expect(tell(aHistory([inbound('a1', 1, { hiddenAt: 3 }), native('x', 5, 'a1')]))).toEqual(['a1: moderated 1-3'])
    expect(tell(aHistory([inbound('a1', 1, { hiddenAt: 3 })], { closings: [closing('c', 5, 'a1')] }))).toEqual(['a1: moderated 1-3'])
    expect(tell(aHistory([inbound('a1', 1, { hiddenAt: 7 })], { closings: [closing('c', 5, 'a1')] }))).toEqual(['a1: closed 1-5'])
    expect(tell(aHistory([inbound('a1', 1, { hiddenAt: 3, removed: { by: 'author', at: 2 } })]))).toEqual(['a1: withdrawn 1-2'])
    expect(tell(aHistory([inbound('a1', 1, { hiddenAt: 3, removed: { by: 'author', at: 6 } })]))).toEqual(['a1: moderated 1-3'])
  })

  test('where causes differ, what counts against us decides', () => {
    const gone = [inbound('a1', 1, { removed: { by: 'author', at: 9 } }), inbound('a2', 2, { hiddenAt: 5, moderationReason: 'spam' })]
    expect(turnsOf(aHistory(gone))).toMatchObject([{ state: 'moderated', endAt: 9, closedClass: 'not_owed' }])
    expect(turnsOf(aHistory([...gone, inbound('a3', 3, { hiddenAt: 6 })]))).toMatchObject([{ state: 'moderated', closedClass: 'declined' }])
  })
})

describe('withdrawn', () => {
  test.each(['author', 'unknown', 'parent'] as const)('removed by %s before we answered', (by) => {
    expect(tell(aHistory([inbound('a1', 1, { removed: { by, at: 5 } })]))).toEqual(['a1: withdrawn 1-5'])
  })

  test('removed after the answer it stays answered', () => {
    const messages = [inbound('a1', 1, { removed: { by: 'author', at: 9 } }), sentHere('x', 5, 'a1')]
    expect(tell(aHistory(messages))).toEqual(['a1: answered 1-5'])
  })

  test('removed while the answer was on its way it is withdrawn', () => {
    const messages = [inbound('a1', 1, { removed: { by: 'author', at: 7 } }), sentHere('x', 9, 'a1', { sentAt: 5 })]
    expect(tell(aHistory(messages))).toEqual(['a1: withdrawn 1-7'])
  })

  test('a part deleted by its author: the turn starts at the first surviving message and keeps its id', () => {
    const messages = [inbound('a1', 1, { removed: { by: 'author', at: 5 } }), inbound('a2', 3)]
    expect(turnsOf(aHistory(messages))).toMatchObject([{ id: 'a1', messageIds: ['a1', 'a2'], startAt: 3, state: 'open' }])
    expect(tell(aHistory([...messages, native('x', 9, 'a2')]))).toEqual(['a1+a2: answered 3-9'])
    expect(tell(aHistory([...messages, native('x', 4, 'a2')]))).toEqual(['a1+a2: answered 1-4'])
  })

  test.each(['us', 'unknown', 'parent'] as const)('a part removed by %s keeps the start', (by) => {
    expect(tell(aHistory([inbound('a1', 1, { removed: { by, at: 5 } }), inbound('a2', 3)]))).toEqual(['a1+a2: open 1-'])
  })

  test('withdrawn as a whole before the person wrote again, it is a turn of its own', () => {
    const messages = [inbound('a1', 1, { removed: { by: 'author', at: 5 } }), inbound('a2', 7)]
    expect(tell(aHistory(messages))).toEqual(['a1: withdrawn 1-5', 'a2: open 7-'])
  })

  test('a deleted parent leaves its replies owed where they are still there', () => {
    const messages = [
      inbound('a1', 1, { removed: { by: 'author', at: 5 } }),
      inbound('b1', 2, { handle: 'bob', parentId: 'a1' }),
      inbound('c1', 2, { handle: 'cid', parentId: 'a1', removed: { by: 'parent', at: 5 } }),
    ]
    expect(tell(aHistory(messages))).toEqual(['a1: withdrawn 1-5', 'b1: open 2-', 'c1: withdrawn 2-5'])
  })
})

describe('reopening', () => {
  test.each(['us', 'author', 'unknown'] as const)('our only answer removed by %s: open again with its original start', (by) => {
    const messages = [inbound('a1', 1), native('x', 5, 'a1', { removed: { by, at: 7 } }), inbound('a2', 8)]
    expect(tell(aHistory(messages))).toEqual(['a1+a2: open 1-'])
  })

  test('with another answer it stays answered, by that one', () => {
    const messages = [inbound('a1', 1), native('x', 5, 'a1', { removed: { by: 'us', at: 7 } }), native('y', 6, 'a1')]
    expect(turnsOf(aHistory(messages))).toMatchObject([{ state: 'answered', endAt: 6, endedBy: 'y' }])
  })

  test('our answer vanishing with its parent reopens nothing', () => {
    const messages = [inbound('a1', 1, { removed: { by: 'author', at: 7 } }), native('x', 5, 'a1', { removed: { by: 'parent', at: 7 } })]
    expect(tell(aHistory(messages))).toEqual(['a1: answered 1-5'])
  })
})
