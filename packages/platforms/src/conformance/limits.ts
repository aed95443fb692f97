import { expect, test } from 'vitest'
import { countReply } from '@answerback/core/reply-limit'
import type { ConformanceOptions } from '../conformance.ts'

/** Lengths are counted the platform's way, and the glyph is one that a browser can draw. */
export function checkLimits({ platform, lengths }: ConformanceOptions): void {
  const { replyLimit } = platform.can
  test.each(lengths)('counts $length in its own unit', ({ text, length }) => {
    expect(countReply(text, replyLimit).length).toBe(length)
    expect(countReply(text, replyLimit).left).toBeLessThanOrEqual(replyLimit.max - length)
  })

  test('says who it is', () => {
    expect(platform.id).toMatch(/^[a-z][a-z-]*$/)
    expect(platform.docs).toMatch(/^https:/)
    expect(platform.icon).toMatch(/^M[\d\s.,a-zA-Z-]+$/)
    expect(platform.connect.apiUrl).toMatch(/^https:/)
    expect(platform.like !== undefined).toBe(platform.can.like)
    expect(platform.connect.fields.some((field) => field.secret)).toBe(true)
    expect(new Set(platform.connect.fields.map((field) => field.name)).size).toBe(platform.connect.fields.length)
  })
}
