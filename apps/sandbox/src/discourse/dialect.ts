import type { Dialect } from '../dialect.ts'
import { addressByHandle } from '../world/address.ts'
import type { Item } from '../world/item.ts'
import { DiscourseError, invalidAccess, notFound, tooMany } from './errors.ts'
import { discourseIds, home, postNumberOf, topicIdOf } from './ids.ts'
import { noticeOf } from './notices.ts'
import { brandPosts, earlier } from './posts.ts'
import { openDiscourse, routeDiscourse } from './routes.ts'
import { discourseWebhooks } from './webhooks.ts'

/** The brand's user on the forum, and the key that an admin made for it. */
export type DiscourseSecrets = { userId: string; username: string; apiKey: string }

/** Discourse: one forum, on which the brand is a moderator. By its REST API and by webhooks that an admin points somewhere. */
export const discourse: Dialect<'discourse', DiscourseSecrets> = {
  id: 'discourse',
  name: 'Discourse',
  look: { colour: '#8a5a00', darkColour: '#f0b254', post: ['topic', 'topics'], comment: ['reply', 'replies'] },
  kinds: ['comment', 'mention', 'like'],
  secrets: ({ digits, hex }) => ({ userId: digits(3), username: 'fieldnote', apiKey: hex(64) }),
  brand: ({ userId, username }) => ({ id: userId, handle: username }),
  // `home` is the name that posts have of this forum, whichever port it is called at.
  settings: ({ apiKey, username }, url) => ({ url, apiKey, username, home }),
  calls: {
    write: { method: 'POST', path: '/posts(\\.json)?(\\?|$)' },
    read: { method: 'GET', path: '/(notifications|posts|t|topics|user_actions)[./]' },
    upload: { method: 'POST', path: '/uploads\\.json' },
  },
  ids: discourseIds,
  handle: (word) => word.replaceAll('-', '_').slice(0, 20),
  address: addressByHandle,
  brandPosts,
  earlier,
  failures: {
    rateLimited: (_context, { seconds, retryAfter }) => tooMany(seconds, retryAfter),
    expiredToken: () => invalidAccess(true),
    revokedToken: () => invalidAccess(true),
    serverError: () => ({ status: 500, body: { status: 500, error: 'Internal Server Error' } }),
    unavailable: () => ({ status: 503, headers: { 'content-type': 'text/html' }, body: '<h1>The forum is being updated</h1>' }),
    badRequest: () => new DiscourseError(400, 'You supplied invalid parameters to the request: raw', { error_type: 'invalid_parameters' }),
    unknownPath: () => notFound(),
  },
  permalinks: {
    '/t/:slug/:topicId': ({ world }, { params }) => find(world.items.discourse.values(), params['topicId'], '1'),
    '/t/:slug/:topicId/:number': ({ world }, { params }) => find(world.items.discourse.values(), params['topicId'], params['number']),
    '/u/:username': () => 'brand',
  },
  webhooks: discourseWebhooks,
  quirks: { queuesReplies: 'switch' },
  open: (context, webhooks) => {
    const service = openDiscourse(context)
    service.notices.listen((notice) => {
      const body = noticeOf(context, notice)
      webhooks.tell({ topic: 'notification', value: { event: 'notification_created', body } })
    })
    return { routes: (scope) => routeDiscourse(scope, service), state: { notices: service.notices } }
  },
}

function find(items: Iterable<Item>, topicId = '', number = ''): Item | undefined {
  for (const item of items) if (topicIdOf(item) === Number(topicId) && postNumberOf(item) === Number(number)) return item
  return undefined
}
