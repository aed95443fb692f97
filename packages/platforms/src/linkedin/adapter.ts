import { guardPlatform } from '../guard.ts'
import { connect } from './connect.ts'
import { normalize } from './normalize.ts'
import { poll } from './poll.ts'
import { editReply, find, like, remove, reply, replyLimit } from './reply.ts'
import { postStats } from './stats.ts'
import { postId } from './urn.ts'
import { webhook } from './webhook.ts'

/** Pages of organizations on LinkedIn, over the Community Management API: webhooks where LinkedIn has approved them, polling beneath. It has no call for private messages, and none that hides. */
export const linkedin = guardPlatform({
  id: 'linkedin',
  name: 'LinkedIn',
  docs: 'https://learn.microsoft.com/linkedin/marketing/community-management/community-management-overview',
  icon: 'M4 1h8a3 3 0 0 1 3 3v8a3 3 0 0 1-3 3H4a3 3 0 0 1-3-3V4a3 3 0 0 1 3-3zm0 5.700V12h1.700V6.700zm.85-2.900a1 1 0 1 0 0 2 1 1 0 0 0 0-2zM7 6.700V12h1.700V9.200c0-.7.4-1.100 1-1.100s.9.4.9 1.100V12h1.700V8.900c0-1.500-.8-2.300-2-2.300-.7 0-1.300.3-1.600.8v-.7z',
  can: {
    reads: ['comment', 'reply', 'mention', 'quote'],
    webhook: true,
    like: true,
    privateReply: false,
    editReply: true,
    remove: 'any',
    postStats: true,
    // Nothing says so; replies that went along are seen when they are read again.
    removalTakesReplies: false,
    replyLimit,
    exactlyOnce: 'find',
  },
  connect,
  webhook,
  poll,
  postId: (given) => postId(given),
  normalize,
  reply,
  find,
  like,
  remove,
  editReply,
  postStats,
})
