import { describe, expect, test } from 'vitest'
import { aHistory, closing, inbound, sentHere } from '../test/a-history.ts'
import { isAcknowledged, oldestOpenTurn, stateOf, waitingSince } from './conversation-state.ts'
import { turnsOf } from './turns.ts'

const answered = [inbound('a1', 1), sentHere('x', 5, 'a1')]
const bob = inbound('b1', 3, { handle: 'bob' })

describe('the state of a conversation', () => {
  test('waiting while any turn is open, however many are answered', () => {
    expect(stateOf(turnsOf(aHistory([...answered, bob])), null, 10)).toBe('waiting')
  })

  test('snoozed until the instant named; it still counts since when', () => {
    const turns = turnsOf(aHistory([...answered, bob]))
    expect(stateOf(turns, 11, 10)).toBe('snoozed')
    expect(stateOf(turns, 10, 10)).toBe('waiting')
    expect(waitingSince(turns)).toBe(3)
  })

  test('else the state of the latest turn', () => {
    expect(stateOf(turnsOf(aHistory(answered)), 11, 10)).toBe('answered')
    expect(stateOf(turnsOf(aHistory([...answered, bob], { closings: [closing('c', 7, 'b1')] })), null, 10)).toBe('closed')
    expect(stateOf(turnsOf(aHistory([...answered, { ...bob, hiddenAt: 7 }])), null, 10)).toBe('moderated')
    expect(stateOf(turnsOf(aHistory([...answered, { ...bob, removed: { by: 'author', at: 7 } }])), null, 10)).toBe('withdrawn')
  })

  test('closed where nothing is owed at all', () => {
    expect(stateOf([], null, 10)).toBe('closed')
  })
})

test('who waits longest decides since when, and whether it was liked', () => {
  const messages = [inbound('b1', 4, { handle: 'bob' }), inbound('a1', 3)]
  const turns = turnsOf(aHistory(messages, { likes: [{ messageId: 'b1', at: 6 }] }))
  expect(oldestOpenTurn(turns)!.id).toBe('a1')
  expect(waitingSince(turns)).toBe(3)
  expect(isAcknowledged(turns)).toBe(false)
  expect(isAcknowledged(turnsOf(aHistory(messages, { likes: [{ messageId: 'a1', at: 6 }] })))).toBe(true)
  expect([waitingSince([]), oldestOpenTurn([]), isAcknowledged([])]).toEqual([null, null, false])
})
