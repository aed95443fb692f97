import { describe, expect, test } from 'vitest'
import { aHistory, closing, inbound, native, sentHere } from '../test/a-history.ts'
import type { History } from './history.ts'
import { turnsOf } from './turns.ts'

function tell(history: History): string[] {
  return turnsOf(history).map((turn) => `${turn.messageIds.join('+')}: ${turn.state} ${turn.startAt}-${turn.endAt ?? ''}`)
}

describe('what is an answer', () => {
  test('sent here or natively, with the source recorded', () => {
    expect(turnsOf(aHistory([inbound('a1', 1), sentHere('x', 5, 'a1')]))).toMatchObject([{ source: 'here', endedBy: 'x', assumed: false }])
    expect(turnsOf(aHistory([inbound('a1', 1), native('x', 5, 'a1')]))).toMatchObject([{ source: 'native', endedBy: 'x', assumed: false }])
  })

  test('automation never answers and separates nothing', () => {
    const messages = [inbound('a1', 1), native('x', 2, 'a1', { automated: true }), inbound('a2', 3)]
    expect(tell(aHistory(messages))).toEqual(['a1+a2: open 1-'])
  })

  test('a private message is answered only privately', () => {
    const messages = [inbound('a1', 1, { private: true }), sentHere('x', 5, 'a1')]
    expect(tell(aHistory(messages))).toEqual(['a1: open 1-'])
    expect(tell(aHistory([messages[0]!, sentHere('x', 5, 'a1', { private: true })]))).toEqual(['a1: answered 1-5'])
  })

  test('a public answer leaves what was said privately in the same run', () => {
    const messages = [inbound('a1', 1), inbound('a2', 2, { private: true }), native('x', 5, 'a1')]
    expect(turnsOf(aHistory(messages))).toMatchObject([
      { id: 'a1', messageIds: ['a1'], state: 'answered' },
      { id: 'a2', messageIds: ['a2'], state: 'open', foundLate: false },
    ])
  })

  test('a private reply answers a public message when it is tied to it, and not when only the thread is named', () => {
    expect(tell(aHistory([inbound('a1', 1), native('x', 5, 'a1', { private: true })]))).toEqual(['a1: answered 1-5'])
    expect(tell(aHistory([inbound('a1', 1), native('x', 5, null, { private: true })]))).toEqual(['a1: open 1-'])
  })
})

describe('whose turn a reply ends', () => {
  test('sent here: the turn of the message chosen, never of the parent its echo has', () => {
    const messages = [inbound('a1', 1), inbound('b1', 2, { handle: 'bob', parentId: 'a1' }), sentHere('x', 5, 'b1', { parentId: 'a1' })]
    expect(tell(aHistory(messages))).toEqual(['a1: open 1-', 'b1: answered 2-5'])
  })

  test('sent here to one already answered, it leaves what is open', () => {
    const messages = [inbound('a1', 1), sentHere('x', 2, 'a1'), inbound('a2', 3), sentHere('y', 5, 'a1')]
    expect(tell(aHistory(messages))).toEqual(['a1: answered 1-2', 'a2: open 3-'])
  })

  test('it separates all the same: it was an answer to that person', () => {
    const messages = [inbound('a1', 1), sentHere('x', 2, 'a1'), inbound('a2', 3), sentHere('y', 5, 'a1'), inbound('a3', 6)]
    expect(tell(aHistory(messages))).toEqual(['a1: answered 1-2', 'a2: open 3-', 'a3: open 6-'])
  })

  test('sent here to a message nobody knows, it ends nothing', () => {
    expect(tell(aHistory([inbound('a1', 1), sentHere('x', 5, 'nowhere')]))).toEqual(['a1: open 1-'])
  })

  test("native: its parent's author, with all that person said until then", () => {
    const messages = [inbound('a1', 1), inbound('b1', 2, { handle: 'bob' }), inbound('a2', 3), native('x', 5, 'a1'), inbound('a3', 6)]
    expect(tell(aHistory(messages))).toEqual(['a1+a2: answered 1-5', 'b1: open 2-', 'a3: open 6-'])
  })

  test('native under a message that was answered before: what its author has open', () => {
    const messages = [inbound('a1', 1), native('x', 2, 'a1'), inbound('a2', 3), native('y', 5, 'a1')]
    expect(tell(aHistory(messages))).toEqual(['a1: answered 1-2', 'a2: answered 3-5'])
  })

  test('a reply to our own message climbs to the nearest inbound ancestor', () => {
    const messages = [
      inbound('b1', 1, { handle: 'bob' }),
      inbound('a1', 2, { parentId: 'b1' }),
      native('x', 3, 'a1', { automated: true }),
      native('y', 4, 'x', { automated: true }),
      native('z', 5, 'y'),
    ]
    expect(tell(aHistory(messages))).toEqual(['b1: open 1-', 'a1: answered 2-5'])
  })

  test('under our own messages alone it answers nobody', () => {
    const messages = [native('ours', 0, null), inbound('a1', 1, { parentId: 'ours' }), native('x', 5, 'ours')]
    expect(tell(aHistory(messages, { onOurPost: false }))).toEqual(['a1: open 1-'])
  })

  test('a reply ends exactly one turn', () => {
    const messages = [inbound('a1', 1), inbound('a2', 7), native('x', 9, 'a1')]
    expect(tell(aHistory(messages, { closings: [closing('c', 5, 'a1')] }))).toEqual(['a1: answered 1-9', 'a2: open 7-'])
  })

  test('a loop of parents ends nothing and does not hang', () => {
    const messages = [inbound('a1', 1), native('x', 2, 'y'), native('y', 3, 'x')]
    expect(tell(aHistory(messages))).toEqual(['a1: open 1-'])
  })
})

