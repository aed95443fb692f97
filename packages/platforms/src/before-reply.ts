import { PlatformError } from './error.ts'

/**
 * What comes before a reply (an upload): whatever goes wrong there, the reply itself was never asked for, so the failure is `notSent`. A refusal stays one, in the
 * platform's words; what is not there is refused too, because `gone` would be said of the message that is answered.
 */
export async function beforeReply<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (error) {
    if (!(error instanceof PlatformError)) throw new PlatformError('unavailable', wordsOf(error), { notSent: true, cause: error })
    const { kind, message, retryAfterMs, cause } = error
    throw new PlatformError(kind === 'gone' ? 'rejected' : kind, message, {
      notSent: true,
      cause,
      ...(retryAfterMs !== null && { retryAfterMs }),
    })
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
