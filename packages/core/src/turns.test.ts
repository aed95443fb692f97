import { describe, expect, test } from 'vitest'
import { aHistory, closing, inbound, native, sentHere } from '../test/a-history.ts'
import type { History } from './history.ts'
import { turnsOf } from './turns.ts'

/** Each turn as "its messages: state from-to", the shortest that shows who was covered and for how long. */
function tell(history: History): string[] {
  return turnsOf(history).map((turn) => `${turn.messageIds.join('+')}: ${turn.state} ${turn.startAt}-${turn.endAt ?? ''}`)
}

describe('whom we owe an answer', () => {
  test('under our post every inbound message is owed, also from fan to fan', () => {
    const messages = [inbound('a1', 1), inbound('b1', 2, { handle: 'bob', parentId: 'a1' })]
    expect(tell(aHistory(messages))).toEqual(['a1: open 1-', 'b1: open 2-'])
  })

  test('elsewhere only what mentions us or stands directly under a message of ours is owed', () => {
    const messages = [
      inbound('mention', 1, { mentionsUs: true }),
      native('ours', 2, 'mention', { automated: true }),
      inbound('under-ours', 3, { handle: 'bob', parentId: 'ours' }),
      inbound('aside', 4, { handle: 'cid', parentId: 'under-ours' }),
    ]
    expect(tell(aHistory(messages, { onOurPost: false }))).toEqual(['mention: open 1-', 'under-ours: open 3-'])
  })

  test('two people in one thread are owed separately', () => {
    const messages = [inbound('a1', 1), inbound('b1', 2, { handle: 'bob' }), sentHere('x', 5, 'a1')]
    expect(tell(aHistory(messages))).toEqual(['a1: answered 1-5', 'b1: open 2-'])
  })

  test('a turn is all that one handle says before we answer, and has the id of its first message', () => {
    const messages = [inbound('a2', 3), inbound('a1', 1), inbound('b1', 2, { handle: 'bob' })]
    expect(tell(aHistory(messages))).toEqual(['a1+a2: open 1-', 'b1: open 2-'])
    expect(turnsOf(aHistory(messages))[0]).toMatchObject({ id: 'a1', handle: 'ann', first: true })
  })

  test('writing again after the answer is a new turn, and not the first', () => {
    const turns = turnsOf(aHistory([inbound('a1', 1), sentHere('x', 2, 'a1'), inbound('a2', 3)]))
    expect(turns.map((turn) => [turn.id, turn.state, turn.first])).toEqual([
      ['a1', 'answered', true],
      ['a2', 'open', false],
    ])
  })

  test('nothing at all has no turns', () => {
    expect(turnsOf(aHistory([]))).toEqual([])
  })
})

describe('before the first connection', () => {
  test('a turn starts at the first message at or after it', () => {
    const messages = [inbound('a1', 1), inbound('a2', 10), inbound('a3', 11)]
    expect(tell(aHistory(messages, { connectedAt: 10 }))).toEqual(['a2+a3: open 10-'])
  })

  test('native answers then are context, and answer nothing later even if it is their parent', () => {
    const messages = [inbound('a1', 1), native('x', 5, 'a1'), inbound('a2', 10), native('y', 6, 'a2')]
    expect(tell(aHistory(messages, { connectedAt: 10 }))).toEqual(['a2: open 10-'])
  })

  test('such an answer under a later message does not tear its run apart', () => {
    const messages = [inbound('a2', 11), inbound('a3', 12), native('y', 6, 'a3')]
    expect(tell(aHistory(messages, { connectedAt: 10 }))).toEqual(['a2+a3: open 11-'])
  })

  test('they split runs: answering the earlier message here leaves the later one open, where nothing split them it does not', () => {
    const split = [inbound('a1', 1), native('x', 5, 'a1'), inbound('a2', 10), sentHere('y', 12, 'a1')]
    expect(tell(aHistory(split, { connectedAt: 10 }))).toEqual(['a2: open 10-'])
    const whole = [inbound('a1', 1), inbound('a2', 10), sentHere('y', 12, 'a1')]
    expect(tell(aHistory(whole, { connectedAt: 10 }))).toEqual(['a2: answered 10-12'])
  })

  test('a native answer afterwards, to an earlier message, is for what its author has open', () => {
    const messages = [inbound('a1', 1), native('x', 5, 'a1'), inbound('a2', 10), native('y', 12, 'a1')]
    expect(tell(aHistory(messages, { connectedAt: 10 }))).toEqual(['a2: answered 10-12'])
  })
})

