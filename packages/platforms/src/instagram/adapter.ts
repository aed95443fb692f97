import { guardPlatform } from '../guard.ts'
import { connect } from './connect.ts'
import { normalize } from './normalize.ts'
import { poll } from './poll.ts'
import { find, hide, postStats, remove, reply } from './reply.ts'
import { webhook } from './webhook.ts'

/** Instagram's professional accounts, over the API with an Instagram login or with a Facebook login: webhooks first, polling as the floor under them. */
export const instagram = guardPlatform({
  id: 'instagram',
  name: 'Instagram',
  docs: 'https://developers.facebook.com/docs/instagram-platform',
  icon: 'M5 1h6a4 4 0 0 1 4 4v6a4 4 0 0 1-4 4H5a4 4 0 0 1-4-4V5a4 4 0 0 1 4-4zm0 1.6A2.4 2.4 0 0 0 2.6 5v6A2.4 2.4 0 0 0 5 13.4h6a2.4 2.4 0 0 0 2.4-2.4V5A2.4 2.4 0 0 0 11 2.6zM8 4.6a3.4 3.4 0 1 1 0 6.8 3.4 3.4 0 0 1 0-6.8zm0 1.6a1.8 1.8 0 1 0 0 3.6 1.8 1.8 0 0 0 0-3.6zm3.6-2.6a.9.9 0 1 1 0 1.8.9.9 0 0 1 0-1.8z',
  can: {
    reads: ['comment', 'reply', 'mention'],
    // A comment cannot be changed there by anybody.
    misses: ['edit'],
    webhook: true,
    like: false,
    privateReply: true,
    windowHours: { privately: 168 },
    hide: true,
    remove: 'any',
    postStats: true,
    removalTakesReplies: true,
    // Instagram documents none for comments; 2,200 is a caption's.
    replyLimit: { max: 2200, unit: 'utf16' },
    exactlyOnce: 'find',
  },
  connect,
  webhook,
  poll,
  normalize,
  reply,
  find,
  hide,
  remove,
  postStats,
})
