import { hmac256 } from '../http/hmac.ts'
import type { WebhookDialect } from '../webhooks/sender.ts'
import { actions, notificationOf } from './notifications.ts'
import type { LinkedInSecrets } from './secrets.ts'

/** Notifications for administrators of a page: ten a request at most, signed with the app's secret over `hmacsha256=` and the body; the address is tried with a code. */
export const linkedinWebhooks: WebhookDialect<LinkedInSecrets> = {
  signature: 'x-li-signature',
  topics: actions,
  batches: true,
  app: ({ clientId, clientSecret }) => ({ appId: clientId, appSecret: clientSecret, verifyToken: '' }),
  eventsOf: (context, happening) => {
    const notification = notificationOf(context, happening)
    return notification ? [{ topic: notification.action, value: notification }] : []
  },
  bodyOf: (_context, events) =>
    JSON.stringify({ type: 'ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS', notifications: events.map(({ value }) => value) }),
  headersOf: ({ body, secret }) => ({
    'content-type': 'application/json',
    'x-li-signature': hmac256(secret, `hmacsha256=${body}`),
    'user-agent': 'LinkedInBot/1.0',
  }),
  shakeHands: async (target, challenge, signal) => {
    const url = new URL(target.url)
    const code = `890e4665-4dfe-4ab1-b689-${challenge.padStart(12, '0').slice(-12)}`
    url.searchParams.set('challengeCode', code)
    const answer = await fetch(url, { signal, redirect: 'manual' })
    if (answer.status !== 200 || !(answer.headers.get('content-type') ?? '').startsWith('application/json')) return false
    const body = (await answer.json()) as { challengeCode?: unknown; challengeResponse?: unknown }
    return body.challengeCode === code && body.challengeResponse === hmac256(target.secret, code)
  },
}
