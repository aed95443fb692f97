import { guardPlatform } from '../guard.ts'
import { connect } from './connect.ts'
import { hide, postStats, remove } from './moderate.ts'
import { normalize } from './normalize.ts'
import { poll } from './poll.ts'
import { editReply, find, reply, replyLimit } from './reply.ts'

/** YouTube: comments on a channel's own videos, by polling the Data API v3. It has no call for likes, hearts, or who mentions the channel elsewhere. */
export const youtube = guardPlatform({
  id: 'youtube',
  name: 'YouTube',
  docs: 'https://developers.google.com/youtube/v3/docs',
  icon: 'M4 3h8a3 3 0 0 1 3 3v4a3 3 0 0 1-3 3H4a3 3 0 0 1-3-3V6a3 3 0 0 1 3-3zm2.600 2.700v4.600L10.600 8z',
  can: {
    reads: ['comment', 'reply'],
    webhook: false,
    like: false,
    privateReply: false,
    editReply: true,
    hide: true,
    remove: 'any',
    postStats: true,
    removalTakesReplies: true,
    replyLimit,
    exactlyOnce: 'find',
  },
  connect,
  poll,
  normalize,
  reply,
  find,
  hide,
  remove,
  editReply,
  postStats,
  // A Google project has 10,000 units a day. A call to read is one; the rest is left for writing, which costs 50.
  budgets: [{ scope: 'app', calls: 6_000, perSeconds: 86_400 }],
})
