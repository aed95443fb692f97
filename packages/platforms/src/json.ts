import { PlatformError } from './error.ts'

export type JsonRecord = Readonly<Record<string, unknown>>

/** Parses JSON and keeps integers beyond 2^53 as strings of their digits (platform ids), instead of rounding them. Throws SyntaxError. */
export function parseJson(text: string): unknown {
  return JSON.parse(/\d{16}/.test(text) ? quoteLongIntegers(text) : text)
}

/** The same for an answer of a platform: something else than JSON means that it is not well, hence `unavailable`. */
export function parseAnswer(text: string): unknown {
  try {
    return parseJson(text)
  } catch (error) {
    throw new PlatformError('unavailable', 'The platform answered with something that is not JSON', { cause: error })
  }
}

/** The same for the body of a webhook, as an object whatever it holds. Throws `rejected` when it is not JSON: nobody but the platform could mend it. */
export function parseHook(text: string): JsonRecord {
  try {
    return recordOf(parseJson(text))
  } catch (error) {
    throw new PlatformError('rejected', 'The body is not JSON', { cause: error })
  }
}

function quoteLongIntegers(text: string): string {
  let quoted = ''
  let copied = 0
  for (let at = 0; at < text.length;) {
    const char = text.charCodeAt(at)
    if (char === 0x22) {
      at = endOfString(text, at)
    } else if (char === 0x2d || (char >= 0x30 && char <= 0x39)) {
      const end = endOfNumber(text, at)
      const literal = text.slice(at, end)
      if (/^-?\d{16,}$/.test(literal) && !Number.isSafeInteger(Number(literal))) {
        quoted += `${text.slice(copied, at)}"${literal}"`
        copied = end
      }
      at = end
    } else {
      at += 1
    }
  }
  return quoted + text.slice(copied)
}

function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    const char = text.charCodeAt(at)
    if (char === 0x5c) at += 1
    else if (char === 0x22) return at + 1
  }
  return text.length
}

function endOfNumber(text: string, start: number): number {
  let end = start + 1
  while (end < text.length && /[\d.eE+-]/.test(text.charAt(end))) end += 1
  return end
}

const nothing: JsonRecord = Object.freeze({})

/** The value as an object; anything else is an empty one. */
export function recordOf(value: unknown): JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonRecord) : nothing
}

/** The value as a list; anything else is an empty one. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

/** The value as text; anything else is empty. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** The value as text, or null when it is not text or empty. */
export function nameOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}

/** An id: text, or a whole number as its digits; null for anything else. */
export function idOf(value: unknown): string | null {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value) : null
  return typeof value === 'string' && value !== '' && value.length <= 1000 ? value : null
}

/** An http(s) link, or null. */
export function linkOf(value: unknown): string | null {
  return typeof value === 'string' && /^https?:\/\//i.test(value) && URL.canParse(value) ? value : null
}

const isoInstant = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?$/i
const lastInstantMs = Date.UTC(9999, 11, 31, 23, 59, 59)

/** ISO 8601 (with or without zone, `+0000` too) or epoch seconds, as ISO in UTC. Null when it is no instant between 1970 and 9999. */
export function instantOf(value: unknown): string | null {
  const ms = typeof value === 'number' ? value * 1000 : typeof value === 'string' ? msOf(value) : Number.NaN
  return ms >= 0 && ms <= lastInstantMs ? new Date(ms).toISOString() : null
}

function msOf(value: string): number {
  if (/^\d{9,11}$/.test(value)) return Number(value) * 1000
  const zone = isoInstant.exec(value)
  if (zone === null) return Number.NaN
  const iso = value.replace(' ', 'T').replace(/([+-]\d\d)(\d\d)$/, '$1:$2')
  return Date.parse(zone[3] === undefined ? `${iso}Z` : iso)
}
