import { hmac256 } from '../http/hmac.ts'
import type { WebhookTarget } from '../webhooks/sender.ts'

/** The `X-Hub-Signature-256` of a body: HMAC-SHA256 over the raw bytes with the app secret. */
export function sign(appSecret: string, body: string): string {
  return `sha256=${hmac256(appSecret, body)}`
}

/** The headers of a webhook of Meta's, signed. */
export function signedHeaders({ body, secret }: { body: string; secret: string }): Record<string, string> {
  return { 'content-type': 'application/json', 'x-hub-signature-256': sign(secret, body), 'user-agent': 'facebookexternalua' }
}

/** Meta's handshake: the subscriber has to know the token, and to send the challenge back. */
export async function shakeHands(target: WebhookTarget, challenge: string, signal: AbortSignal): Promise<boolean> {
  const url = new URL(target.url)
  url.searchParams.set('hub.mode', 'subscribe')
  url.searchParams.set('hub.challenge', challenge)
  url.searchParams.set('hub.verify_token', target.verifyToken)
  const answer = await fetch(url, { signal })
  return answer.status === 200 && (await answer.text()) === challenge
}
