import type { JsonObject } from '../world/item.ts'

/** An answer of the Bot API that is no success. How long to wait, and where a group went, stands in `parameters`. */
export class TelegramError extends Error {
  readonly status: number
  readonly body: JsonObject

  constructor(status: number, description: string, parameters?: JsonObject) {
    super(description)
    this.status = status
    this.body = { ok: false, error_code: status, description, ...(parameters ? { parameters } : {}) }
  }
}

/** A request that cannot be carried out, in the words of the server. */
export function badRequest(what: string): TelegramError {
  return new TelegramError(400, `Bad Request: ${what}`)
}
