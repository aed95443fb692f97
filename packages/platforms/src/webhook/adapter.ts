import { guardPlatform } from '../guard.ts'
import { connect } from './connect.ts'
import { find, hide, like, remove, reply } from './deliver.ts'
import { normalize } from './normalize.ts'
import { poll } from './poll.ts'
import { sourceOf, wholeId } from './source.ts'
import { replyLimit } from './settings.ts'
import { webhook } from './webhook.ts'

/**
 * Bring your own source: anything that can send a signed POST (docs/webhook.md). Messages come in by webhook alone, replies go out as signed POSTs to an
 * address of the source, which has to do each `webhook-id` once.
 */
export const webhookSource = guardPlatform({
  id: 'webhook',
  name: 'Webhook',
  docs: 'https://www.standardwebhooks.com',
  icon: 'M8 1a3.500 3.500 0 0 1 2.300 6.100l1.600 2.800A3 3 0 1 1 9.500 13H6.300a3.200 3.200 0 1 1-2-4.100l.6 1.300A1.700 1.700 0 1 0 4.900 12l.1-.5h5l.4.9a1.500 1.500 0 1 0 .5-1.500l-.8.5L7.600 6.900l.6-.2A2 2 0 1 0 6 5l-1.500.5A3.500 3.500 0 0 1 8 1z',
  can: {
    reads: ['comment', 'reply', 'mention', 'review', 'direct'],
    misses: ['past'],
    webhook: true,
    polls: false,
    like: true,
    hide: true,
    remove: 'any',
    privateReply: false,
    removalTakesReplies: false,
    replyLimit,
    exactlyOnce: 'key',
  },
  connect,
  webhook,
  poll,
  normalize,
  reply,
  find,
  like,
  hide,
  remove,
  postId: ({ externalId }, self) => (externalId === undefined ? null : wholeId(sourceOf(self), externalId)),
})
