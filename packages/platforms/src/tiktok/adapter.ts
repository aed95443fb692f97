import { guardPlatform } from '../guard.ts'
import { connect } from './connect.ts'
import { hide, like, postStats, remove } from './moderate.ts'
import { normalize } from './normalize.ts'
import { poll } from './poll.ts'
import { find, reply, replyLimit } from './reply.ts'
import { webhook } from './webhook.ts'

/** TikTok's business accounts over the Accounts API: comments below one's own videos. Webhooks name what happened, asking tells it; mentions need a permission of their own and are not read. */
export const tiktok = guardPlatform({
  id: 'tiktok',
  name: 'TikTok',
  docs: 'https://business-api.tiktok.com/portal/docs',
  icon: 'M8.6 1h2.2c.2 1.9 1.4 3.3 3.2 3.5v2.2c-1.2 0-2.3-.4-3.2-1v5a4.6 4.6 0 1 1-4-4.6v2.3a2.3 2.3 0 1 0 1.8 2.3z',
  can: {
    reads: ['comment', 'reply'],
    // A comment cannot be changed there by anybody.
    misses: ['edit'],
    webhook: true,
    like: true,
    privateReply: false,
    hide: true,
    remove: 'own',
    postStats: true,
    // Nobody says so; what did go along is not there when it is read again.
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
  postStats,
  // 40 a minute for each kind of call, 600 for all accounts of an app (Basic).
  budgets: [
    { scope: 'channel', calls: 40, perSeconds: 60 },
    { scope: 'app', calls: 600, perSeconds: 60 },
  ],
})
