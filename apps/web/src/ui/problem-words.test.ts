import { createTranslator } from 'use-intl/core'
import { expect, test } from 'vitest'
import { ApiProblem } from '../api/call.ts'
import { en } from '../words/en.ts'
import type { Words } from '../words/words.tsx'
import { problemWords, refusalOf } from './problem-words.ts'

const t = createTranslator({ locale: 'en', messages: en, timeZone: 'UTC' }) as unknown as Words

test('a wrong password is one calm sentence, whoever it was', () => {
  const problem = new ApiProblem(401, { code: 'wrong_credentials', title: 'The address or the password is wrong' })
  expect(problemWords(problem, t)).toBe('This e-mail address and password do not belong together.')
})

test('who tried too often is told when to come again', () => {
  const problem = new ApiProblem(429, { code: 'rate_limited', retryAfterSeconds: 840 })
  expect(problemWords(problem, t)).toBe('Too many tries. Come again in 14 m.')
  expect(problemWords(new ApiProblem(429, { code: 'rate_limited' }), t)).toMatch(/few minutes/)
})

test('no connection and our own failures say that nothing was changed', () => {
  expect(problemWords(new ApiProblem(0, {}), t)).toMatch(/not reached/)
  expect(problemWords(new ApiProblem(503, { code: 'internal' }), t)).toMatch(/Nothing was changed/)
})

test('any other refusal is told in the server’s words, as a sentence', () => {
  expect(problemWords(new ApiProblem(409, { code: 'already_member', title: 'Known', detail: 'they are here already' }), t)).toBe(
    'They are here already.',
  )
})

test('a fault of a field stands at the field, of none in the form at the whole', () => {
  const problem = new ApiProblem(400, {
    code: 'bad_request',
    detail: 'email: is no address',
    invalidParams: [{ name: 'email', reason: 'is no address' }],
  })
  expect(refusalOf(problem, t, ['email', 'name'])).toEqual({ fields: { email: 'Is no address.' }, whole: null })
  expect(refusalOf(problem, t, ['name'])).toEqual({ fields: {}, whole: 'Email: is no address.' })
})

test('what is no refusal is not swallowed', () => {
  expect(() => problemWords(new TypeError('a bug'), t)).toThrow('a bug')
})
