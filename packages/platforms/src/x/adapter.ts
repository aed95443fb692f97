import { guardPlatform } from '../guard.ts'
import { connect } from './connect.ts'
import { costs } from './cost.ts'
import { normalize } from './normalize.ts'
import { poll } from './poll.ts'
import { find, hide, like, remove, reply, replyLimit } from './reply.ts'
import { webhook } from './webhook.ts'

/** X over its API v2, by polling; events of the X Activity API where a webhook is registered. Apps may answer only those who mention or quote the account, and pay for each call. */
export const x = guardPlatform({
  id: 'x',
  name: 'X',
  docs: 'https://docs.x.com/x-api',
  icon: 'M1.500 2h4l3 4.200L12.200 2h1.700L9.300 7.300 14.500 14h-4L7.200 9.700 3.500 14H1.800l4.700-5.400zm2.300 1.300 7.300 9.400h1.100L4.900 3.300z',
  can: {
    reads: ['comment', 'reply', 'mention', 'quote'],
    webhook: true,
    like: true,
    privateReply: false,
    hide: true,
    remove: 'own',
    counts: 'top',
    removalTakesReplies: false,
    replyLimit,
    exactlyOnce: 'find',
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
  costs,
})