describe('where the platform names only the thread', () => {
  const two = [inbound('a1', 1), inbound('b1', 2, { handle: 'bob' })]

  test('the tagged handle, assumed', () => {
    expect(turnsOf(aHistory([...two, native('x', 5, 'a1', { tags: 'bob' })]))).toMatchObject([
      { id: 'a1', state: 'open' },
      { id: 'b1', state: 'answered', assumed: true },
    ])
  })

  test('a tag of somebody with nothing open, or who is not in the thread, ends nothing', () => {
    expect(tell(aHistory([...two, native('x', 5, null, { tags: 'cid' })]))).toEqual(['a1: open 1-', 'b1: open 2-'])
    const answered = [...two, native('x', 5, 'b1'), native('y', 6, null, { tags: 'bob' })]
    expect(tell(aHistory(answered))).toEqual(['a1: open 1-', 'b1: answered 2-5'])
  })

  test('else the only open turn, assumed', () => {
    expect(turnsOf(aHistory([...two, native('x', 5, 'a1'), native('y', 6, null)]))).toMatchObject([
      { id: 'a1', endedBy: 'x', assumed: false },
      { id: 'b1', endedBy: 'y', assumed: true },
    ])
  })

  test("else the thread's author, assumed", () => {
    expect(turnsOf(aHistory([...two, native('x', 5, null)]))).toMatchObject([
      { id: 'a1', state: 'answered', assumed: true },
      { id: 'b1', state: 'open' },
    ])
  })

  test('where several wait and the author does not, it ends nothing', () => {
    const messages = [...two, inbound('c1', 3, { handle: 'cid' }), native('x', 5, 'a1'), native('y', 6, null)]
    expect(tell(aHistory(messages))).toEqual(['a1: answered 1-5', 'b1: open 2-', 'c1: open 3-'])
  })

  test('it beats no closing', () => {
    const history = aHistory([inbound('a1', 1), native('x', 5, null)], { closings: [closing('c', 3, 'a1')] })
    expect(tell(history)).toEqual(['a1: closed 1-3'])
  })
})

describe('an answer covers only what we held then', () => {
  test('sent here: what reached us later opens its own turn, found late', () => {
    const messages = [inbound('a1', 1), inbound('a0', 2, { receivedAt: 9 }), sentHere('x', 5, 'a1'), inbound('a2', 7)]
    expect(turnsOf(aHistory(messages))).toMatchObject([
      { messageIds: ['a1'], state: 'answered', foundLate: false },
      { messageIds: ['a0'], state: 'open', foundLate: true },
      { messageIds: ['a2'], state: 'open', foundLate: false },
    ])
  })

  test('the send counts from its start: what came while it was on its way is a new turn', () => {
    const messages = [inbound('a1', 1), sentHere('x', 9, 'a1', { sentAt: 5 }), inbound('a2', 7)]
    expect(turnsOf(aHistory(messages))).toMatchObject([
      { messageIds: ['a1'], state: 'answered', endAt: 9 },
      { messageIds: ['a2'], state: 'open', foundLate: false },
    ])
  })

  test('native: all that stood on the platform by then, whenever it reached us', () => {
    const messages = [inbound('a1', 1), inbound('a0', 2, { receivedAt: 9 }), native('x', 5, 'a1'), inbound('a2', 6)]
    expect(tell(aHistory(messages))).toEqual(['a1+a0: answered 1-5', 'a2: open 6-'])
  })

  test('a reply whose parent is the message answers it even if the clocks disagree: zero seconds, flagged', () => {
    expect(turnsOf(aHistory([inbound('a1', 8), native('x', 5, 'a1')]))).toMatchObject([
      { state: 'answered', startAt: 8, endAt: 8, clocksDisagree: true },
    ])
    expect(turnsOf(aHistory([inbound('a1', 8), sentHere('x', 5, 'a1')]))).toMatchObject([
      { state: 'answered', startAt: 8, endAt: 8, clocksDisagree: true },
    ])
    expect(turnsOf(aHistory([inbound('a1', 1), native('x', 5, 'a1')]))[0]!.clocksDisagree).toBe(false)
  })

  test('only that message: others that the clocks put after the answer stay open, and the wait counts to the one replied to', () => {
    const messages = [inbound('a1', 1), inbound('a2', 7), inbound('a3', 8), native('x', 5, 'a3')]
    expect(tell(aHistory(messages))).toEqual(['a1+a3: answered 1-8', 'a2: open 7-'])
  })

  test('where their clock is behind ours, the wait counts to the last message that had reached us', () => {
    const messages = [inbound('a1', 1), inbound('a2', 6), sentHere('x', 5, 'a1', { sentAt: 8 })]
    expect(turnsOf(aHistory(messages))).toMatchObject([{ messageIds: ['a1', 'a2'], endAt: 6, clocksDisagree: true }])
  })
})
