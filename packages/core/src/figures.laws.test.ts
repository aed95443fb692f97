import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { closing } from '../test/a-history.ts'
import { endsAt, randomHistory } from '../test/random-history.ts'
import { answerRate, handledRate, populationOf, responseTimes, strictAnswerRate, withinTarget } from './figures.ts'
import type { Population, Rate } from './figures.ts'
import type { History, HistoryMessage, Turn } from './history.ts'
import type { Quantile } from './kaplan-meier.ts'
import { turnsOf } from './turns.ts'

/** When somebody acts: after all that happened. */
const now = endsAt + 10
const scene = fc.tuple(randomHistory, fc.integer({ min: 1, max: 100 })).map(([history, targetMs]) => ({ history, targetMs }))

function forAll(holds: (value: { history: History; targetMs: number }) => void): void {
  fc.assert(fc.property(scene, holds), { numRuns: 300 })
}

const figuresOf = (turns: Turn[], targetMs: number, at = now) => {
  const options = { now: at, targetMs }
  const population = populationOf(turns, options)
  return {
    answerRate: answerRate(population),
    within: withinTarget(population, options),
    times: responseTimes(population, options),
    strict: strictAnswerRate(population),
  }
}

/** Answer rate (follow-through is the same, by post), response times and share within target: none of them better than before. */
function expectNoneBetter(before: ReturnType<typeof figuresOf>, after: ReturnType<typeof figuresOf>): void {
  const share = (rate: Rate) => rate.share ?? 1
  expect(share(after.answerRate)).toBeLessThanOrEqual(share(before.answerRate))
  expect(share(after.within)).toBeLessThanOrEqual(share(before.within))
  expect(share(after.strict)).toBeLessThanOrEqual(share(before.strict))
  expect(before.times === null).toBe(after.times === null)
  for (const quantile of ['median', 'p75', 'p90', 'p95'] as const) {
    if (before.times && after.times) expect(isBetter(after.times[quantile], before.times[quantile])).toBe(false)
  }
}

function isBetter(a: Quantile, b: Quantile): boolean {
  return a.reached === b.reached ? a.ms < b.ms : a.reached
}

const open = (history: History) => turnsOf(history).filter((turn) => turn.state === 'open')
const late = (history: History, targetMs: number) => open(history).filter((turn) => now - turn.startAt >= targetMs)
const standing = (history: History, turn: Turn) =>
  turn.messageIds.filter((id) =>
    history.messages.some((message) => message.id === id && message.removed === null && message.hiddenAt === null),
  )
const change = (history: History, ids: string[], how: Partial<HistoryMessage>): History => ({
  ...history,
  messages: history.messages.map((message) => (ids.includes(message.id) ? { ...message, ...how } : message)),
})
const closeAs = (history: History, turn: Turn, kind: 'not_owed' | 'declined'): History => ({
  ...history,
  closings: [...history.closings, closing('now', now, turn.messageIds[0]!, { class: kind })],
})

describe('no figure gets better by', () => {
  test('ignoring: letting time pass', () =>
    forAll(({ history, targetMs }) => {
      const turns = turnsOf(history)
      for (const at of [now + 1, now + 30, now + 500]) expectNoneBetter(figuresOf(turns, targetMs), figuresOf(turns, targetMs, at))
    }))

  test('liking', () =>
    forAll(({ history, targetMs }) => {
      const liked = { ...history, likes: history.messages.map((message) => ({ messageId: message.id, at: now })) }
      expect(figuresOf(turnsOf(liked), targetMs)).toEqual(figuresOf(turnsOf(history), targetMs))
    }))

  test('declining, early or late', () =>
    forAll(({ history, targetMs }) => {
      const before = figuresOf(turnsOf(history), targetMs)
      for (const turn of open(history)) expectNoneBetter(before, figuresOf(turnsOf(closeAs(history, turn, 'declined')), targetMs))
    }))

  test('setting aside as not owed late, in that instant; its rates not ever after', () =>
    forAll(({ history, targetMs }) => {
      const turns = turnsOf(history)
      for (const turn of late(history, targetMs)) {
        const closed = turnsOf(closeAs(history, turn, 'not_owed'))
        expectNoneBetter(figuresOf(turns, targetMs), figuresOf(closed, targetMs))
        const [ignored, later] = [figuresOf(turns, targetMs, now + 500), figuresOf(closed, targetMs, now + 500)]
        expect([later.answerRate, later.within]).toEqual([ignored.answerRate, ignored.within])
      }
    }))

  test('hiding, early or late, one message or all of a turn', () =>
    forAll(({ history, targetMs }) => {
      const before = figuresOf(turnsOf(history), targetMs)
      for (const turn of open(history)) {
        const ids = standing(history, turn)
        for (const some of [ids, ids.slice(0, 1)]) {
          expectNoneBetter(before, figuresOf(turnsOf(change(history, some, { hiddenAt: now, moderationReason: null })), targetMs))
        }
      }
    }))

  test('hiding as spam late', () =>
    forAll(({ history, targetMs }) => {
      const before = figuresOf(turnsOf(history), targetMs)
      for (const turn of late(history, targetMs)) {
        const hidden = change(history, standing(history, turn), { hiddenAt: now, moderationReason: 'spam' })
        expectNoneBetter(before, figuresOf(turnsOf(hidden), targetMs))
      }
    }))

  // Of a part, the rule says that its author's deletion moves the start; of the whole turn, nothing gets better.
  test('a late withdrawal of all that waits', () =>
    forAll(({ history, targetMs }) => {
      const before = figuresOf(turnsOf(history), targetMs)
      for (const turn of late(history, targetMs)) {
        for (const by of ['author', 'unknown', 'parent'] as const) {
          const removed = change(history, standing(history, turn), { removed: { by, at: now } })
          expectNoneBetter(before, figuresOf(turnsOf(removed), targetMs))
        }
      }
    }))
})

const rows = (population: Population) => Object.values(population).flat()

test('every turn stands in exactly one place, and the rates open to them', () =>
  forAll(({ history, targetMs }) => {
    const turns = turnsOf(history)
    const population = populationOf(turns, { now, targetMs })
    expect(
      rows(population)
        .map((turn) => turn.id)
        .toSorted(),
    ).toEqual(turns.map((turn) => turn.id).toSorted())
    expect(answerRate(population).part).toBe(turns.filter((turn) => turn.state === 'answered').length)
    expect(handledRate(population).part).toBe(turns.filter((turn) => ['answered', 'closed', 'moderated'].includes(turn.state)).length)
  }))
