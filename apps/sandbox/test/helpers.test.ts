import { createHash } from 'node:crypto'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Context } from '../src/context.ts'
import { hmac256 } from '../src/http/hmac.ts'
import { pageBelow, pageNumbered, readCursor, writeCursor } from '../src/http/paging.ts'
import { Windows } from '../src/http/windows.ts'
import { Codes } from '../src/oauth/codes.ts'
import { Tokens, fateOfStatic } from '../src/oauth/tokens.ts'
import { startSandbox } from '../src/sandbox.ts'
import type { Sandbox } from '../src/sandbox.ts'

let sandbox: Sandbox
let context: Context
let nowMs: number
beforeEach(async () => {
  nowMs = Date.parse('2026-11-23T10:00:00Z')
  sandbox = await startSandbox({ port: 0, now: () => new Date(nowMs) })
  const { world, secrets, faults, url } = sandbox
  context = { world, secrets, faults, publicUrl: () => url, enforceLimits: true }
})
afterEach(() => sandbox.close())

test('signs as published examples do', () => {
  expect(hmac256('key', 'The quick brown fox jumps over the lazy dog')).toBe(
    'f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8',
  )
  expect(hmac256('key', 'The quick brown fox jumps over the lazy dog', 'base64')).toBe('97yD9DBThCSxMpjmqm+xQ+9NWaFJRhdZl0edvC0aPNg=')
})

test('pages by place lead through all entries once, also when one is deleted in between', () => {
  const entries = ['a', 'b', 'c', 'd', 'e']
  const seen: string[] = []
  let cursor: string | undefined
  do {
    const { page, next } = pageBelow(context, entries, (entry) => entry, { below: readCursor(cursor), limit: 2 })
    seen.push(...page)
    cursor = next === null ? undefined : writeCursor(next)
    if (seen.length === 2) entries.splice(entries.indexOf('d'), 1)
  } while (cursor)
  expect(seen).toEqual(['e', 'd', 'c', 'b', 'a'])
})

test('pages by number shift, and come short when they are told to', () => {
  expect(pageNumbered(context, [1, 2, 3, 4, 5], { page: 2, limit: 2 })).toEqual({ page: [3, 4], more: true })
  expect(pageNumbered(context, [1, 2, 3, 4, 5], { page: 3, limit: 2 })).toEqual({ page: [5], more: false })
  sandbox.faults.setQuirks({ shortPages: true })
  expect(pageNumbered(context, [1, 2, 3, 4, 5], { page: 1, limit: 4 })).toEqual({ page: [1, 2], more: true })
})

test('a window counts down, refuses above its limit, and begins anew', () => {
  const windows = new Windows(context, 'mastodon')
  const calls = [1, 2, 3].map(() => windows.use('all', 2, 60))
  expect(calls.map(({ left, over }) => [left, over])).toEqual([
    [1, false],
    [0, false],
    [0, true],
  ])
  expect(calls[2]?.resetAt).toBe(nowMs + 60_000)
  nowMs += 60_000
  expect(windows.use('all', 2, 60)).toMatchObject({ left: 1, over: false })
})

test('access tokens run out and are refreshed; a rotating refresh token is good once', () => {
  const tokens = new Tokens(context, 'mastodon', { secret: 's', accessSeconds: 7_200, rotates: true })
  const first = tokens.issue()
  expect(tokens.fateOf(first.accessToken)).toBe('good')
  expect(tokens.fateOf(first.refreshToken)).toBe('unknown')
  expect(tokens.fateOf(`${first.accessToken}x`)).toBe('unknown')
  nowMs += 7_200_000
  expect(tokens.fateOf(first.accessToken)).toBe('expired')
  const second = tokens.refresh(first.refreshToken)
  expect(tokens.fateOf(second?.accessToken)).toBe('good')
  expect(tokens.refresh(first.refreshToken)).toBeNull()
  const other = new Tokens(context, 'mastodon', { secret: 's', accessSeconds: 7_200, rotates: true })
  other.used.restore(tokens.used.all())
  expect(other.refresh(first.refreshToken), 'also after a restart').toBeNull()
})

test('a token state ends tokens until they are refreshed, or for good', () => {
  const tokens = new Tokens(context, 'mastodon', { secret: 's', accessSeconds: 7_200, rotates: false })
  const pair = tokens.issue()
  nowMs += 1_000
  sandbox.faults.setToken('mastodon', 'expired', new Date(nowMs))
  expect(tokens.fateOf(pair.accessToken)).toBe('expired')
  const next = tokens.refresh(pair.refreshToken)
  expect([tokens.fateOf(next?.accessToken), next?.refreshToken]).toEqual(['good', pair.refreshToken])
  sandbox.faults.setToken('mastodon', 'revoked', new Date(nowMs))
  expect([tokens.fateOf(next?.accessToken), tokens.refresh(pair.refreshToken)]).toEqual(['revoked', null])
  expect(fateOfStatic(context, 'mastodon', 'abc', 'abc')).toBe('revoked')
  expect(fateOfStatic(context, 'mastodon', 'abd', 'abc')).toBe('unknown')
})

test('a code is good once, in time, for its redirect address and its verifier', () => {
  const codes = new Codes(() => nowMs, 30)
  const redirectUri = 'http://127.0.0.1:3000/back'
  const challenge = createHash('sha256').update('proof').digest('base64url')
  const grant = { clientId: 'c', redirectUri, challenge, scope: 'read' }
  const url = new URL(codes.backTo(grant, 'st&ate'))
  expect(url.searchParams.get('state')).toBe('st&ate')
  const code = url.searchParams.get('code') ?? ''
  expect(codes.take('other', { redirectUri, verifier: 'proof' })).toBe('unknown')
  expect(codes.take(code, { redirectUri: `${redirectUri}/`, verifier: 'proof' })).toBe('redirect')
  expect(codes.take(code, { redirectUri, verifier: 'guess' })).toBe('verifier')
  expect(codes.take(code, { redirectUri, verifier: 'proof' })).toMatchObject(grant)
  expect(codes.take(code, { redirectUri, verifier: 'proof' })).toBe('used')
  const late = codes.give(grant)
  nowMs += 31_000
  expect(codes.take(late, { redirectUri, verifier: 'proof' })).toBe('expired')
})
