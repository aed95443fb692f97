import { expect, test } from 'vitest'
import { findIn, readWanted } from '@answerback/core/search-words'
import { snippetOf } from './snippet.ts'

const around = (typed: string, text: string) => {
  const snippet = snippetOf(text, findIn([text], readWanted(typed))![0]!)
  return { ...snippet, marked: snippet.marks.map(([from, to]) => snippet.text.slice(from, to)) }
}

test('a short text is all there', () => {
  expect(around('strap', 'Does the strap come off?')).toMatchObject({
    text: 'Does the strap come off?',
    cut: { before: false, after: false },
    marked: ['strap'],
  })
})

test('a long one is cut around the first mark, between words', () => {
  const text = `${'before '.repeat(60)}the strap ${'after '.repeat(60)}strap`
  const { text: piece, cut, marked } = around('strap', text)
  expect(piece).toMatch(/^before .* the strap after .*$/)
  expect(piece.length).toBeLessThanOrEqual(260)
  expect([cut, marked]).toEqual([{ before: true, after: true }, ['strap']])
})

test('the beginning is shown where only the name was meant, and no sign is cut in two', () => {
  expect(snippetOf('word '.repeat(100), []).cut).toEqual({ before: false, after: true })
  const { text } = around('革', `${'😍'.repeat(200)}革${'😍'.repeat(200)}`)
  expect([text.isWellFormed(), text.includes('革')]).toEqual([true, true])
})
