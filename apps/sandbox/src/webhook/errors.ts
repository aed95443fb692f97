/** A refusal by the shop: `{ error, message? }` with the HTTP status. */
export class ShopError extends Error {
  readonly status: number
  readonly body: { error: string; message?: string }

  constructor(status: number, error: string, message?: string) {
    super(error)
    this.status = status
    this.body = { error, ...(message === undefined ? {} : { message }) }
  }
}
