import { expect, test } from 'vitest'
import { countReply } from '@answerback/core/reply-limit'
import type { ConformanceOptions } from '../conformance.ts'

/** Lengths are counted the platform's way, and the glyph is one that a browser can draw. */
export function checkLimits({ platform, lengths, fixtures, self }: ConformanceOptions): void {
  const { replyLimit } = platform.can
  test.each(lengths)('counts $length in its own unit', ({ text, length }) => {
    expect(countReply(text, replyLimit).length).toBe(length)
    expect(countReply(text, replyLimit).left).toBeLessThanOrEqual(replyLimit.max - length)
  })

  test('every fixture is of a kind that it says it reads', () => {
    const strays = fixtures.flatMap(({ delivery }) =>
      platform
        .normalize(delivery, self)
        .facts.flatMap((fact) => (fact.fact === 'message' && !fact.ours && !platform.can.reads.includes(fact.kind) ? [fact.kind] : [])),
    )
    expect(strays).toEqual([])
  })

  test('says of the files that go with a reply what can be kept to', () => {
    const { media } = replyLimit
    if (!media) return expect(media).toBeUndefined()
    expect(media.max).toBeGreaterThan(0)
    expect(Object.keys(media.types).length).toBeGreaterThan(0)
    for (const [type, bytes] of Object.entries(media.types)) {
      expect(type).toMatch(/^[a-z]+\/[a-z0-9.+-]+$/)
      expect(bytes).toBeGreaterThan(0)
    }
    for (const type of media.alone ?? []) expect(Object.keys(media.types)).toContain(type)
    expect(media.textMax ?? replyLimit.max).toBeLessThanOrEqual(replyLimit.max)
  })

  test('says who it is and what it can', () => {
    expect(platform.id).toMatch(/^[a-z][a-z-]*$/)
    expect(platform.docs).toMatch(/^https:/)
    expect(platform.icon).toMatch(/^M[\d\s.,a-zA-Z-]+$/)
    expect(platform.connect.apiUrl).toMatch(/^https:/)
    expect(platform.like !== undefined).toBe(platform.can.like)
    expect(platform.hide !== undefined).toBe(platform.can.hide === true)
    expect(platform.remove !== undefined).toBe(platform.can.remove !== undefined)
    expect(platform.editReply !== undefined).toBe(platform.can.editReply === true)
    expect(platform.postStats !== undefined).toBe(platform.can.postStats === true)
    expect(platform.can.reads.length).toBeGreaterThan(0)
    expect(new Set(platform.can.reads).size).toBe(platform.can.reads.length)
    for (const { calls, perSeconds } of platform.budgets ?? []) expect(Math.min(calls, perSeconds)).toBeGreaterThan(0)
    for (const usd of Object.values(platform.costs ?? {})) expect(usd).toBeGreaterThan(0)
    expect(platform.connect.fields.some((field) => field.secret)).toBe(true)
    expect(new Set(platform.connect.fields.map((field) => field.name)).size).toBe(platform.connect.fields.length)
  })
}
