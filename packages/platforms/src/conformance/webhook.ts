import { expect, test } from 'vitest'
import type { ConformanceOptions } from '../conformance.ts'
import { PlatformError } from '../error.ts'
import { brokenTexts } from './mutate.ts'

const usualNow = '2026-11-22T12:00:00.000Z'

/** A signed body is taken, and nothing else; entries keep their order and each reads by itself. */
export function checkWebhook({ platform, fixtures, self, signed, handshakes = [] }: ConformanceOptions): void {
  const { webhook } = platform
  test('is there exactly when the platform says so', () => {
    expect(webhook !== undefined).toBe(platform.can.webhook)
    expect(signed !== undefined).toBe(platform.can.webhook)
    if (webhook?.keys) expect([webhook.perChannel, webhook.keys.words.trim() !== '']).toEqual([true, true])
  })
  if (!webhook || !signed) return
  const { secret, headers, now = usualNow, url = `https://inbox.example/webhooks/${platform.id}` } = signed
  const body = Buffer.from(signed.body)
  const at = { now: new Date(now), url, ...(signed.settings && { settings: signed.settings }), ...(signed.keys && { keys: signed.keys }) }
  const verify = (given: Record<string, string | undefined>, bytes: Uint8Array = body, key = secret, when = at): boolean =>
    webhook.verify(key, given, bytes, when)
  const [name, value] = Object.entries(headers)[0] ?? ['', '']

  test('takes the right signature over the raw bytes', () => {
    expect(verify(headers)).toBe(true)
  })

  test('refuses everything else', () => {
    const flipped = value.slice(0, -1) + (value.endsWith('0') ? '1' : '0')
    const spoiled = [undefined, '', flipped, `${value}, ${value}`, `${value},${value}`, `${value} `, value.slice(0, -2), `${value}00`]
    spoiled.push(value.replace('sha256', 'sha1'), 'sha256=', 'x', '\u0000', 'ü')
    for (const each of spoiled) if (each !== value) expect(verify({ ...headers, [name]: each }), JSON.stringify(each)).toBe(false)
    expect(verify({})).toBe(false)
    expect(verify({ 'x-hub-signature': value })).toBe(false)
    // Every header that the signature needs, each alone.
    for (const each of Object.keys(headers)) expect(verify({ ...headers, [each]: undefined }), each).toBe(false)
    if (webhook.keys) {
      expect(verify(headers, body, secret, { ...at, keys: {} })).toBe(false)
      expect(verify(headers, body, secret, { ...at, url: `${url}/` })).toBe(false)
    } else {
      expect(verify(headers, body, '')).toBe(false)
      expect(verify(headers, body, `${secret} `)).toBe(false)
    }
    if (webhook.unsignedBody) return
    for (let place = 0; place < body.length; place += 1) {
      const tampered = Buffer.from(body)
      tampered[place] = tampered[place]! ^ 1
      expect(verify(headers, tampered)).toBe(false)
    }
    expect(verify(headers, Buffer.concat([body, Buffer.from(' ')]))).toBe(false)
  })

  test('a signed time counts, where it says so, and only there', () => {
    const late = (ms: number): boolean => verify(headers, body, secret, { ...at, now: new Date(at.now.getTime() + ms) })
    const reachMs = webhook.freshMs ?? 10 * 365 * 86_400_000
    expect([late(reachMs - 2_000), late(2_000 - reachMs)]).toEqual([true, true])
    if (webhook.freshMs !== undefined) expect([late(reachMs + 2_000), late(-reachMs - 2_000)]).toEqual([false, false])
  })

  test('an address is tried as the platform tries it', () => {
    expect(handshakes.length > 0).toBe(webhook.handshake !== 'none')
    for (const { app, query, answer } of handshakes) {
      expect(webhook.challenge(app, query)).toEqual(answer)
      const wrong = webhook.handshake === 'secret' ? { ...app, secret: `${app.secret}x` } : { ...app, verifyToken: `${app.verifyToken}x` }
      expect(webhook.challenge(wrong, query)).not.toEqual(answer)
      expect(webhook.challenge({ secret: '', verifyToken: '' }, query)).toBeNull()
    }
    for (const query of [{}, { crc_token: '' }, { challengeCode: '' }, { 'hub.mode': 'subscribe' }, { x: undefined }])
      expect(webhook.challenge({ secret, verifyToken: 'token' }, query)).toBeNull()
  })

  test('our own test event is signed as theirs are, never twice the same, and says nothing', () => {
    const one = webhook.sample(secret, self.accountId, at.now)
    for (const wrong of ['', `${secret} `]) expect(verify(one.headers, Buffer.from(one.body), wrong)).toBe(false)
    const other = webhook.sample(secret, self.accountId, at.now)
    expect(verify(one.headers, Buffer.from(one.body))).toBe(true)
    expect(one.body).not.toBe(other.body)
    expect(webhook.answer?.(Buffer.from(one.body)) ?? null).toBeNull()
    const request = kept(one.headers)
    for (const entry of webhook.entries(one.body, request)) {
      if (!webhook.perChannel && entry.accountExternalId !== '') expect(entry.accountExternalId).toBe(self.accountId)
      const read = platform.normalize({ kind: 'webhook', request, body: entry.body, receivedAt: usualNow }, self)
      expect({ facts: read.facts, unknown: read.unknown, wanted: read.wanted ?? [] }).toEqual({ facts: [], unknown: [], wanted: [] })
    }
  })

  function kept(all: Record<string, string>): Record<string, string> {
    return Object.fromEntries((webhook!.keeps ?? []).flatMap((each) => (all[each] === undefined ? [] : [[each, all[each]]])))
  }

  test('an entry by itself reads as it did in its body', () => {
    for (const { name: fixture, delivery } of fixtures.filter((each) => each.delivery.kind === 'webhook')) {
      const entries = webhook.entries(delivery.body, delivery.request)
      expect(entries.map((entry) => entry.index)).toEqual(entries.map((_, index) => index))
      if (!webhook.perChannel)
        for (const each of entries) expect(each.accountExternalId !== '' || each.accountHandle !== undefined, fixture).toBe(true)
      const whole = platform.normalize(delivery, self)
      const parts = entries.map((entry) => platform.normalize({ ...delivery, body: entry.body }, self))
      expect(
        parts.flatMap((part) => part.facts),
        fixture,
      ).toEqual(whole.facts)
      expect(parts.flatMap((part) => part.unknown).length).toBe(whole.unknown.length)
      expect(parts.flatMap((part) => part.wanted ?? [])).toEqual(whole.wanted ?? [])
    }
  })

  test('a body that is not the platform’s is refused by a PlatformError', () => {
    for (const text of brokenTexts) expect(() => webhook.entries(text, {})).toThrow(PlatformError)
    for (const text of brokenTexts) expect(webhook.answer?.(Buffer.from(text)) ?? null).toBeNull()
  })
}
