import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ConformanceOptions } from '../conformance.ts'
import { PlatformError } from '../error.ts'
import type { PlatformErrorKind } from '../error.ts'
import type { Io, Platform } from '../platform.ts'
import { brokenTexts } from './mutate.ts'

/** One answer of the platform and the kind it must become; `write` where a write's kind differs from a read's. `retryAfterMs` when it names a time. */
export type Failure = {
  name: string
  status: number
  headers?: Record<string, string>
  body: string
  read: PlatformErrorKind
  write?: PlatformErrorKind
  retryAfterMs?: number
}

type Call = [string, (io: Io) => Promise<unknown>]

const now = new Date('2026-11-22T12:00:00.000Z')
const createdAt = '2026-11-22T11:59:00.000Z'

/** Whatever happens to a call, one of five kinds comes out; what surely was not sent says so; a poll always ends. */
export function checkFailures({ platform, self, channel, target, failures, endless, own = target }: ConformanceOptions): void {
  const ioOf = (fetch: Io['fetch'], timeoutMs?: number): Io => {
    const io: Io = { fetch, now: () => now, ...channel, save: async (credentials) => void (io.credentials = credentials), self, timeoutMs }
    return io
  }
  const input = { target, text: 'Thank you', key: '0199-key', createdAt, since: createdAt }
  const pollInput = {
    cursor: null,
    posts: [{ externalId: target.postExternalId ?? target.externalId, ref: {} }],
    open: [{ externalId: target.externalId, ref: target.ref }],
  }
  const message = { externalId: target.externalId, ref: target.ref }
  const { backfill, like, hide, remove, editReply, postStats } = platform
  const keys = platform.webhook?.keys
  /** Those that ask go everywhere but where nothing can be asked; the rest is there where the platform can do it. */
  const unasked = platform.can.polls === false
  const asking: Call[] = [
    ['poll', (io) => platform.poll(io, pollInput)],
    ['find', (io) => platform.find(io, input)],
  ]
  const always: Call[] = [['reply', (io) => platform.reply(io, input)], ...(unasked ? [] : asking)]
  const calls: Call[] = [
    ...always,
    ['connect', (io) => platform.connect.open(io, { ...channel.settings, ...channel.credentials })],
    ...connecting(platform.connect, channel.settings),
    ...(backfill ? [['backfill', (io) => backfill(io, { cursor: null, backTo: '2026-08-24T12:00:00.000Z' })] satisfies Call] : []),
    ...(keys ? [['keys', (io) => keys.read(io, channel.settings)] satisfies Call] : []),
    ...(like ? [['like', (io) => like(io, { ...message, liked: true })] satisfies Call] : []),
    ...(hide ? [['hide', (io) => hide(io, { ...message, hidden: true })] satisfies Call] : []),
    ...(remove ? [['remove', (io) => remove(io, own)] satisfies Call] : []),
    ...(editReply ? [['edit', (io) => editReply(io, { ...own, text: 'Thank you, Ana' })] satisfies Call] : []),
    ...(postStats ? [['stats', (io) => postStats(io, { posts: pollInput.posts })] satisfies Call] : []),
    ...(platform.can.privateReply ? [['private reply', (io) => platform.reply(io, { ...input, privately: true })] satisfies Call] : []),
  ]

  test.each(failures)('$name', async ({ status, headers = {}, body, read, write = read, retryAfterMs }) => {
    const answer = async (): Promise<Response> =>
      new Response(body, { status, headers: { 'content-type': 'application/json', ...headers } })
    const replied = await failureOf(platform.reply(ioOf(answer), input))
    expect(replied.kind).toBe(write)
    const polled = unasked ? replied : await failureOf(platform.poll(ioOf(answer), pollInput))
    expect(polled.kind).toBe(unasked ? write : read)
    expect(polled.message).not.toBe('')
    if (retryAfterMs !== undefined) expect(polled.retryAfterMs).toBe(retryAfterMs)
  })

  const unwell: [string, () => Promise<Response>][] = [
    ['HTML with 200', async () => new Response('<!doctype html><p>One moment', { status: 200 })],
    ['HTML that says it is JSON', async () => new Response('<html>', { status: 200, headers: { 'content-type': 'application/json' } })],
    ['half of a JSON', async () => new Response('{"data":[{"id":"1","mess', { status: 200 })],
    ['500 without a body', async () => new Response(null, { status: 500 })],
    ['502 with HTML', async () => new Response('<h1>Bad gateway</h1>', { status: 502 })],
    ['503', async () => new Response('busy', { status: 503, headers: { 'retry-after': '7' } })],
    ['a redirect to another host', async () => new Response(null, { status: 302, headers: { location: 'https://elsewhere.example/' } })],
    [
      'a reset connection',
      async () => Promise.reject(new TypeError('fetch failed', { cause: Object.assign(new Error('reset'), { code: 'ECONNRESET' }) })),
    ],
    ['a body over the cap', async () => new Response(new Uint8Array(9 * 1024 * 1024), { status: 200 })],
  ]
  test.each(unwell)('unavailable: %s', async (_, answer) => {
    for (const [name, call] of always) expect((await failureOf(call(ioOf(answer)))).kind, name).toBe('unavailable')
  })

  test('JSON that says it is something else is read all the same', async () => {
    const endAs = (contentType: string): Promise<unknown> => {
      const answer: Io['fetch'] = async (url) =>
        new Response(JSON.stringify(endless(new URL(url instanceof Request ? url.url : url), 0)), {
          headers: { 'content-type': contentType },
        })
      return platform.poll(ioOf(answer), pollInput).then(
        ({ pages }) => pages.map((page) => page.resource),
        (error: unknown) => (error as PlatformError).kind,
      )
    }
    const usual = await endAs('application/json')
    for (const other of ['text/html; charset=iso-8859-1', 'application/octet-stream', 'nonsense']) expect(await endAs(other)).toEqual(usual)
  })

  test('a call that never answers ends by its time limit', async () => {
    const never = (): Promise<Response> => new Promise(() => {})
    const ends = calls.map(async ([name, call]) => expect((await failureOf(call(ioOf(never, 20)))).kind, name).toBe('unavailable'))
    await Promise.all(ends)
  })

  test.each(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'])('%s was surely not sent', async (code) => {
    const refuse = async (): Promise<Response> =>
      Promise.reject(new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code }) }))
    const failure = await failureOf(platform.reply(ioOf(refuse), input))
    expect({ kind: failure.kind, notSent: failure.notSent }).toEqual({ kind: 'unavailable', notSent: true })
  })

  test('any JSON at all ends in a result or a PlatformError, after a bounded number of calls', async () => {
    await fc.assert(
      fc.asyncProperty(fc.json({ maxDepth: 4 }), fc.constantFrom(200, 200, 200, 400, 404), async (body, status) => {
        for (const [, call] of calls) await expectEnd(call, async () => new Response(body, { status }))
      }),
      { numRuns: 60 },
    )
    for (const text of brokenTexts) for (const [, call] of calls) await expectEnd(call, async () => new Response(text, { status: 200 }))
  })

  async function expectEnd(call: (io: Io) => Promise<unknown>, answer: () => Promise<Response>): Promise<void> {
    let count = 0
    const counted = async (): Promise<Response> => ((count += 1), answer())
    const end = await call(ioOf(counted)).then(
      () => null,
      (error: unknown) => error,
    )
    if (end !== null) expect(end).toBeInstanceOf(PlatformError)
    expect(count).toBeLessThan(500)
  }

  test.each([1, 0])('pages without end end the poll (step %i)', async (grow) => {
    let cursor: unknown = null
    for (let round = 0; round < 4; round += 1) {
      let count = 0
      const answer: Io['fetch'] = async (url) => {
        count += 1
        return new Response(JSON.stringify(endless(new URL(url instanceof Request ? url.url : url), grow * count)), { status: 200 })
      }
      const end = await platform.poll(ioOf(answer), { ...pollInput, cursor }).then(
        (result) => result,
        (error: unknown) => error,
      )
      expect(count).toBeLessThan(700)
      if (end instanceof Error) expect(end).toMatchObject({ kind: 'unavailable' })
      else cursor = JSON.parse(JSON.stringify((end as { cursor: unknown }).cursor))
      expect(JSON.stringify(cursor).length).toBeLessThan(100_000)
    }
  })

  if (backfill)
    test.each([1, 0])('pages without end end a piece of the past (step %i)', async (grow) => {
      let count = 0
      const answer: Io['fetch'] = async (url) => {
        count += 1
        return new Response(JSON.stringify(endless(new URL(url instanceof Request ? url.url : url), grow * count)), { status: 200 })
      }
      const piece = await backfill(ioOf(answer), { cursor: null, backTo: '2000-01-01T00:00:00.000Z' }).catch((error: unknown) => error)
      expect(count).toBeLessThan(100)
      if (piece instanceof Error) expect(piece).toMatchObject({ kind: 'unavailable' })
      else expect(JSON.stringify((piece as { cursor: unknown }).cursor).length).toBeLessThan(10_000)
    })

  if (unasked)
    test('asks nothing: a poll is empty, and a look says what is known without one', async () => {
      const silent = ioOf(() => Promise.reject(new Error('it asked')))
      expect(await platform.poll(silent, { ...pollInput, cursor: 'kept' })).toMatchObject({ pages: [], cursor: 'kept' })
      expect((await platform.find(silent, input)).found).toBe(platform.can.exactlyOnce === 'key' ? 'absent' : 'unsure')
    })

  test('uses no network but the given fetch, and only the channel’s host', async () => {
    const global = globalThis.fetch
    const hosts = new Set<string>()
    const seen = async (url: string | URL | Request): Promise<Response> => {
      hosts.add(new URL(url instanceof Request ? url.url : url).host)
      return new Response('{}', { status: 200 })
    }
    globalThis.fetch = () => Promise.reject(new Error('the global fetch was used'))
    try {
      for (const [name, call] of calls) {
        const end = await call(ioOf(seen)).then(() => '', String)
        expect(end, name).not.toContain('global fetch')
      }
    } finally {
      globalThis.fetch = global
    }
    expect([...hosts]).toEqual([new URL(channel.settings.apiUrl ?? '').host])
  })
}

/** Every other call that connecting and disconnecting make. */
function connecting({ oauth, close }: Platform['connect'], settings: Record<string, string>): [string, (io: Io) => Promise<unknown>][] {
  const redirectUrl = 'https://inbox.example.org/oauth/here'
  const grant = { settings, client: { id: '1', secret: '2' }, redirectUrl, code: '3', codeVerifier: '4' }
  return [
    ...(oauth ? [named('exchange', (io) => oauth.exchange(io, grant))] : []),
    ...(oauth?.register ? [named('register', (io) => oauth.register!(io, { settings, redirectUrl }))] : []),
    ...(close ? [named('close', close)] : []),
  ]
}

function named(name: string, call: (io: Io) => Promise<unknown>): [string, (io: Io) => Promise<unknown>] {
  return [name, call]
}

async function failureOf(call: Promise<unknown>): Promise<PlatformError> {
  const error = await call.then(
    () => new Error('it succeeded'),
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(PlatformError)
  return error as PlatformError
}
