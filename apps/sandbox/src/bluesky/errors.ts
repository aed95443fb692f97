/** An answer of an XRPC server that is not a success: `{ error, message }` with the HTTP status. */
export class XrpcError extends Error {
  readonly status: number
  readonly body: { error: string; message: string }

  constructor(status: number, error: string, message: string) {
    super(message)
    this.status = status
    this.body = { error, message }
  }
}

/** 400 `InvalidRequest`. */
export function invalidRequest(message: string): XrpcError {
  return new XrpcError(400, 'InvalidRequest', message)
}

/** 400 `ExpiredToken`: refresh the session and try again. */
export function tokenExpired(message = 'Token has expired'): XrpcError {
  return new XrpcError(400, 'ExpiredToken', message)
}
