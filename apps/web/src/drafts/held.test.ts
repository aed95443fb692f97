import { expect, test } from 'vitest'
import { aStore } from './store-in-memory.ts'
import type { DraftFile } from './drafts.ts'
import { holdDrafts } from './held.ts'

const strap: DraftFile = { key: 'f1', uploadId: 'u1', type: 'image/png', name: 'strap.png', bytes: 900, alt: '' }

test('what one tab wrote the other has before it writes itself', () => {
  const store = aStore()
  const [one, other] = [holdDrafts(() => store), holdDrafts(() => store)]
  expect(other.read('sam', 'c1')).toEqual({ text: '', files: [] })
  one.write('sam', 'c1', { text: 'It does!', files: [strap] }, 1)
  other.write('sam', 'c1', { ...other.read('sam', 'c1'), text: 'It does! Two clips.' }, 2)
  expect(one.read('sam', 'c1')).toEqual({ text: 'It does! Two clips.', files: [strap] })
  one.write('sam', 'c1', { text: '', files: [] }, 3)
  expect(other.read('sam', 'c1')).toEqual({ text: '', files: [] })
})

test('while nothing changed a draft is the same object', () => {
  const store = aStore()
  const tab = holdDrafts(() => store)
  tab.write('sam', 'c1', { text: '  ', files: [] }, 1)
  expect(tab.read('sam', 'c1').text).toBe('  ')
  expect(tab.read('sam', 'c1')).toBe(tab.read('sam', 'c1'))
  expect(tab.read('sam', 'c2')).toBe(tab.read('sam', 'c2'))
})

test.each(['full', 'forbidden'])('a %s store keeps nothing, and the page has its drafts', (how) => {
  const refuse = () => {
    throw new Error(how)
  }
  const store = { ...aStore(), setItem: refuse, ...(how === 'forbidden' && { getItem: refuse, removeItem: refuse }) }
  const tab = holdDrafts(() => store)
  expect(tab.read('sam', 'c1').text).toBe('')
  tab.write('sam', 'c1', { text: 'It does!', files: [strap] }, 1)
  expect(tab.read('sam', 'c1')).toEqual({ text: 'It does!', files: [strap] })
})
