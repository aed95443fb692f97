import type { WebhookDialect } from '../webhooks/sender.ts'
import { updatesOf, usualKinds } from './updates.ts'
import type { TelegramSecrets } from './dialect.ts'

/** One update a request, to the address that `setWebhook` named, with the secret that it brought along. Nothing is signed. */
export const telegramWebhooks: WebhookDialect<TelegramSecrets> = {
  signature: 'x-telegram-bot-api-secret-token',
  topics: usualKinds,
  batches: false,
  eventsOf: (context, happening) =>
    updatesOf(context)
      .of(happening)
      .map(({ kind, body }) => ({ topic: kind, value: body })),
  bodyOf: (_context, events) => JSON.stringify(events[0]?.value),
  headersOf: ({ secret }) => ({
    'content-type': 'application/json',
    ...(secret === '' ? {} : { 'x-telegram-bot-api-secret-token': secret }),
  }),
}
