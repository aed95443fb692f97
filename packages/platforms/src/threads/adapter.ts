import { guardPlatform } from '../guard.ts'
import { connect } from './connect.ts'
import { mediaLimit } from './containers.ts'
import { normalize } from './normalize.ts'
import { poll } from './poll.ts'
import { find, hide, remove, reply } from './reply.ts'
import { webhook } from './webhook.ts'

/** Threads, over its own Graph API: webhooks first, polling as the floor under them. */
export const threads = guardPlatform({
  id: 'threads',
  name: 'Threads',
  docs: 'https://developers.facebook.com/docs/threads',
  icon: 'M8 1.2c3.6 0 5.7 1.9 6.3 4.6l-1.5.4C12.3 4 10.7 2.7 8 2.7 4.9 2.7 3.2 4.7 3.2 8s1.7 5.3 4.8 5.3c2.6 0 4.4-1.2 4.4-3 0-1.1-.7-1.9-1.8-2.3-.2 2-1.4 3.2-3.2 3.2-1.6 0-2.8-1-2.8-2.5 0-1.6 1.4-2.5 3.3-2.5.5 0 .9 0 1.3.1-.2-.7-.7-1.1-1.5-1.1-.6 0-1.1.2-1.5.7L5 5.1c.6-.9 1.5-1.4 2.7-1.4 1.8 0 2.9 1.1 3.1 3 2 .6 3.1 1.9 3.1 3.7 0 2.7-2.5 4.4-5.9 4.4-4 0-6.3-2.6-6.3-6.8S4 1.2 8 1.2zm0 6.2c-1.1 0-1.8.4-1.8 1.2 0 .7.6 1.1 1.3 1.1 1 0 1.7-.7 1.8-2.2-.4-.1-.8-.1-1.3-.1z',
  can: {
    reads: ['comment', 'reply', 'mention'],
    webhook: true,
    like: false,
    privateReply: false,
    hide: true,
    remove: 'own',
    removalTakesReplies: false,
    // Threads counts some emoji longer than we do, and then says so.
    replyLimit: { max: 500, unit: 'utf16', media: mediaLimit },
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
})
