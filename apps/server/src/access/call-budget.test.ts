import fc from 'fast-check'
import { expect, test } from 'vitest'
import { takeCalls, takeFromAll, type Budget, type Used } from './call-budget.ts'

const at = (seconds: number) => new Date(1_800_000_000_000 + seconds * 1000)
const budget: Budget = { scope: 'channel', calls: 100, perSeconds: 60 }

test('whatever is asked when, no stretch of a window is given more than reading may take', () => {
  const asked = fc.array(fc.record({ afterMs: fc.integer({ min: 0, max: 30_000 }), calls: fc.integer({ min: 1, max: 50 }) }), {
    maxLength: 200,
  })
  fc.assert(
    fc.property(asked, (asks) => {
      let used: Used = []
      let ms = 0
      const given: { ms: number; calls: number }[] = []
      for (const { afterMs, calls } of asks) {
        ms += afterMs
        const result = takeCalls(budget, used, calls, new Date(at(0).getTime() + ms))
        used = result.used
        if (result.taken) given.push({ ms, calls })
      }
      for (const { ms: start } of given) {
        const within = given.filter((each) => each.ms >= start && each.ms < start + 60_000)
        expect(within.reduce((sum, each) => sum + each.calls, 0)).toBeLessThanOrEqual(80)
      }
    }),
  )
})

test('who is told to wait finds room then, and not before a slot ends', () => {
  const full = takeCalls(budget, [], 80, at(0)).used
  const refused = takeCalls(budget, full, 1, at(30))
  expect(refused).toMatchObject({ taken: false, freeAt: at(66) })
  expect(takeCalls(budget, refused.used, 1, at(65)).taken).toBe(false)
  expect(takeCalls(budget, refused.used, 80, at(66)).taken).toBe(true)
})

test('a round larger than the allowance gets a whole window, and not nothing for ever', () => {
  expect(takeCalls(budget, [], 1_000, at(0)).taken).toBe(true)
  expect(takeCalls(budget, takeCalls(budget, [], 1_000, at(0)).used, 1, at(1)).taken).toBe(false)
})

test('a clock that goes back opens nothing again', () => {
  const full = takeCalls(budget, [], 80, at(0)).used
  expect(takeCalls(budget, full, 1, at(-3_600)).taken).toBe(false)
})

test('of several allowances the tightest decides, and none is charged for what another refuses', () => {
  const budgets: Budget[] = [budget, { scope: 'channel', calls: 10, perSeconds: 3_600 }]
  const first = takeFromAll(budgets, {}, 8, at(0))
  expect(first).toMatchObject({ taken: true })
  const used = first.taken ? first.used : {}
  const second = takeFromAll(budgets, used, 1, at(120))
  expect(second).toEqual({ taken: false, freeAt: at(3_960) })
})

test('reading leaves a fifth to what people ask for, and both together are never given more than the whole', () => {
  const reading = takeCalls(budget, [], 80, at(0)).used
  const replies = takeCalls(budget, [], 20, at(1), { share: 1, others: reading })
  expect(replies).toMatchObject({ taken: true })
  expect(takeCalls(budget, replies.used, 1, at(2), { share: 1, others: reading })).toMatchObject({ taken: false, freeAt: at(66) })
  expect(takeCalls(budget, [], 61, at(2), { others: replies.used })).toMatchObject({ taken: false })
  expect(takeCalls(budget, [], 60, at(2), { others: replies.used })).toMatchObject({ taken: true })
})
