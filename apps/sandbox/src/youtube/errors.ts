/** An answer of a Google API that is not a success: status, the reason programs go by, and words. */
export class YouTubeError extends Error {
  readonly status: number
  readonly body: {
    error: { code: number; message: string; errors: { message: string; domain: string; reason: string }[]; status?: string }
  }

  constructor(status: number, reason: string, message: string, domain = 'youtube.comment') {
    super(message)
    this.status = status
    const word = statusWords[status]
    this.body = { error: { code: status, message, errors: [{ message, domain, reason }], ...(word ? { status: word } : {}) } }
  }
}

/** The access token is missing, has run out, or was taken back: the API does not say which. */
export function authError(): YouTubeError {
  const words = 'Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid credential.'
  return new YouTubeError(401, 'authError', words, 'global')
}

/** The day's units of the Cloud project are used up. */
export function quotaExceeded(): YouTubeError {
  return new YouTubeError(403, 'quotaExceeded', 'The request cannot be completed because you have exceeded your quota.', 'youtube.quota')
}

const statusWords: Record<number, string> = { 401: 'UNAUTHENTICATED', 503: 'UNAVAILABLE' }
