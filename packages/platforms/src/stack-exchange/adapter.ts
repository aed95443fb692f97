import { guardPlatform } from '../guard.ts'
import { connect } from './connect.ts'
import { normalize } from './normalize.ts'
import { poll } from './poll.ts'
import { editReply, find, remove, reply, replyLimit } from './reply.ts'

/** Answers, comments and mentions of one account on one site of Stack Exchange (API 2.3), by polling. Answering is by comment. */
export const stackExchange = guardPlatform({
  id: 'stack-exchange',
  name: 'Stack Exchange',
  docs: 'https://api.stackexchange.com/docs',
  icon: 'M3 2.500h10v2H3zm0 3h10v2H3zm0 3h10v2H3zm0 3h10V12l-2 1.500H9.500V15l-2-1.500H3z',
  can: {
    reads: ['comment', 'reply', 'mention'],
    webhook: false,
    like: false,
    privateReply: false,
    editReply: true,
    remove: 'own',
    removalTakesReplies: true,
    replyLimit,
    exactlyOnce: 'find',
  },
  connect,
  poll,
  normalize,
  reply,
  find,
  editReply,
  remove,
  budgets: [
    { scope: 'channel', calls: 9_000, perSeconds: 86_400 },
    // Whoever makes more than thirty a second from one address is shut out.
    { scope: 'app', calls: 20, perSeconds: 1 },
  ],
})
