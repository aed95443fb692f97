import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Fact } from '@answerback/core/facts'
import type { ConformanceOptions } from '../conformance.ts'
import type { Normalized } from '../platform.ts'
import { brokenTexts, mutation } from './mutate.ts'

/** Fixtures read as written down; everything else reads without a throw, the same each time, into facts that a database takes. */
export function checkNormalize({ platform, fixtures, self }: ConformanceOptions): void {
  test.each(fixtures)('reads the fixture $name', ({ delivery, expect: wanted }) => {
    const read = platform.normalize(delivery, self)
    expect(read.facts).toHaveLength(wanted.facts.length)
    read.facts.forEach((fact, index) => expect(fact).toMatchObject(wanted.facts[index]!))
    expect({ unknown: read.unknown.length, ignored: read.ignored }).toEqual({ unknown: wanted.unknown, ignored: wanted.ignored })
    expectSound(read)
  })

  test('every fixture says where it comes from', () => {
    expect(fixtures.length).toBeGreaterThan(0)
    for (const { name, provenance, date, link } of fixtures) {
      expect(['captured', 'documented', 'invented'], name).toContain(provenance)
      expect(date, name).toMatch(/^\d{4}-\d\d-\d\d$/)
      expect(link, name).toMatch(/^https:\/\//)
    }
  })

  test('is pure: the same delivery gives the same facts, whatever was read before', () => {
    const once = fixtures.map(({ delivery }) => platform.normalize(delivery, self))
    const again = fixtures.toReversed().map(({ delivery }) => platform.normalize(Object.freeze({ ...delivery }), self))
    expect(again.toReversed()).toEqual(once)
  })

  test('ids do not depend on when it was received', () => {
    for (const { delivery } of fixtures) {
      const ids = (receivedAt: string): string[] =>
        platform.normalize({ ...delivery, receivedAt }, self).facts.map((fact) => fact.externalId)
      expect(ids('2031-01-01T00:00:00.000Z')).toEqual(ids(delivery.receivedAt))
    }
  })

  test('an account of the workspace is ours whichever channel sees it', () => {
    for (const { delivery } of fixtures) {
      const oursOf = (read: Normalized): string[] => read.facts.flatMap((fact) => ('ours' in fact && fact.ours ? [fact.externalId] : []))
      const elsewhere = { ...self, accountId: 'somebody else', ownedIds: [self.accountId] }
      expect(oursOf(platform.normalize(delivery, elsewhere))).toEqual(oursOf(platform.normalize(delivery, self)))
    }
  })

  test('reads mutated bodies without a throw, into sound facts', () => {
    fc.assert(
      fc.property(fc.constantFrom(...fixtures), fc.array(mutation, { minLength: 1, maxLength: 4 }), ({ delivery }, mutations) => {
        const body = mutations.reduce((text, mutate) => mutate(text), delivery.body)
        expectSound(platform.normalize({ ...delivery, body }, self))
      }),
      { numRuns: 600 },
    )
  })

  test('reads bodies that are not its own without a throw, and says so', () => {
    const kinds = [...new Set(fixtures.map(({ delivery }) => delivery.kind)), 'no such kind']
    for (const kind of kinds) {
      for (const body of brokenTexts) {
        const read = platform.normalize({ kind, request: {}, body, receivedAt: fixtures[0]!.delivery.receivedAt }, self)
        expectSound(read)
        expect(read.facts.filter((fact) => fact.fact === 'message' || fact.fact === 'post')).toEqual([])
      }
    }
    expect(platform.normalize({ ...fixtures[0]!.delivery, kind: 'no such kind' }, self).unknown).toHaveLength(1)
    expect(platform.normalize({ ...fixtures[0]!.delivery, body: '<!doctype html><p>One moment' }, self).unknown).toHaveLength(1)
  })

  test('reads any JSON without a throw', () => {
    const kinds = [...new Set(fixtures.map(({ delivery }) => delivery.kind))]
    fc.assert(
      fc.property(fc.constantFrom(...kinds), fc.json({ maxDepth: 6 }), (kind, body) => {
        expectSound(platform.normalize({ kind, request: {}, body, receivedAt: fixtures[0]!.delivery.receivedAt }, self))
      }),
      { numRuns: 300 },
    )
  })
}

const kinds = ['comment', 'reply', 'mention', 'quote', 'review', 'direct']

/** Facts with their ids, instants in UTC; quarantine entries named. */
export function expectSound(read: Normalized): void {
  for (const fact of read.facts) expectSoundFact(fact)
  for (const { index, reason } of read.unknown) {
    expect(Number.isInteger(index) && index >= -1).toBe(true)
    expect(reason).not.toBe('')
  }
  expect(Number.isInteger(read.ignored) && read.ignored >= 0).toBe(true)
  for (const { kind, id } of read.wanted ?? [])
    expect([kind, id].every((each) => typeof each === 'string' && each !== '' && each.length <= 1000)).toBe(true)
}

function expectSoundFact(fact: Fact): void {
  expect(fact.externalId).toMatch(/./u)
  for (const at of [fact.platformAt, ...(fact.fact === 'message' ? [fact.authorAt, fact.editedAt] : [])]) {
    if (at !== null) expect(new Date(at).toISOString()).toBe(at)
  }
  if (fact.fact !== 'message' && fact.fact !== 'post') return
  expect(fact.platformAt).not.toBeNull()
  expect(typeof fact.text).toBe('string')
  expect(Object.values(fact.ref).every((value) => typeof value === 'string')).toBe(true)
  if (fact.author !== null) expect(fact.author.externalId).toMatch(/./u)
  for (const media of fact.media) expect(media.url).toMatch(/^https?:/i)
  if (fact.url !== null) expect(fact.url).toMatch(/^https?:/i)
  if (fact.fact !== 'message') return
  expect(kinds).toContain(fact.kind)
  if (fact.rating != null)
    expect({ kind: fact.kind, stars: Math.min(Math.max(fact.rating, 1), 5) }).toEqual({ kind: 'review', stars: fact.rating })
  expect(fact.version).toMatch(/./u)
  expect(fact.parentExternalId === fact.externalId).toBe(false)
}
