import { guardPlatform } from '../guard.ts'
import { connect } from './connect.ts'
import { normalize } from './normalize.ts'
import { poll } from './poll.ts'
import { editReply, find, reply, replyLimit } from './reply.ts'

/**
 * Reviews of one app on Google Play (Android Publisher API v3), by polling. The API shows what was written or changed within seven days, in production and with words; each review has one
 * reply at most, which can be changed and not removed. Its real-time notifications tell of purchases, not of reviews.
 */
export const googlePlay = guardPlatform({
  id: 'google-play',
  name: 'Google Play',
  docs: 'https://developers.google.com/android-publisher/reply-to-reviews',
  icon: 'M2.500 1.500 13.500 8l-11 6.500zm2 3.500v6l5-3z',
  can: {
    reads: ['review'],
    // A week back is read when connecting, and no further.
    misses: ['removal', 'past'],
    webhook: false,
    like: false,
    privateReply: false,
    oneReply: true,
    editReply: true,
    removalTakesReplies: true,
    replyLimit,
    exactlyOnce: 'key',
  },
  connect,
  poll,
  normalize,
  reply,
  find,
  editReply,
  // Of each app, for all that read it; Google allows more on request.
  budgets: [{ scope: 'channel', calls: 200, perSeconds: 3_600 }],
})
