import { guardPlatform } from '../guard.ts'
import { mediaLimit } from './carried.ts'
import { connect } from './connect.ts'
import { normalize } from './normalize.ts'
import { poll } from './poll.ts'
import { editReply, find, like, remove, reply } from './reply.ts'
import { webhook } from './webhook.ts'

/** A Telegram channel's comments, which are messages in the group linked to it, and what is said there and to the bot. */
export const telegram = guardPlatform({
  id: 'telegram',
  name: 'Telegram',
  docs: 'https://core.telegram.org/bots/api',
  icon: 'M1.200 7.600 14 2.200c.7-.3 1.200.1 1 .9l-2.200 10c-.1.7-.7.9-1.300.5L8.300 11.200l-1.600 1.600c-.4.4-.9.2-.9-.4V9.700l5.700-5.200-6.900 4.400-3.400-1c-.7-.2-.7-.6 0-.3z',
  can: {
    reads: ['comment', 'reply', 'mention', 'direct'],
    // No update tells of a deletion, and what was said before, or while a day passed unread, is gone.
    misses: ['removal', 'past'],
    webhook: true,
    like: true,
    privateReply: false,
    editReply: true,
    remove: 'any',
    removalTakesReplies: false,
    replyLimit: { max: 4_096, unit: 'utf16', media: mediaLimit },
    exactlyOnce: 'none',
  },
  connect,
  webhook,
  poll,
  normalize,
  reply,
  find,
  like,
  remove,
  editReply,
})
