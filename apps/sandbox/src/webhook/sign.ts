import { hmac256, sameText } from '../http/hmac.ts'

const toleranceSeconds = 300

/** The three headers of Standard Webhooks 1.0.0 (standardwebhooks.com) for a body. */
export function signatureHeaders(secret: string, message: { id: string; at: Date; body: string }): Record<string, string> {
  const { id, at, body } = message
  const seconds = String(Math.floor(at.getTime() / 1000))
  return { 'webhook-id': id, 'webhook-timestamp': seconds, 'webhook-signature': `v1,${signatureOf(secret, id, seconds, body)}` }
}

/** The `webhook-id` of a call whose signature fits, one of several at most, and whose time is not five minutes off; null for any other. */
export function checkSignature(
  secret: string,
  headers: Record<string, string | string[] | undefined>,
  body: string,
  now: Date,
): string | null {
  const [id, seconds, signatures] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) => String(headers[name] ?? ''))
  if (!id || !seconds || !signatures || !/^[\w-]{1,128}$/.test(id) || !/^\d{1,12}$/.test(seconds)) return null
  if (Math.abs(now.getTime() / 1000 - Number(seconds)) > toleranceSeconds) return null
  const right = `v1,${signatureOf(secret, id, seconds, body)}`
  return signatures.split(' ').some((each) => sameText(each, right)) ? id : null
}

/** HMAC-SHA256 in base64 of id, time and body as they are; the key is what the secret says after `whsec_`. */
function signatureOf(secret: string, id: string, seconds: string, body: string): string {
  return hmac256(Buffer.from(secret.replace(/^whsec_/, ''), 'base64'), `${id}.${seconds}.${body}`, 'base64')
}
