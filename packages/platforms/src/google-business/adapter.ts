import { guardPlatform } from '../guard.ts'
import { connect } from './connect.ts'
import { normalize } from './normalize.ts'
import { poll } from './poll.ts'
import { editReply, find, remove, reply, replyLimit } from './reply.ts'
import { webhook } from './webhook.ts'

/** Reviews of one location on Google (Business Profile, My Business API v4), by polling, at once where Cloud Pub/Sub names one that is new. Each has one reply at most. */
export const googleBusiness = guardPlatform({
  id: 'google-business',
  name: 'Google Reviews',
  docs: 'https://developers.google.com/my-business',
  icon: 'M2 2h12l1 4a2 2 0 0 1-1.500 1.900V14h-11V7.900A2 2 0 0 1 1 6zm1.300 1.500L2.700 6a.7.7 0 0 0 1.300.2V3.500zm2.200 0V6a.8.8 0 0 0 1.700 0V3.500zm3.300 0V6a.8.8 0 0 0 1.700 0V3.500zm3.200 0v2.700a.7.7 0 0 0 1.300-.2l-.6-2.500zM4 8.200v4.300h8V8.200a2.300 2.300 0 0 1-2-.5 2.300 2.300 0 0 1-4 0 2.300 2.300 0 0 1-2 .5z',
  can: {
    reads: ['review'],
    webhook: true,
    like: false,
    privateReply: false,
    oneReply: true,
    editReply: true,
    remove: 'own',
    removalTakesReplies: true,
    replyLimit,
    exactlyOnce: 'key',
  },
  connect,
  webhook,
  poll,
  normalize,
  reply,
  find,
  editReply,
  remove,
  budgets: [{ scope: 'app', calls: 300, perSeconds: 60 }],
})
