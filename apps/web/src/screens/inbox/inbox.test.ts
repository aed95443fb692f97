import { expect, test } from 'vitest'
import { firstWords } from './row-words.ts'
import { isFiltered, queryOf, readSearch } from './views.ts'

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
