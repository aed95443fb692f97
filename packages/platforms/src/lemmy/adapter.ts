import { guardPlatform } from '../guard.ts'
import { connect } from './connect.ts'
import { replyLimit } from './limit.ts'
import { normalize } from './normalize.ts'
import { poll } from './poll.ts'
import { editReply, find, like, postStats, remove, reply } from './reply.ts'

/** Lemmy 0.19 (API version 3) and 1.0 (version 4), by polling. Private messages are not read. */
export const lemmy = guardPlatform({
  id: 'lemmy',
  name: 'Lemmy',
  docs: 'https://join-lemmy.org/api',
  // A round face with two ears.
  icon: 'M3.500 2.200a2.600 2.600 0 0 1 2.500 1.900 6.800 6.800 0 0 1 4 0 2.600 2.600 0 1 1 3.700 3.100c.5.9.8 1.900.8 2.900 0 2.700-2.900 4.700-6.500 4.700S1.500 12.800 1.500 10.100c0-1 .3-2 .8-2.900a2.600 2.600 0 0 1 1.200-5zM5.700 8.200a1 1 0 1 0 0 2 1 1 0 0 0 0-2zm4.600 0a1 1 0 1 0 0 2 1 1 0 0 0 0-2zM8 10.800c-.8 0-1.300.3-1.300.7s.6 1 1.300 1 1.300-.5 1.300-1-.5-.7-1.300-.7z',
  can: {
    reads: ['comment', 'reply', 'mention'],
    webhook: false,
    like: true,
    privateReply: false,
    editReply: true,
    remove: 'own',
    postStats: true,
    removalTakesReplies: false,
    replyLimit,
    exactlyOnce: 'find',
  },
  connect,
  poll,
  normalize,
  reply,
  find,
  like,
  editReply,
  remove,
  postStats,
  // Below what servers allow an address by default; each may allow less, and then says so.
  budgets: [{ scope: 'channel', calls: 150, perSeconds: 60 }],
})
