import { expect, test } from 'vitest'
import { aStore } from './store-in-memory.ts'
import {
  broughtBack,
  countDrafts,
  dropDraft,
  type DraftFile,
  keyForSending,
  leftOver,
  readDraft,
  writeDraft,
  type Written,
} from './drafts.ts'

const day = 86_400_000

test('a draft survives, per person and conversation', () => {
  const store = aStore()
  writeDraft(store, 'sam', 'c1', words('It does!'), 1)
  expect(readDraft(store, 'sam', 'c1')?.text).toBe('It does!')
  expect([readDraft(store, 'mia', 'c1'), readDraft(store, 'sam', 'c2')]).toEqual([null, null])
})

test('clearing the text forgets the draft', () => {
  const store = aStore()
  writeDraft(store, 'sam', 'c1', words('It does!'), 1)
  writeDraft(store, 'sam', 'c1', words('  \n'), 2)
  expect(store.length).toBe(0)
})

test('the same text is sent again with the same key, another text with another', () => {
  const store = aStore()
  writeDraft(store, 'sam', 'c1', words('It does!'), 1)
  expect(keyForSending(store, 'sam', 'c1', words('It does!'), 'key 1', 2)).toBe('key 1')
  expect(keyForSending(store, 'sam', 'c1', words('It does!'), 'key 2', 3)).toBe('key 1')
  writeDraft(store, 'sam', 'c1', words('It does not.'), 4)
  expect(keyForSending(store, 'sam', 'c1', words('It does not.'), 'key 3', 5)).toBe('key 3')
})

test('a sent draft takes its key along', () => {
  const store = aStore()
  keyForSending(store, 'sam', 'c1', words('Thanks!'), 'key 1', 1)
  dropDraft(store, 'sam', 'c1')
  expect(keyForSending(store, 'sam', 'c1', words('Thanks!'), 'key 2', 2)).toBe('key 2')
})

test('what was added while a reply was on its way stays', () => {
  const sent = { text: 'It does!', files: [aFile()] }
  expect(leftOver(sent, sent)).toEqual(words(''))
  const late = aFile({ key: 'f2', uploadId: null })
  expect(leftOver({ text: 'It does! PS: two clips', files: [aFile({ alt: 'The strap' }), late] }, sent)).toEqual({
    text: 'PS: two clips',
    files: [late],
  })
  expect(leftOver({ ...sent, text: 'It does not!' }, sent)).toEqual(words('It does not!'))
})

test('what comes back stands before what was begun meanwhile', () => {
  const [back, begun] = [
    { text: 'It does!', files: [aFile()] },
    { text: 'PS', files: [aFile({ key: 'f2', uploadId: 'u2' })] },
  ]
  expect(broughtBack(back, begun)).toEqual({ text: 'It does!\n\nPS', files: [...back.files, ...begun.files] })
  expect(broughtBack(back, words(''))).toEqual(back)
  expect(broughtBack({ ...back, text: '' }, words('PS'))).toEqual({ text: 'PS', files: back.files })
  expect(broughtBack(back, back)).toEqual(back)
})

test('files belong to a draft, also without words', () => {
  const store = aStore()
  writeDraft(store, 'sam', 'c1', { text: '', files: [aFile({ alt: 'The strap' })] }, 1)
  expect(readDraft(store, 'sam', 'c1')?.files).toEqual([aFile({ alt: 'The strap' })])
  writeDraft(store, 'sam', 'c1', words(''), 2)
  expect(store.length).toBe(0)
})

test.each([
  ['another file', [aFile({ uploadId: 'u2' })]],
  ['another description', [aFile({ alt: 'Two clips' })]],
  ['another order', [aFile({ uploadId: 'u2' }), aFile()]],
  ['no file any more', []],
])('%s is another answer, with a key of its own', (_what, files) => {
  const store = aStore()
  const before = { text: 'Like so', files: [aFile(), ...(files.length > 1 ? [aFile({ uploadId: 'u2' })] : [])] }
  expect(keyForSending(store, 'sam', 'c1', before, 'key 1', 1)).toBe('key 1')
  expect(keyForSending(store, 'sam', 'c1', before, 'key 2', 2)).toBe('key 1')
  expect(keyForSending(store, 'sam', 'c1', { text: 'Like so', files }, 'key 3', 3)).toBe('key 3')
})

test('a draft from before there were files is read', () => {
  const store = aStore()
  store.setItem('answerback.draft.sam.c1', JSON.stringify({ text: 'It does!', key: 'key 1', at: 1 }))
  expect(readDraft(store, 'sam', 'c1')).toEqual({ text: 'It does!', files: [], key: 'key 1', at: 1 })
})

test('counts what is kept, and lets go of what is older than 30 days', () => {
  const store = aStore()
  store.setItem('something else', 'x')
  writeDraft(store, 'sam', 'c1', words('Old'), 1)
  writeDraft(store, 'sam', 'c2', words('New'), 40 * day)
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
  writeDraft(full, 'sam', 'c1', words('It does!'), 1)
  expect(keyForSending(full, 'sam', 'c1', words('It does!'), 'key 1', 1)).toBe('key 1')
})

function words(text: string): Written {
  return { text, files: [] }
}

function aFile(over: Partial<DraftFile> = {}): DraftFile {
  return { key: 'f1', uploadId: 'u1', type: 'image/png', name: 'strap.png', bytes: 900, alt: '', ...over }
}
