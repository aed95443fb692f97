import { mock } from 'node:test'
import { describe, expect, onTestFinished, test } from 'vitest'
import { PlatformError } from './error.ts'
import { bearer, failureOf, retryAfterMsOf, send } from './http.ts'

const now = new Date('2026-11-22T12:00:00.000Z')
const io = (fetch: typeof globalThis.fetch): { fetch: typeof globalThis.fetch; now: () => Date } => ({ fetch, now: () => now })

describe('redirects', () => {
  const hop = (location: string): Response => new Response(null, { status: 302, headers: { location } })

  test('a read follows one on its own origin', async () => {
    const asked: string[] = []
    const fetch = async (url: string | URL | Request): Promise<Response> => {
      asked.push(String(url))
      return asked.length === 1 ? hop('/moved') : new Response('here')
    }
    expect((await send(io(fetch), { url: 'https://a.test/x', headers: { authorization: 'Bearer t' } })).body).toBe('here')
    expect(asked).toEqual(['https://a.test/x', 'https://a.test/moved'])
  })

  test.each(['https://b.test/', 'http://a.test/', 'https://a.test:444/', '//b.test/x', 'not a url://'])(
    'a read never follows to %s',
    async (location) => {
      const asked: string[] = []
      const fetch = async (url: string | URL | Request): Promise<Response> => (asked.push(String(url)), hop(location))
      await expect(send(io(fetch), { url: 'https://a.test/x' })).rejects.toMatchObject({ kind: 'unavailable' })
      expect(asked.every((url) => url.startsWith('https://a.test/'))).toBe(true)
      expect(asked.length).toBeLessThanOrEqual(4)
    },
  )

  test('a write follows none, and its outcome is unknown', async () => {
    let calls = 0
    const fetch = async (): Promise<Response> => ((calls += 1), hop('/moved'))
    await expect(send(io(fetch), { method: 'POST', url: 'https://a.test/x', body: '{}' })).rejects.toMatchObject({
      kind: 'unavailable',
      notSent: false,
    })
    expect(calls).toBe(1)
  })
})

describe('how long a call may take', () => {
  const never = (_url: string | URL | Request, init?: RequestInit): Promise<Response> =>
    new Promise((_, reject) => init!.signal!.addEventListener('abort', () => reject(init!.signal!.reason as Error)))

  test.each([
    ['words', 'x'.repeat(10_000), undefined, 20],
    ['ten MiB', new Uint8Array(10 * 1024 * 1024), undefined, 180],
    ['ten MiB in a hurry', new Uint8Array(10 * 1024 * 1024), 3_000, 3],
  ])('%s', async (_what, body, timeoutMs, seconds) => {
    mock.timers.enable({ apis: ['setTimeout'] })
    onTestFinished(() => mock.timers.reset())
    let failure: unknown = null
    const call = send({ ...io(never), timeoutMs }, { method: 'POST', url: 'https://a.test/x', body }).catch(
      (error: unknown) => (failure = error),
    )
    mock.timers.tick(seconds * 1000 - 1)
    await new Promise(setImmediate)
    expect(failure).toBeNull()
    mock.timers.tick(1)
    await call
    expect(failure).toMatchObject({ kind: 'unavailable', notSent: false, message: `a.test did not answer within ${seconds} seconds` })
  })
})

describe('when to come back', () => {
  test.each([
    [{ 'retry-after': '7' }, 7000],
    [{ 'retry-after': 'Sun, 22 Nov 2026 12:00:30 GMT' }, 30_000],
    [{ 'ratelimit-reset': String(now.getTime() / 1000 + 45) }, 45_000],
    [{ 'ratelimit-reset': '45' }, 45_000],
    [{ 'x-ratelimit-reset': '2026-11-22T12:05:00.000000Z' }, 300_000],
    [{ 'x-ratelimit-reset': '2026-11-22T11:00:00Z' }, 1000],
    [{ 'retry-after': '0' }, 1000],
    [{ 'retry-after': '99999999' }, 86_400_000],
    [{ 'retry-after': 'soon' }, null],
    [{}, null],
  ])('%j', (headers, wanted) => {
    expect(retryAfterMsOf(new Headers(headers as Record<string, string>), now)).toBe(wanted)
  })
})

test.each([
  [401, 'reauthorize'],
  [403, 'rejected'],
  [404, 'gone'],
  [410, 'gone'],
  [408, 'unavailable'],
  [422, 'rejected'],
  [429, 'rate_limited'],
  [500, 'unavailable'],
  [503, 'unavailable'],
])('status %i is %s', (status, kind) => {
  expect(failureOf({ status, headers: new Headers(), body: '' }, now).kind).toBe(kind)
})

test('several addresses tried in vain were not sent; one of them reset may have been', async () => {
  const attempt = (...codes: string[]): Promise<unknown> => {
    const errors = codes.map((code) => Object.assign(new Error(code), { code }))
    return send(
      io(() => Promise.reject(new TypeError('fetch failed', { cause: new AggregateError(errors) }))),
      { url: 'https://a.test/' },
    ).catch((error: unknown) => error)
  }
  expect(await attempt('ECONNREFUSED', 'ENETUNREACH')).toMatchObject({ notSent: true })
  expect(await attempt('ECONNREFUSED', 'ECONNRESET')).toMatchObject({ notSent: false })
})

test('a guard’s refusal passes through as it is', async () => {
  const refusal = new PlatformError('rejected', 'That host is not allowed', { notSent: true })
  await expect(
    send(
      io(() => Promise.reject(refusal)),
      { url: 'https://a.test/' },
    ),
  ).rejects.toBe(refusal)
})

test('a token that no header can carry is a dead token', () => {
  expect(bearer('abc')).toBe('Bearer abc')
  for (const token of [undefined, '', 'a b', 'a\nb', 'ключ']) expect(() => bearer(token)).toThrow(PlatformError)
})
