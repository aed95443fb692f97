import { describe, expect, test } from 'vitest'
import { answerRate, handledRate, populationOf, responseTimes, strictAnswerRate, withinTarget } from './figures.ts'
import { businessMs } from './hours.ts'
import type { Turn } from './history.ts'
import { quantileOf } from './kaplan-meier.ts'

const options = { now: 100, targetMs: 24 }

function aTurn(rest: Partial<Turn>): Turn {
  return {
    id: 'a1',
    handle: 'ann',
    messageIds: ['a1'],
    startAt: 0,
    state: 'open',
    endAt: null,
    endedBy: null,
    source: null,
    assumed: false,
    closedClass: null,
    acknowledged: false,
    foundLate: false,
    changedSinceAnswered: false,
    clocksDisagree: false,
    first: true,
    ...rest,
  }
}

const answered = (endAt: number) => aTurn({ state: 'answered', endAt })
const open = (startAt: number) => aTurn({ startAt })
const closed = (closedClass: 'not_owed' | 'declined', endAt: number) => aTurn({ state: 'closed', closedClass, endAt })
const moderated = (closedClass: 'not_owed' | 'declined', endAt: number) => aTurn({ state: 'moderated', closedClass, endAt })
const withdrawn = (endAt: number) => aTurn({ state: 'withdrawn', endAt })

describe('populations', () => {
  test.each([
    ['answered', answered(50), 'answered'],
    ['open', open(0), 'open'],
    ['declined on time', closed('declined', 5), 'declined'],
    ['declined late', closed('declined', 50), 'declined'],
    ['hidden, not for spam', moderated('declined', 5), 'declined'],
    ['set aside on time', closed('not_owed', 23), 'notOwed'],
    ['set aside in the instant it was due', closed('not_owed', 24), 'late'],
    ['spam hidden on time', moderated('not_owed', 5), 'moderated'],
    ['spam hidden late', moderated('not_owed', 30), 'late'],
    ['withdrawn on time', withdrawn(5), 'withdrawn'],
    ['withdrawn late', withdrawn(30), 'late'],
  ] as const)('%s', (_, turn, place) => {
    const population = populationOf([turn], options)
    expect(population[place]).toEqual([turn])
    expect(Object.values(population).flat()).toHaveLength(1)
  })

  test('each turn by its own target', () => {
    const population = populationOf([closed('not_owed', 5)], { now: 100, targetMs: () => 4 })
    expect(population.late).toHaveLength(1)
  })
})

describe('rates', () => {
  const turns = [
    answered(1),
    answered(2),
    open(0),
    closed('declined', 3),
    closed('not_owed', 3),
    moderated('not_owed', 3),
    withdrawn(30),
    withdrawn(3),
  ]
  const population = populationOf(turns, options)

  test('answer rate: answered of answered, open, declined and late', () => {
    expect(answerRate(population)).toEqual({ part: 2, whole: 5, share: 0.4 })
  })

  test('the strict one: answered of all', () => {
    expect(strictAnswerRate(population)).toEqual({ part: 2, whole: 8, share: 0.25 })
  })

  test('handled rate: answered, closed and moderated of all', () => {
    expect(handledRate(population)).toEqual({ part: 5, whole: 8, share: 0.625 })
  })

  test('nothing owed is no share, not a perfect one', () => {
    expect(answerRate(populationOf([withdrawn(3)], options))).toEqual({ part: 0, whole: 0, share: null })
  })
})

describe('response time', () => {
  const times = (turns: Turn[]) => responseTimes(populationOf(turns, options), options)

  test('all answered: plain quantiles', () => {
    expect(times([1, 2, 3, 4].map(answered))).toEqual({
      median: { ms: 2, reached: true },
      p75: { ms: 3, reached: true },
      p90: { ms: 4, reached: true },
      p95: { ms: 4, reached: true },
    })
  })

  test('an open turn has waited at least so long', () => {
    expect(times([answered(10), answered(50), open(70)])!.median).toEqual({ ms: 50, reached: true })
    expect(times([answered(10), open(0)])).toMatchObject({ median: { ms: 10, reached: true }, p75: { ms: 100, reached: false } })
  })

  test('a late end counts as censored at its end', () => {
    expect(times([answered(10), withdrawn(40), answered(50)])).toMatchObject({ median: { ms: 50 }, p90: { ms: 50, reached: true } })
  })

  test('a declined one is never answered', () => {
    expect(times([answered(10), closed('declined', 1), answered(20)])).toMatchObject({
      median: { ms: 20, reached: true },
      p75: { ms: 100, reached: false },
    })
  })

  test('set aside on time it is outside; nothing owed has no response time', () => {
    expect(times([closed('not_owed', 5)])).toBe(null)
  })

  test('by the business clock', () => {
    const hours = { timeZone: 'UTC', week: [{ day: 4, from: '09:00', to: '17:00' }], holidays: [] }
    const turn = answered(10 * 3_600_000)
    const population = populationOf([turn], { ...options, targetMs: 86_400_000 })
    expect(responseTimes(population, options, (from, to) => businessMs(from, to, hours))!.median).toEqual({ ms: 3_600_000, reached: true })
  })

  test('the estimator agrees with the example of Freireich and others (1963), remission under 6-MP: median 23 weeks', () => {
    const events = [6, 6, 6, 7, 10, 13, 16, 22, 23].map((ms) => ({ kind: 'answered' as const, ms }))
    const censored = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35].map((ms) => ({ kind: 'censored' as const, ms }))
    expect(quantileOf([...events, ...censored], 0.5)).toEqual({ ms: 23, reached: true })
    expect(quantileOf([...events, ...censored], 0.25)).toEqual({ ms: 13, reached: true })
    expect(quantileOf([...events, ...censored], 0.75)).toEqual({ ms: 35, reached: false })
  })
})

describe('within target', () => {
  test('of those due or answered; what is neither is pending and outside both sides', () => {
    const turns = [
      answered(24),
      answered(25),
      open(0),
      open(90),
      closed('declined', 1),
      { ...closed('declined', 95), startAt: 90 },
      withdrawn(30),
    ]
    expect(withinTarget(populationOf(turns, options), options)).toEqual({ part: 1, whole: 5, share: 0.2, pending: 2 })
  })

  test('in the instant it is due, an open turn counts as missed', () => {
    expect(withinTarget(populationOf([open(76)], options), options)).toEqual({ part: 0, whole: 1, share: 0, pending: 0 })
  })
})
