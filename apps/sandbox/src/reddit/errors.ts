/** An answer of Reddit that is not a success by its status. */
export class RedditError extends Error {
  readonly status: number
  readonly body: { message: string; error: number; reason?: string }
  readonly headers: Record<string, string>

  constructor(status: number, message: string, headers: Record<string, string> = {}) {
    super(message)
    this.status = status
    this.body = { message, error: status }
    this.headers = headers
  }
}

/** A refusal of a write: it comes with HTTP 200, as `json.errors`. */
export class Refusal extends Error {
  readonly error: [code: string, words: string, field: string]
  /** Seconds to wait, beside the words that say it. */
  readonly seconds: number | null

  constructor(code: string, words: string, field: string, seconds: number | null = null) {
    super(code)
    this.error = [code, words, field]
    this.seconds = seconds
  }
}

/** No token, or one that is good no more. */
export function unauthorized(): RedditError {
  return new RedditError(401, 'Unauthorized', { 'www-authenticate': 'Bearer realm="reddit", error="invalid_token"' })
}
