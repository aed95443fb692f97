import { expect, test } from 'vitest'
import { countDrafts, dropDraft, keyForSending, readDraft, writeDraft } from './drafts.ts'

const day = 86_400_000

test('a draft survives, per person and conversation', () => {
  const store = aStore()
  writeDraft(store, 'sam', 'c1', 'It does!', 1)
  expect(readDraft(store, 'sam', 'c1')?.text).toBe('It does!')
  expect([readDraft(store, 'mia', 'c1'), readDraft(store, 'sam', 'c2')]).toEqual([null, null])
})

test('clearing the text forgets the draft', () => {
  const store = aStore()
  writeDraft(store, 'sam', 'c1', 'It does!', 1)
  writeDraft(store, 'sam', 'c1', '  \n', 2)
  expect(store.length).toBe(0)
})

test('the same text is sent again with the same key, another text with another', () => {
  const store = aStore()
  writeDraft(store, 'sam', 'c1', 'It does!', 1)
  expect(keyForSending(store, 'sam', 'c1', 'It does!', 'key 1', 2)).toBe('key 1')
  expect(keyForSending(store, 'sam', 'c1', 'It does!', 'key 2', 3)).toBe('key 1')
  writeDraft(store, 'sam', 'c1', 'It does not.', 4)
  expect(keyForSending(store, 'sam', 'c1', 'It does not.', 'key 3', 5)).toBe('key 3')
})

test('a sent draft takes its key along', () => {
  const store = aStore()
  keyForSending(store, 'sam', 'c1', 'Thanks!', 'key 1', 1)
  dropDraft(store, 'sam', 'c1')
  expect(keyForSending(store, 'sam', 'c1', 'Thanks!', 'key 2', 2)).toBe('key 2')
})

test('counts what is kept, and lets go of what is older than 30 days', () => {
  const store = aStore()
  store.setItem('something else', 'x')
  writeDraft(store, 'sam', 'c1', 'Old', 1)
  writeDraft(store, 'sam', 'c2', 'New', 40 * day)
  expect(countDrafts(store, 41 * day)).toBe(1)
  expect(readDraft(store, 'sam', 'c1')).toBeNull()
})

test('a broken entry or a store that refuses is no draft, and no error', () => {
  const store = aStore()
  store.setItem('answerback.draft.sam.c1', '{')
  expect(readDraft(store, 'sam', 'c1')).toBeNull()
  const full = {
    ...aStore(),
    setItem: () => {
      throw new Error('full')
    },
  }
  writeDraft(full, 'sam', 'c1', 'It does!', 1)
  expect(keyForSending(full, 'sam', 'c1', 'It does!', 'key 1', 1)).toBe('key 1')
})

function aStore() {
  const held = new Map<string, string>()
  return {
    getItem: (name: string) => held.get(name) ?? null,
    setItem: (name: string, value: string) => void held.set(name, value),
    removeItem: (name: string) => void held.delete(name),
    key: (index: number) => [...held.keys()][index] ?? null,
    get length() {
      return held.size
    },
  }
}
