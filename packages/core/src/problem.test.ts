import { expect, test } from 'vitest'
import { Problem, problems } from './problem.ts'

test('every code is a lower-case name with an error status and a title of its own', () => {
  for (const [code, { status }] of Object.entries(problems)) {
    expect(code).toMatch(/^[a-z]+(_[a-z]+)*$/)
    expect(status).toBeGreaterThanOrEqual(400)
    expect(status).toBeLessThan(600)
  }
  expect(new Set(Object.values(problems).map((one) => one.title)).size).toBe(Object.keys(problems).length)
})

test('a problem is an Error with its code, its sentence and what belongs to it', () => {
  const problem = new Problem('reply_too_long', 'The reply is 12 over the limit.', {
    invalidParams: [{ name: 'text', reason: 'too long' }],
  })
  expect(problem).toBeInstanceOf(Error)
  expect(problem.message).toBe('The reply is 12 over the limit.')
  expect(problem.code).toBe('reply_too_long')
  expect(problem.extra).toEqual({ invalidParams: [{ name: 'text', reason: 'too long' }] })
  expect(new Problem('internal', 'No.').extra).toEqual({})
})
