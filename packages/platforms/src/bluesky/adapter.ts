import { guardPlatform } from '../guard.ts'
import { connect } from './connect.ts'
import { mediaLimit } from './embed.ts'
import { normalize } from './normalize.ts'
import { poll } from './poll.ts'
import { postId } from './post-id.ts'
import { find, like, reply } from './reply.ts'
import { postStats } from './stats.ts'

/** Bluesky over XRPC, by polling. Exactly-once replies: the record key is ours. */
export const bluesky = guardPlatform({
  id: 'bluesky',
  name: 'Bluesky',
  docs: 'https://docs.bsky.app',
  icon: 'M8 7.2C7.2 5.4 5 2.9 3.1 2.2 1.7 1.7 1 2.3 1 3.6c0 .9.4 3.6.7 4.4.5 1.3 1.8 1.7 3.2 1.5-2.1.3-3.1 1.5-1.9 3.2 1.5 2 4 1.7 5-1.4 1 3.1 3.5 3.4 5 1.4 1.2-1.7.2-2.9-1.9-3.2 1.4.2 2.7-.2 3.2-1.5.3-.8.7-3.5.7-4.4 0-1.3-.7-1.9-2.1-1.4C11 2.9 8.8 5.4 8 7.2z',
  can: {
    reads: ['comment', 'reply', 'mention', 'quote'],
    webhook: false,
    like: true,
    privateReply: false,
    removalTakesReplies: false,
    replyLimit: { max: 300, unit: 'graphemes', maxBytes: 3000, media: mediaLimit },
    postStats: true,
    exactlyOnce: 'key',
  },
  connect,
  poll,
  normalize,
  reply,
  find,
  like,
  postId,
  postStats,
  // Per address (docs.bsky.app/docs/advanced-guides/rate-limits).
  budgets: [{ scope: 'app', calls: 3_000, perSeconds: 300 }],
})
