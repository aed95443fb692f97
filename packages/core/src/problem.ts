/** Every error code of the API, once: status and title (RFC 9457). The code is the last segment of `type`. */
export const problems = {
  bad_request: { status: 400, title: 'The request is not valid' },
  unauthorized: { status: 401, title: 'Sign in first' },
  wrong_credentials: { status: 401, title: 'The address or the password is wrong' },
  bad_signature: { status: 401, title: 'The signature does not match' },
  forbidden: { status: 403, title: 'Your role may not do this' },
  scope_missing: { status: 403, title: 'This key may not do this' },
  not_found: { status: 404, title: 'Nothing here by that name' },
  workspace_not_yours: { status: 404, title: 'You do not belong to that workspace' },
  already_answered: { status: 409, title: 'Somebody answered first' },
  already_running: { status: 409, title: 'That is already under way' },
  already_member: { status: 409, title: 'They are a member already' },
  other_account: { status: 409, title: 'This link is for somebody else' },
  last_owner: { status: 409, title: 'A workspace needs an owner' },
  account_differs: { status: 409, title: 'That is another account' },
  cost_cap_reached: { status: 409, title: 'What this channel may cost in a month is spent' },
  channel_off: { status: 409, title: 'This channel is not in use right now' },
  too_late: { status: 409, title: 'It is too late to undo this' },
  changed_meanwhile: { status: 409, title: 'Somebody changed this meanwhile' },
  changes_gone: { status: 410, title: 'Those changes are no longer kept' },
  too_large: { status: 413, title: 'The body is too large' },
  unsupported_media_type: { status: 415, title: 'Send JSON' },
  file_type_not_taken: { status: 415, title: 'Files of this type are not taken' },
  file_not_readable: { status: 422, title: 'The file is not what it is said to be' },
  reply_empty: { status: 422, title: 'The reply has no text' },
  reply_too_short: { status: 422, title: 'The platform wants more words' },
  reply_too_long: { status: 422, title: 'The reply is over the limit of the platform' },
  media_not_taken: { status: 422, title: 'The platform does not take these files with a reply' },
  window_over: { status: 422, title: 'The platform takes no answer to this any more' },
  reason_needs_more: { status: 422, title: 'This reason needs a note' },
  reason_retired: { status: 422, title: 'This reason is no longer offered' },
  not_possible_there: { status: 422, title: 'The platform cannot do that' },
  link_not_good: { status: 422, title: 'This link does not open any more' },
  wrong_password: { status: 422, title: 'The password is wrong' },
  idempotency_mismatch: { status: 422, title: 'This Idempotency-Key was used for another request' },
  connection_refused: { status: 422, title: 'The platform refused the connection' },
  host_not_allowed: { status: 422, title: 'That host is not allowed' },
  rate_limited: { status: 429, title: 'Too many requests' },
  internal: { status: 500, title: 'Something failed on our side' },
  unavailable: { status: 503, title: 'Not able to take this right now' },
} as const

export type ProblemCode = keyof typeof problems

export type InvalidParam = { name: string; reason: string }

/** An expected refusal. `http/problem` is the only place that turns it into a response. */
export class Problem extends Error {
  readonly code: ProblemCode
  readonly extra: Record<string, unknown>
  constructor(code: ProblemCode, detail: string, extra: Record<string, unknown> & { invalidParams?: InvalidParam[] } = {}) {
    super(detail)
    this.code = code
    this.extra = extra
  }
}
