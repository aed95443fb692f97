import { randomBytes } from 'node:crypto'
import type { JsonObject } from '../world/item.ts'

/** Every answer of the API, a refusal too, is HTTP 200 with this inside. */
export type Envelope = { code: number; message: string; request_id: string; data: JsonObject }

/** An answer as TikTok wraps it; code 0 is a success. */
export function envelope(code: number, message: string, data: JsonObject = {}): Envelope {
  return { code, message, request_id: randomBytes(16).toString('hex').toUpperCase(), data }
}

/** A refusal by its code, worded as the API does: of a parameter with its name first. */
export class TikTokError extends Error {
  readonly status = 200
  readonly body: Envelope

  constructor(code: number, message: string) {
    super(message)
    this.body = envelope(code, message)
  }
}

/** A parameter that is not there. */
export function missing(name: string): TikTokError {
  return new TikTokError(40002, `${name}: Missing data for required field.`)
}

/** A parameter that cannot be. */
export function invalid(name: string, why: string): TikTokError {
  return new TikTokError(40002, `${name}: ${why}`)
}

/** A video or comment that is not there any more, or never was. */
export function gone(what: string): TikTokError {
  return new TikTokError(40007, `The ${what} does not exist or has been deleted.`)
}

/** What is not the account's to do. */
export function notAllowed(what: string): TikTokError {
  return new TikTokError(40001, `No permission to ${what}.`)
}

/** How a limit is told, which is counted by the second, the minute and the day (UTC). */
export function tooMany(span: 'second' | 'minute' | 'day'): string {
  return `Too many requests: the ${{ second: 'QPS', minute: 'QPM', day: 'QPD' }[span]} limit is reached.`
}
