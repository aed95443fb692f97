/** An answer of the Mastodon API that is not a success: `{ error }` with the HTTP status. */
export class MastodonError extends Error {
  readonly status: number
  readonly body: { error: string; error_description?: string }

  constructor(status: number, error: string, description?: string) {
    super(error)
    this.status = status
    this.body = { error, ...(description ? { error_description: description } : {}) }
  }
}

/** 404 `Record not found`. */
export function recordNotFound(): MastodonError {
  return new MastodonError(404, 'Record not found')
}
