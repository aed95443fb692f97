import { randomBytes } from 'node:crypto'

/**
 * An answer of the Graph API that is not a success: `{ error: { message, type, code,
 * error_subcode, fbtrace_id } }` with the HTTP status.
 */
export class GraphError extends Error {
  readonly status: number
  readonly body: { error: { [name: string]: unknown } }

  constructor(code: number, message: string, more: ErrorDetails = {}) {
    super(message)
    this.status = more.status ?? 400
    this.body = {
      error: {
        message,
        type: more.type ?? 'OAuthException',
        code,
        ...(more.subcode === undefined ? {} : { error_subcode: more.subcode }),
        ...(more.transient === undefined ? {} : { is_transient: more.transient }),
        ...(more.user ? { error_user_title: more.user.title, error_user_msg: more.user.words } : {}),
        fbtrace_id: `A${randomBytes(16).toString('base64url').slice(0, 22)}`,
      },
    }
  }
}

/** `user`: words that are meant for people. */
type ErrorDetails = {
  subcode?: number
  type?: string
  status?: number
  transient?: boolean
  user?: { title: string; words: string }
}

/** The object is gone, or was never visible: code 100, subcode 33. */
export function objectMissing(id: string, verb: string): GraphError {
  const message =
    `Unsupported ${verb} request. Object with ID '${id}' does not exist, cannot be loaded due to ` +
    'missing permissions, or does not support this operation. Please read the Graph API documentation'
  return new GraphError(100, message, { subcode: 33, type: 'GraphMethodException' })
}

/** The token ran out: code 190, subcode 463. */
export function tokenExpired(): GraphError {
  const message = 'Error validating access token: Session has expired.'
  return new GraphError(190, message, { subcode: 463 })
}

/** The token was taken back: code 190, subcode 467. */
export function tokenRevoked(): GraphError {
  const message =
    'Error validating access token: The session has been invalidated because the user changed their password or Facebook has changed the session for security reasons.'
  return new GraphError(190, message, { subcode: 467 })
}

/** Too many calls for this `account` ("Page", "Instagram"), by the code of its kind. */
export function tooManyCalls(code: number, account: string): GraphError {
  return new GraphError(code, `(#${code}) There have been too many calls to this ${account} account. Wait a bit and try again.`)
}

/** A field was asked for that this type of node does not have: code 100. */
export function unknownField(name: string, type: string): GraphError {
  return new GraphError(100, `(#100) Tried accessing nonexisting field (${name}) on node type (${type})`)
}
