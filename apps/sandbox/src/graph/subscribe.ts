import type { FastifyRequest } from 'fastify'
import type { Sender, WebhookTarget } from '../webhooks/sender.ts'
import { GraphError } from './errors.ts'
import { formOf } from './request.ts'

/** `POST /{app}/subscriptions`: where the app's webhooks go, after the handshake. */
export async function subscribeApp(webhooks: Sender, appSecret: string, request: FastifyRequest): Promise<{ success: boolean }> {
  const form = formOf(request)
  const target: WebhookTarget = { url: form['callback_url'] ?? '', secret: appSecret, verifyToken: form['verify_token'] ?? '' }
  if (!URL.canParse(target.url)) throw new GraphError(100, '(#100) callback_url must be a valid URL')
  if (!(await webhooks.shakeHands(target)))
    throw new GraphError(2200, '(#2200) Callback verification failed: the callback did not answer with the challenge')
  webhooks.target = target
  return { success: true }
}
