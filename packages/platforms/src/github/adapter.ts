import { guardPlatform } from '../guard.ts'
import { editReply, hide, like, postStats, remove } from './acts.ts'
import { connect } from './connect.ts'
import { normalize } from './normalize.ts'
import { poll } from './poll.ts'
import { find, reply, replyLimit } from './reply.ts'
import { webhook } from './webhook.ts'

/** Discussions of one repository (GraphQL API), by a webhook of its own and polling beneath; mentions in issues elsewhere by notifications, where the token may read them. */
export const github = guardPlatform({
  id: 'github',
  name: 'GitHub',
  docs: 'https://docs.github.com/graphql',
  icon: 'M2 2h9v7H6.500L3.500 12V9H2zm10 3h2v7h-1.500v3l-3-3H7V10h5z',
  can: {
    reads: ['comment', 'reply', 'mention'],
    webhook: true,
    like: true,
    privateReply: false,
    editReply: true,
    hide: true,
    remove: 'any',
    postStats: true,
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
  editReply,
  postStats,
  budgets: [{ scope: 'channel', calls: 4_000, perSeconds: 3_600 }],
})
