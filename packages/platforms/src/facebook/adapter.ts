import { guardPlatform } from '../guard.ts'
import { backfill } from './backfill.ts'
import { connect } from './connect.ts'
import { normalize } from './normalize.ts'
import { poll } from './poll.ts'
import { find, like, reply } from './reply.ts'
import { postStats } from './stats.ts'
import { mediaLimit } from './upload.ts'
import { webhook } from './webhook.ts'

/** Facebook Pages over the Graph API: webhooks first, polling as the floor under them. */
export const facebook = guardPlatform({
  id: 'facebook',
  name: 'Facebook',
  docs: 'https://developers.facebook.com/docs/pages-api',
  icon: 'M4 1h8a3 3 0 0 1 3 3v8a3 3 0 0 1-3 3h-1.8V9.9H12l.3-2.2h-2.1V6.4c0-.7.3-1.1 1.1-1.1h1.1V3.3c-.4-.1-1-.1-1.5-.1-1.8 0-2.9 1-2.9 2.9v1.6H6v2.2h2V15H4a3 3 0 0 1-3-3V4a3 3 0 0 1 3-3z',
  can: {
    reads: ['comment', 'reply', 'mention', 'review'],
    webhook: true,
    like: true,
    privateReply: false,
    removalTakesReplies: true,
    replyLimit: { max: 8000, unit: 'utf16', media: mediaLimit },
    postStats: true,
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
  postStats,
})
