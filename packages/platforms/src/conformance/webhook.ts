import { expect, test } from 'vitest'
import type { ConformanceOptions } from '../conformance.ts'
import { PlatformError } from '../error.ts'
import { brokenTexts } from './mutate.ts'

/** A signed body is taken, and nothing else; entries keep their order and each reads by itself. */
export function checkWebhook({ platform, fixtures, self, signed }: ConformanceOptions): void {
  const { webhook } = platform
  test('is there exactly when the platform says so', () => {
    expect(webhook !== undefined).toBe(platform.can.webhook)
    expect(signed !== undefined).toBe(platform.can.webhook)
  })
  if (!webhook || !signed) return
  const { secret, headers } = signed
  const body = Buffer.from(signed.body)
  const [name, value] = Object.entries(headers)[0] ?? ['', '']

  test('takes the right signature over the raw bytes', () => {
    expect(webhook.verify(secret, headers, body)).toBe(true)
  })

  test('refuses everything else', () => {
    const flipped = value.slice(0, -1) + (value.endsWith('0') ? '1' : '0')
    const wrong = [
      {},
      { [name]: undefined },
      { [name]: '' },
      { [name]: flipped },
      { [name]: `${value}, ${value}` },
      { [name]: `${value},${value}` },
    ]
    const more = [
      { [name]: `${value} ` },
      { [name]: value.slice(0, -2) },
      { [name]: `${value}00` },
      { [name]: value.replace('sha256', 'sha1') },
      { 'x-hub-signature': value },
    ]
    for (const each of [...wrong, ...more]) expect(webhook.verify(secret, each, body), JSON.stringify(each)).toBe(false)
    expect(webhook.verify('', headers, body)).toBe(false)
    expect(webhook.verify(`${secret} `, headers, body)).toBe(false)
    for (let at = 0; at < body.length; at += 1) {
      const tampered = Buffer.from(body)
      tampered[at] = tampered[at]! ^ 1
      expect(webhook.verify(secret, headers, tampered)).toBe(false)
    }
    expect(webhook.verify(secret, headers, Buffer.concat([body, Buffer.from(' ')]))).toBe(false)
  })

  test('an entry by itself reads as it did in its body', () => {
    for (const { name: fixture, delivery } of fixtures.filter((each) => each.delivery.kind === 'webhook')) {
      const entries = webhook.entries(delivery.body)
      expect(entries.map((entry) => entry.index)).toEqual(entries.map((_, index) => index))
      const whole = platform.normalize(delivery, self)
      const parts = entries.map((entry) => platform.normalize({ ...delivery, body: entry.body }, self))
      expect(
        parts.flatMap((part) => part.facts),
        fixture,
      ).toEqual(whole.facts)
      expect(parts.flatMap((part) => part.unknown).length).toBe(whole.unknown.length)
    }
  })

  test('a body that is not the platform’s is refused by a PlatformError', () => {
    for (const text of brokenTexts) expect(() => webhook.entries(text)).toThrow(PlatformError)
  })
}