describe('closed', () => {
  test('a closing ends the turn of the message it names, with its class', () => {
    const history = aHistory([inbound('a1', 1), inbound('a2', 2)], {
      closings: [closing('c', 5, 'a2', { class: 'declined', reason: 'other' })],
    })
    expect(turnsOf(history)).toMatchObject([
      { messageIds: ['a1', 'a2'], state: 'closed', endAt: 5, endedBy: 'c', closedClass: 'declined', source: null },
    ])
  })

  test('it separates what comes after', () => {
    const history = aHistory([inbound('a1', 1), inbound('a2', 9)], { closings: [closing('c', 5, 'a1')] })
    expect(tell(history)).toEqual(['a1: closed 1-5', 'a2: open 9-'])
  })

  test('a reopened closing never was', () => {
    const history = aHistory([inbound('a1', 1), inbound('a2', 9)], { closings: [closing('c', 5, 'a1', { reopenedAt: 10 })] })
    expect(tell(history)).toEqual(['a1+a2: open 1-'])
  })

  test('it covers only what had reached us; what we did not hold is found late', () => {
    const history = aHistory([inbound('a1', 1), inbound('a0', 2, { receivedAt: 9 })], { closings: [closing('c', 5, 'a1')] })
    expect(tell(history)).toEqual(['a1: closed 1-5', 'a0: open 2-'])
    expect(turnsOf(history).map((turn) => turn.foundLate)).toEqual([false, true])
    expect(tell({ ...history, messages: [...history.messages, inbound('a3', 12)] })).toEqual([
      'a1: closed 1-5',
      'a0: open 2-',
      'a3: open 12-',
    ])
  })

  test('an answer beats a closing, be it before or after', () => {
    const messages = [inbound('a1', 1), native('x', 5, 'a1')]
    expect(tell(aHistory(messages, { closings: [closing('c', 3, 'a1')] }))).toEqual(['a1: answered 1-5'])
    expect(tell(aHistory(messages, { closings: [closing('c', 7, 'a1')] }))).toEqual(['a1: answered 1-5'])
  })

  test('the first of two closings counts', () => {
    const history = aHistory([inbound('a1', 1)], { closings: [closing('d', 7, 'a1', { class: 'declined' }), closing('c', 5, 'a1')] })
    expect(turnsOf(history)).toMatchObject([{ endedBy: 'c', endAt: 5, closedClass: 'not_owed' }])
  })

  test('closing a message of ours, or one nobody knows, does nothing', () => {
    const closings = [closing('c', 5, 'x'), closing('d', 5, 'nowhere')]
    expect(tell(aHistory([inbound('a1', 1), native('x', 2, 'a1', { automated: true })], { closings }))).toEqual(['a1: open 1-'])
  })
})

describe('acknowledged', () => {
  test('a like ends nothing and shows on the open turn', () => {
    const history = aHistory([inbound('a1', 1), inbound('b1', 1, { handle: 'bob' })], { likes: [{ messageId: 'a1', at: 2 }] })
    expect(turnsOf(history)).toMatchObject([
      { id: 'a1', state: 'open', acknowledged: true },
      { id: 'b1', state: 'open', acknowledged: false },
    ])
  })

  test('once answered it is no longer "liked, not answered"', () => {
    const history = aHistory([inbound('a1', 1), sentHere('x', 5, 'a1')], { likes: [{ messageId: 'a1', at: 2 }] })
    expect(turnsOf(history)[0]!.acknowledged).toBe(false)
  })
})
