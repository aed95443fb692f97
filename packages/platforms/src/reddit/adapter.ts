import { guardPlatform } from '../guard.ts'
import { connect } from './connect.ts'
import { normalize } from './normalize.ts'
import { poll } from './poll.ts'
import { editReply, find, like, postStats, remove, reply } from './reply.ts'

/** Reddit: an account's posts, replies and mentions, by polling. Bring an approved app of your own: Reddit gives new ones only on request. */
export const reddit = guardPlatform({
  id: 'reddit',
  name: 'Reddit',
  docs: 'https://www.reddit.com/dev/api',
  icon: 'M8 5.500c3.600 0 6.500 1.900 6.500 4.500S11.600 14.500 8 14.500 1.500 12.600 1.500 10 4.400 5.500 8 5.500zM5.500 8.300a1.200 1.200 0 1 0 0 2.400 1.200 1.200 0 0 0 0-2.400zm5 0a1.200 1.200 0 1 0 0 2.400 1.200 1.200 0 0 0 0-2.400zM7.600 5l.9-3.500 2.700.6-.2 1-1.700-.4L8.600 5z',
  can: {
    reads: ['comment', 'reply', 'mention'],
    webhook: false,
    like: true,
    privateReply: false,
    editReply: true,
    remove: 'own',
    postStats: true,
    removalTakesReplies: false,
    replyLimit: { max: 10_000, unit: 'codepoints' },
    exactlyOnce: 'find',
  },
  connect,
  poll,
  normalize,
  reply,
  find,
  like,
  remove,
  editReply,
  postStats,
  // 100 a minute for a client id, averaged over ten.
  budgets: [{ scope: 'app', calls: 1_000, perSeconds: 600 }],
})
