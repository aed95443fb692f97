import { expect, test } from 'vitest'
import { firstWords } from './row-words.ts'
import { isFiltered, queryOf, readSearch, waitingIn } from './views.ts'

test('the address says what the list asks for, and nonsense in it is dropped', () => {
  const channelId = '00000000-0000-7000-8000-000000000001'
  const search = readSearch({ channelId, due: 'late', sort: 'newest', view: 'mine', assignee: 'nobody-i-know', liked: 'true', extra: 1 })
  expect(search).toEqual({ channelId, due: 'late', sort: 'newest', view: 'mine', liked: true })
  expect(queryOf('mine', search)).toEqual({
    state: 'waiting',
    assignee: 'me',
    limit: 50,
    sort: 'newest',
    channelId,
    due: 'late',
    liked: 'true',
  })
})

test('a view that names its person is not widened by the address', () => {
  expect(queryOf('unassigned', { assignee: 'me' }).assignee).toBe('none')
})

test('an order is no filter', () => {
  expect([isFiltered({ sort: 'newest' }), isFiltered({ due: 'soon' })]).toEqual([false, true])
})

test('a post is known by its first sentence or line', () => {
  expect(firstWords('Spring tote. It is back.')).toBe('Spring tote')
  expect(firstWords('Is it back? Yes.')).toBe('Is it back?')
  expect(firstWords('How we dye\nwith walnut')).toBe('How we dye')
  expect(firstWords('No. 5 is back')).toBe('No. 5 is back')
  expect(firstWords('')).toBe('')
})

test('who is snoozed is in the number of each view of who waits, and told apart', () => {
  const counts = {
    ...{ waiting: 14, snoozed: 2, unassigned: 9, failed: 0, oldestWaitingSince: null },
    ...{ byChannel: { masto: 5 }, byAssignee: { mia: 3 } },
    snoozedOf: { unassigned: 1, byChannel: { masto: 2 }, byAssignee: { mia: 1 } },
  }
  const of = (view: Parameters<typeof waitingIn>[0], search = {}) => waitingIn(view, search, counts, 'mia')
  expect([of('waiting'), of('mine'), of('unassigned'), of('waiting', { channelId: 'masto' })]).toEqual([
    { count: 14, snoozed: 2 },
    { count: 3, snoozed: 1 },
    { count: 9, snoozed: 1 },
    { count: 5, snoozed: 2 },
  ])
  expect([of('snoozed'), of('waiting', { due: 'late' })]).toEqual([null, null])
})
