import { guardPlatform } from '../guard.ts'
import { backfill } from './backfill.ts'
import { connect } from './connect.ts'
import { replyLimitOf } from './limit.ts'
import { postId } from './names.ts'
import { normalize } from './normalize.ts'
import { poll } from './poll.ts'
import { editReply, find, like, remove, reply } from './reply.ts'
import { postStats } from './stats.ts'
import { webhook } from './webhook.ts'

/** Forums that run Discourse: our topics, and where we are named, quoted or answered elsewhere. Webhooks tell that there is something, polling reads it. */
export const discourse = guardPlatform({
  id: 'discourse',
  name: 'Discourse',
  docs: 'https://docs.discourse.org',
  icon: 'M8 1a7 7 0 0 1 0 14H1V8a7 7 0 0 1 7-7zm0 3a4 4 0 0 0-4 4v4h4a4 4 0 0 0 0-8zM6 7h4v1.200H6zm0 2.200h3v1.200H6z',
  can: {
    reads: ['comment', 'reply', 'mention', 'quote'],
    webhook: true,
    like: true,
    privateReply: false,
    editReply: true,
    remove: 'own',
    postStats: true,
    removalTakesReplies: false,
    replyLimit: replyLimitOf({}),
    exactlyOnce: 'find',
  },
  connect,
  webhook,
  poll,
  backfill,
  normalize,
  reply,
  find,
  like,
  remove,
  editReply,
  postStats,
  postId,
  // DISCOURSE_MAX_ADMIN_API_REQS_PER_MINUTE.
  budgets: [{ scope: 'channel', calls: 60, perSeconds: 60 }],
})
