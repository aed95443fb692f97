import type { Dialect } from '../dialect.ts'
import { ShopError } from './errors.ts'
import { idOfNumber, source } from './ids.ts'
import { brandPosts, earlier } from './posts.ts'
import { openShop, routeShop } from './routes.ts'
import { shopWebhooks } from './webhooks.ts'

/** The secret with which the inbox signs what it sends to the shop. The other way somebody enters the channel's own. */
export type ShopSecrets = { outboundSecret: string }

/**
 * A source of one's own, by signed webhooks both ways (Standard Webhooks): the questions and reviews of Fieldnote's shop. It tells what happens, takes replies and actions, and
 * has no API to read from.
 */
export const webhook: Dialect<'webhook', ShopSecrets> = {
  id: 'webhook',
  name: 'Webhook',
  look: { colour: '#6a4a00', darkColour: '#e0c060', post: ['product', 'products'], comment: ['question', 'questions'] },
  kinds: ['comment', 'mention', 'review', 'like'],
  secrets: ({ letters }) => ({ outboundSecret: `whsec_${Buffer.from(letters(32)).toString('base64')}` }),
  brand: () => ({ id: 'u-1', handle: 'fieldnote' }),
  settings: ({ outboundSecret }, url) => ({
    name: 'Fieldnote shop',
    url: `${url}/hooks/replies`,
    outboundSecret,
    actionUrl: `${url}/hooks/actions`,
    actions: 'like hide delete files',
  }),
  // It has nothing that is read.
  calls: { write: { method: 'POST', path: '/hooks/replies$' }, read: { method: 'GET', path: '/hooks/' } },
  ids: () => ({
    mint: (world, { parentId, authorId, rating }) => {
      const isPost = !parentId && rating == null && authorId === world.brand('webhook').id
      return { id: idOfNumber(isPost ? 'p' : 'c', 1_000 + world.nextSerial()) }
    },
    mintAccount: (world) => `u-${1_000 + world.nextSerial()}`,
  }),
  brandPosts,
  earlier,
  failures: {
    rateLimited: (_context, { retryAfter }) => ({ status: 429, headers: retryAfter, body: { error: 'rate_limited' } }),
    expiredToken: () => new ShopError(401, 'invalid_signature'),
    revokedToken: () => new ShopError(401, 'invalid_signature'),
    serverError: () => ({ status: 500, body: { error: 'internal' } }),
    unavailable: () => ({ status: 503, headers: { 'content-type': 'text/html' }, body: '<h1>The shop will be back soon</h1>' }),
    badRequest: () => new ShopError(400, 'bad_request'),
    unknownPath: () => new ShopError(404, 'not_found'),
  },
  permalinks: {
    '/questions/:id': ({ world }, { params }) => world.items.webhook.get(`${source}/${params['id']}`),
    '/products/:id': ({ world }, { params }) => world.items.webhook.get(`${source}/${params['id']}`),
  },
  webhooks: shopWebhooks,
  quirks: { answersLater: 'switch' },
  open: (context) => {
    const shop = openShop(context)
    return { routes: (scope) => routeShop(scope, shop), state: { done: shop.done } }
  },
}
