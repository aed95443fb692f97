import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  lateness,
  ledgerOf,
  madeAtMs,
  missingOf,
  nextCountMs,
  reasonsForDifference,
  sumLedgers,
  type Count,
  type Held,
} from './completeness.ts'

const number = fc.oneof(fc.nat(5), fc.nat(100_000))
const held: fc.Arbitrary<Held> = fc
  .record({ visible: number, hidden: number, deletedBefore: number, deletedSince: number, private: number })
  .map(({ deletedBefore, ...held }) => ({ ...held, deleted: deletedBefore + held.deletedSince }))
const nothing: Held = { visible: 0, hidden: 0, deleted: 0, private: 0, deletedSince: 0 }
const count: fc.Arbitrary<Count> = fc.record({ reported: number, withheld: number, read: fc.boolean() })
const sum = (ledger: ReturnType<typeof ledgerOf>): number => reasonsForDifference.reduce((total, reason) => total + ledger[reason], 0)

describe('the ledger of a post', () => {
  test('the reasons add up to the difference, each unit once', () => {
    fc.assert(
      fc.property(held, count, (held, count) => {
        const ledger = ledgerOf(held, count)
        expect(ledger.held + sum(ledger)).toBe(count.reported)
        expect(ledger.held).toBeGreaterThanOrEqual(0)
        for (const reason of ['hidden', 'private', 'deleted', 'filtered'] as const) expect(ledger[reason]).toBeGreaterThanOrEqual(0)
        expect(ledger.hidden).toBeLessThanOrEqual(held.hidden)
        expect(ledger.private).toBeLessThanOrEqual(held.private)
        expect(ledger.deleted).toBeLessThanOrEqual(held.deleted)
        expect(ledger.filtered).toBeLessThanOrEqual(count.withheld)
      }),
    )
  })

  test('complete only when nothing differs; until the thread was read nothing is explained away but what went since', () => {
    fc.assert(
      fc.property(held, count, (held, count) => {
        const ledger = ledgerOf(held, count)
        expect(ledger.state === 'complete').toBe(held.visible === count.reported)
        const difference = count.reported - held.visible
        expect(ledger.state === 'fetching').toBe(!count.read && (difference < 0 || difference > held.deletedSince))
        expect(ledger.state === 'unexplained').toBe(ledger.unexplained !== 0)
        if (!count.read) expect([ledger.hidden, ledger.private, ledger.filtered]).toEqual([0, 0, 0])
        if (ledger.state === 'explained' || ledger.state === 'complete') expect(missingOf(ledger)).toBe(0)
      }),
    )
  })

  test('what is found makes the difference smaller by as much', () => {
    fc.assert(
      fc.property(held, count, number, (held, count, found) => {
        fc.pre(held.visible + found <= count.reported)
        const before = ledgerOf(held, { ...count, read: false })
        const after = ledgerOf({ ...held, visible: held.visible + found }, { ...count, read: false })
        expect(missingOf(before) - missingOf(after)).toBe(Math.min(found, missingOf(before)))
      }),
    )
  })

  test('a platform that does not count says nothing of completeness', () => {
    expect(ledgerOf({ ...nothing, visible: 3 }, null)).toMatchObject({
      reported: null,
      held: 3,
      state: 'not_counted',
    })
  })
})

describe('posts together', () => {
  test('one post’s surplus never makes up for another’s gap, and the worst state counts', () => {
    const two = { ...nothing, visible: 2 }
    const more = ledgerOf(two, { reported: 1, withheld: 0, read: true })
    const less = ledgerOf(two, { reported: 3, withheld: 0, read: false })
    expect(sumLedgers([more, less])).toMatchObject({ posts: 2, reported: 4, held: 4, missing: 1, missingOn: 1, state: 'fetching' })
  })

  test('sums are those of the parts, and complete is said only of all', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(held, count), { maxLength: 8 }), (posts) => {
        const ledgers = posts.map(([held, count]) => ledgerOf(held, count))
        const all = sumLedgers(ledgers)
        for (const reason of reasonsForDifference) expect(all[reason]).toBe(ledgers.reduce((total, each) => total + each[reason], 0))
        expect(all.missing).toBe(ledgers.reduce((total, each) => total + missingOf(each), 0))
        expect(all.state === 'complete').toBe(ledgers.length > 0 && ledgers.every((each) => each.state === 'complete'))
      }),
    )
  })
})

test('late is what took long to reach us, not what was there before us', () => {
  const item = { platformAt: '2026-11-23T10:00:00.000Z', receivedAt: '2026-11-23T12:00:00.000Z' }
  // The example of RFC 9562, A.6, was made on 2022-02-22 at 19:22:22.
  const earlier = '017f22e2-79b0-7cc3-98c4-dc0c0c07398f'
  expect(new Date(madeAtMs(earlier)).toISOString()).toBe('2022-02-22T19:22:22.000Z')
  expect(lateness(item, earlier)).toBe(7_200_000)
  const laterMs = Date.parse('2026-11-23T11:00:00.000Z').toString(16).padStart(12, '0')
  expect(lateness(item, `${laterMs.slice(0, 8)}-${laterMs.slice(8)}-7cc3-98c4-dc0c0c07398f`)).toBeNull()
  expect(lateness({ ...item, receivedAt: '2026-11-23T10:00:20.000Z' }, earlier)).toBeNull()
})

test('posts are counted the more often the more happens there, and never less than weekly', () => {
  fc.assert(
    fc.property(fc.nat(90 * 86_400_000), fc.nat(90 * 86_400_000), fc.nat(40), (a, b, tries) => {
      const [busier, quieter] = a < b ? [a, b] : [b, a]
      expect(nextCountMs({ idleMs: busier, tries: 0 })).toBeLessThanOrEqual(nextCountMs({ idleMs: quieter, tries: 0 }))
      for (const ms of [nextCountMs({ idleMs: a, tries }), nextCountMs({ idleMs: a, tries: 0 })]) {
        expect(ms).toBeGreaterThanOrEqual(60_000)
        expect(ms).toBeLessThanOrEqual(7 * 86_400_000)
      }
    }),
  )
})
