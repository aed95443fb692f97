/** An error of the Stack Exchange API: HTTP 400 whatever it is, with a number and a name. */
export class StackError extends Error {
  readonly status = 400
  readonly body: { error_id: number; error_name: string; error_message: string }

  constructor(name: keyof typeof numbers, message: string) {
    super(message)
    this.body = { error_id: numbers[name], error_name: name, error_message: message }
  }
}

const numbers = {
  bad_parameter: 400,
  access_token_required: 401,
  invalid_access_token: 402,
  access_denied: 403,
  no_method: 404,
  key_required: 405,
  access_token_compromised: 406,
  write_failed: 407,
  duplicate_request: 409,
  internal_error: 500,
  throttle_violation: 502,
  temporarily_unavailable: 503,
} as const

/** The token ran out, or was taken back. */
export function deadToken(): StackError {
  return new StackError('invalid_access_token', 'expired')
}

/** Asked too often, or too soon. The wait stands in the sentence. */
export function throttled(seconds: number): StackError {
  return new StackError('throttle_violation', `too many requests from this IP, more requests available in ${seconds} seconds`)
}
