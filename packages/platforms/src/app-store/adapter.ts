import { guardPlatform } from '../guard.ts'
import { connect } from './connect.ts'
import { normalize } from './normalize.ts'
import { poll } from './poll.ts'
import { editReply, find, remove, reply, replyLimit } from './reply.ts'

/** Reviews of one app in Apple's App Store (App Store Connect API 4), by polling. Each has one response at most, which Apple publishes some time later. */
export const appStore = guardPlatform({
  id: 'app-store',
  name: 'App Store',
  docs: 'https://developer.apple.com/documentation/appstoreconnectapi/customer-reviews',
  icon: 'M8 1.500a6.500 6.500 0 1 1 0 13 6.500 6.500 0 0 1 0-13zM8 3a5 5 0 1 0 0 10A5 5 0 0 0 8 3zm0 1.200 1.100 2.500 2.700.2-2.100 1.800.7 2.700L8 10l-2.400 1.400.7-2.700-2.100-1.800 2.700-.2z',
  can: {
    reads: ['review'],
    webhook: false,
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
  poll,
  normalize,
  reply,
  find,
  editReply,
  remove,
  // Half of what Apple allows a key: the other half is for whatever else works with it.
  budgets: [{ scope: 'channel', calls: 1_800, perSeconds: 3_600 }],
})
