import { describe, expect, test } from 'vitest'
import { aHistory, closing, inbound, native, sentHere } from '../test/a-history.ts'
import type { MessageVersion } from './history.ts'
import { isMaterialEdit } from './material-edit.ts'
import { turnsOf } from './turns.ts'

const versions = (...list: [at: number, text: string, media?: string][]): MessageVersion[] =>
  list.map(([at, text, media = '']) => ({ at, text, media }))

describe('edits', () => {
  test('before the answer they restart nothing', () => {
    const edited = inbound('a1', 1, { versions: versions([1, 'How much?'], [3, 'How much is the red one?']) })
    expect(turnsOf(aHistory([edited]))).toMatchObject([{ startAt: 1, state: 'open' }])
    expect(turnsOf(aHistory([edited, sentHere('x', 5, 'a1')]))).toMatchObject([{ startAt: 1, endAt: 5, changedSinceAnswered: false }])
  })

  test('a material edit after the answer marks it and opens a turn at the edit, with an id of its own', () => {
    const edited = inbound('a1', 1, { versions: versions([9, 'How much is the red one?'], [1, 'How much?']) })
    const turns = turnsOf(aHistory([edited, sentHere('x', 5, 'a1')]))
    expect(turns).toMatchObject([
      { id: 'a1', state: 'answered', endAt: 5, changedSinceAnswered: true, first: true },
      { id: 'a1:after:x', messageIds: ['a1'], handle: 'ann', startAt: 9, state: 'open', changedSinceAnswered: false, first: false },
    ])
  })

  test('other media alone is material; case, space and punctuation are not', () => {
    const media = inbound('a1', 1, { versions: versions([1, 'Look'], [9, 'Look', 'photo']) })
    expect(turnsOf(aHistory([media, native('x', 5, 'a1')]))).toHaveLength(2)
    const typo = inbound('a1', 1, { versions: versions([1, 'how much'], [9, 'How  much?!']) })
    expect(turnsOf(aHistory([typo, native('x', 5, 'a1')]))).toMatchObject([{ changedSinceAnswered: false }])
  })

  test('it is compared with the version that was answered, and changing it back takes nothing back', () => {
    const before = inbound('a1', 1, { versions: versions([1, 'one'], [3, 'two'], [9, 'two.']) })
    expect(turnsOf(aHistory([before, native('x', 5, 'a1')]))).toHaveLength(1)
    const back = inbound('a1', 1, { versions: versions([1, 'one'], [7, 'two'], [9, 'one']) })
    expect(turnsOf(aHistory([back, native('x', 5, 'a1')]))).toMatchObject([{ id: 'a1' }, { id: 'a1:after:x', startAt: 7, state: 'open' }])
  })

  test('an edit while the answer was on its way was not read', () => {
    const edited = inbound('a1', 1, { versions: versions([1, 'one'], [6, 'two']) })
    const turns = turnsOf(aHistory([edited, sentHere('x', 9, 'a1', { sentAt: 5 })]))
    expect(turns).toMatchObject([{ endAt: 9 }, { id: 'a1:after:x', startAt: 6 }])
  })

  test('it is answered like any other, and can change again', () => {
    const edited = inbound('a1', 1, { versions: versions([1, 'one'], [7, 'two'], [11, 'three']) })
    const turns = turnsOf(aHistory([edited, native('x', 5, 'a1'), native('y', 9, 'a1')]))
    expect(turns).toMatchObject([
      { id: 'a1', endedBy: 'x' },
      { id: 'a1:after:x', startAt: 7, endAt: 9, endedBy: 'y', changedSinceAnswered: true },
      { id: 'a1:after:y', startAt: 11, state: 'open' },
    ])
  })

  test('what the person says besides belongs to the same turn', () => {
    const edited = inbound('a1', 1, { versions: versions([1, 'one'], [9, 'two']) })
    const turns = turnsOf(aHistory([edited, native('x', 5, 'a1'), inbound('a2', 7), inbound('a3', 10)]))
    expect(turns).toMatchObject([{ id: 'a1' }, { id: 'a2', messageIds: ['a2', 'a1', 'a3'], startAt: 7, state: 'open' }])
  })

  test('an edit reaches us no earlier than its message', () => {
    const edited = inbound('a1', 1, { receivedAt: 9, versions: versions([1, 'one'], [7, 'two']) })
    const turns = turnsOf(aHistory([edited, native('x', 5, 'a1'), inbound('a2', 6), sentHere('y', 8, 'a2')]))
    expect(turns).toMatchObject([
      { id: 'a1', endedBy: 'x' },
      { id: 'a2', messageIds: ['a2'], endedBy: 'y' },
      { id: 'a1:after:x', state: 'open', foundLate: true },
    ])
  })

  test('after a closing alone nothing restarts', () => {
    const edited = inbound('a1', 1, { versions: versions([1, 'one'], [9, 'two']) })
    expect(turnsOf(aHistory([edited], { closings: [closing('c', 5, 'a1')] }))).toMatchObject([
      { state: 'closed', changedSinceAnswered: false },
    ])
  })

  test('a like of the earlier text does not acknowledge the edit, a later one does', () => {
    const edited = inbound('a1', 1, { versions: versions([1, 'one'], [9, 'two']) })
    const withLike = (at: number) => turnsOf(aHistory([edited, native('x', 5, 'a1')], { likes: [{ messageId: 'a1', at }] }))[1]!
    expect(withLike(4)).toMatchObject({ id: 'a1:after:x', acknowledged: false })
    expect(withLike(9)).toMatchObject({ acknowledged: true })
  })

  test('deleted after the edit, the edit is withdrawn and the answer stands', () => {
    const edited = inbound('a1', 1, { versions: versions([1, 'one'], [7, 'two']), removed: { by: 'author', at: 9 } })
    expect(turnsOf(aHistory([edited, native('x', 5, 'a1')]))).toMatchObject([
      { state: 'answered' },
      { state: 'withdrawn', startAt: 7, endAt: 9 },
    ])
  })
})

test.each([
  ['full-width letters', 'Ｈｅｌｌｏ', 'hello', false],
  ['ligatures', 'ﬁne', 'fine', false],
  ['typographic quotes', 'don’t', "don't", false],
  ['no-break spaces', 'a\u00a0b', 'a b', false],
  ['composed and decomposed accents', 'caf\u00e9', 'cafe\u0301', false],
  ['an accent', 'cafe', 'café', true],
  ['a word', 'I love it', 'I loved it', true],
  ['an emoji', 'nice', 'nice 😡', true],
  ['an amount', 'costs 5 €', 'costs 6 €', true],
  ['everything removed', 'hello', '', true],
])('a changed text: %s', (_, before, after, material) => {
  expect(isMaterialEdit({ text: before, media: '' }, { text: after, media: '' })).toBe(material)
})
