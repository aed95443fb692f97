import { guardPlatform } from '../guard.ts'
import { backfill } from './backfill.ts'
import { connect } from './connect.ts'
import { replyLimitOf } from './limit.ts'
import { listen } from './listen.ts'
import { normalize } from './normalize.ts'
import { poll } from './poll.ts'
import { postId } from './post-id.ts'
import { find, like, reply } from './reply.ts'
import { postStats } from './stats.ts'

/** Mastodon and the servers that speak its API: by polling, at once when its stream says so. */
export const mastodon = guardPlatform({
  id: 'mastodon',
  name: 'Mastodon',
  docs: 'https://docs.joinmastodon.org',
  icon: 'M4.5 1h7A3.5 3.5 0 0 1 15 4.500v4.800a3.200 3.200 0 0 1-3.200 3.200H7.300c.5 1 1.700 1.200 3.300.9v1.300C6.900 15.600 1 15 1 8.500v-4A3.500 3.500 0 0 1 4.500 1zm-.7 8.800h1.700V6.200c0-1.300 1.600-1.400 1.600.1v2h1.700v-2c0-1.500 1.600-1.400 1.600-.1v3.600h1.800V5.900c0-2.500-3-2.800-4.300-1.100C6.600 3.100 3.800 3.400 3.800 5.900z',
  can: {
    reads: ['comment', 'reply', 'mention', 'quote', 'direct'],
    webhook: false,
    listens: true,
    like: true,
    privateReply: true,
    removalTakesReplies: false,
    replyLimit: replyLimitOf({}),
    postStats: true,
    exactlyOnce: 'find',
  },
  connect,
  poll,
  backfill,
  listen,
  normalize,
  reply,
  find,
  like,
  postId,
  postStats,
  // Per token (rack_attack.rb); the documents still say per account.
  budgets: [{ scope: 'channel', calls: 300, perSeconds: 300 }],
})
