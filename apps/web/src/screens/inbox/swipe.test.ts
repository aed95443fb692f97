import { expect, test } from 'vitest'
import { beginSwipe, endSwipe, moveSwipe } from './swipe.ts'

test.each([
  ['forward far enough is a reply', [[180, 200]], 'reply'],
  ['forward a little is nothing', [[140, 200]], 'nothing'],
  ['backward opens the actions', [[20, 200]], 'actions'],
  ['all the way backward still does nothing by itself', [[-300, 200]], 'actions'],
  ['down is a scroll', [[102, 260]], 'nothing'],
  [
    'a scroll that drifts aside stays a scroll',
    [
      [102, 260],
      [300, 262],
    ],
    'nothing',
  ],
  [
    'a swipe that drifts down stays a swipe',
    [
      [130, 201],
      [180, 280],
    ],
    'reply',
  ],
] as const)('%s', (_name, moves, outcome) => {
  expect(endOf(moves, false)).toBe(outcome)
})

test('from right to left everything is mirrored', () => {
  expect([endOf([[20, 200]], true), endOf([[180, 200]], true)]).toEqual(['reply', 'actions'])
})

test('the edges of the screen belong to the system', () => {
  expect([beginSwipe(10, 200, 390), beginSwipe(380, 200, 390)]).toEqual([null, null])
})

function endOf(moves: readonly (readonly [number, number])[], rtl: boolean): string {
  const begun = beginSwipe(100, 200, 390)
  if (begun === null) return 'not begun'
  return endSwipe(moves.reduce((swipe, [x, y]) => moveSwipe(swipe, x, y, rtl), begun))
}
