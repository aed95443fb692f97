/** An answer of the Lemmy API that is not a success: `{ error }` with the HTTP status. */
export class LemmyError extends Error {
  readonly status: number
  readonly body: { error: string }

  constructor(status: number, error: string) {
    super(error)
    this.status = status
    this.body = { error }
  }
}
