import { describe, expect, test } from 'vitest'
import { countMissing, countReply } from './reply-limit.ts'
import type { ReplyLimit } from './reply-limit.ts'

const mastodon: ReplyLimit = { max: 500, unit: 'graphemes', urlLength: 23, mentionsWithoutDomain: true }
const bluesky: ReplyLimit = { max: 300, unit: 'graphemes', maxBytes: 3_000 }
const family = '👨\u200d👩\u200d👧\u200d👦'

describe('as Mastodon counts', () => {
  test('every link is 23, long or short', () => {
    expect(countReply('https://a.b', mastodon).length).toBe(23)
    expect(countReply(`see https://example.org/${'x'.repeat(200)} and http://a.b`, mastodon).length).toBe(4 + 23 + 5 + 23)
  })

  test('a mention is as long as its name without the server', () => {
    expect(countReply('@ann@social.example hi', mastodon).length).toBe('@ann hi'.length)
    expect(countReply('@ann hi', mastodon).length).toBe(7)
    expect(countReply('write to ann@social.example', mastodon).length).toBe(27)
  })

  test('500 fit, one more does not', () => {
    expect(countReply('é'.repeat(500), mastodon).left).toBe(0)
    expect(countReply('é'.repeat(501), mastodon).left).toBe(-1)
  })
})

describe('as Bluesky counts', () => {
  test('300 graphemes, whatever they are made of', () => {
    expect(countReply('e\u0301'.repeat(300), bluesky)).toEqual({ length: 300, left: 0 })
    expect(countReply(`${family} hi`, bluesky).length).toBe(4)
    expect(countReply('a'.repeat(301), bluesky).left).toBe(-1)
  })

  test('and 3,000 bytes: 120 families are short enough to see and the 121st too long to send', () => {
    expect(new TextEncoder().encode(family)).toHaveLength(25)
    expect(countReply(family.repeat(120), bluesky)).toEqual({ length: 120, left: 180 })
    expect(countReply(family.repeat(121), bluesky)).toEqual({ length: 121, left: -25 })
  })
})

test('code points and UTF-16 units differ above the basic plane', () => {
  expect(countReply('👍👍', { max: 10, unit: 'codepoints' })).toEqual({ length: 2, left: 8 })
  expect(countReply('👍👍', { max: 10, unit: 'utf16' })).toEqual({ length: 4, left: 6 })
})

test('as X counts: weights, and every emoji and link is one size', () => {
  const limit: ReplyLimit = { max: 280, unit: 'weighted', urlLength: 23 }
  const lengthOf = (text: string): number => countReply(text, limit).length
  expect(lengthOf('Hello, world! 👋')).toBe(16)
  expect(lengthOf('你好')).toBe(4)
  expect(lengthOf(family)).toBe(2)
  expect(lengthOf('🇪🇸')).toBe(2)
  expect(lengthOf('cafe\u0301')).toBe(4)
  expect(lengthOf('see https://example.org/a/very/long/link/that/goes/on')).toBe(4 + 23)
  expect(countReply('a'.repeat(281), limit).left).toBe(-1)
})

test('where a platform wants more words, it says how many', () => {
  const limit: ReplyLimit = { max: 32_000, min: 20, unit: 'utf16' }
  expect(countMissing('  Ships Monday  ', limit)).toBe(8)
  expect(countMissing('Ships Monday, and to Spain', limit)).toBe(0)
  expect(countMissing('', { max: 500, unit: 'graphemes' })).toBe(0)
})

test('where a reply reaches only whom it names, their handle counts unless it is there already', () => {
  const limit: ReplyLimit = { max: 500, unit: 'graphemes', mentionsWithoutDomain: true, namesPerson: true }
  expect(countReply('ships Monday', limit, 'kai@garden.example').length).toBe('@kai ships Monday'.length)
  expect(countReply('@kai@garden.example ships Monday', limit, 'kai@garden.example').length).toBe('@kai ships Monday'.length)
  expect(countReply('@kai ships Monday', limit, 'kai@garden.example').length).toBe('@kai @kai ships Monday'.length)
  expect(countReply('ships Monday', limit, null).length).toBe('ships Monday'.length)
  expect(countReply('ships Monday', { ...limit, namesPerson: false }, 'kai@garden.example').length).toBe('ships Monday'.length)
})
