/**
 * The only error that leaves an adapter; nothing else decides a retry.
 * - `reauthorize`: the token is dead, only a person can help.
 * - `rate_limited`: surely not accepted; come back after `retryAfterMs`.
 * - `unavailable`: timeout, reset, 5xx, not JSON: for a read, try later; for a write the outcome is unknown unless `notSent`.
 * - `rejected`: refused for good, with the platform's reason.
 * - `gone`: what it was about no longer exists.
 */
export type PlatformErrorKind = 'reauthorize' | 'rate_limited' | 'unavailable' | 'rejected' | 'gone'

export class PlatformError extends Error {
  readonly kind: PlatformErrorKind
  readonly retryAfterMs: number | null
  /** True only when the request surely never reached the platform (refused connection, failed name lookup, a 429). */
  readonly notSent: boolean
  constructor(kind: PlatformErrorKind, reason: string, options: { retryAfterMs?: number; notSent?: boolean; cause?: unknown } = {}) {
    super(reason, { cause: options.cause })
    this.kind = kind
    this.retryAfterMs = options.retryAfterMs ?? null
    this.notSent = options.notSent ?? kind === 'rate_limited'
  }
}
