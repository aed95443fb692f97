import { guardPlatform } from '../guard.ts'
import { backfill } from './backfill.ts'
import { connect } from './connect.ts'
import { mediaLimit } from './files.ts'
import { listen } from './listen.ts'
import { normalize } from './normalize.ts'
import { poll } from './poll.ts'
import { editReply, find, like, remove, reply } from './reply.ts'

/** Discord: the watched channels, forums and threads of one server, by REST, at once when the Gateway says so. */
export const discord = guardPlatform({
  id: 'discord',
  name: 'Discord',
  docs: 'https://docs.discord.com/developers',
  icon: 'M5.500 2.500 4.900 3.700A9 9 0 0 0 2.700 4.600C1.200 6.900.7 9.200.9 11.500c1.100.9 2.300 1.500 3.600 1.900l.9-1.400-1-.5.3-.3c2.100 1 4.500 1 6.600 0l.3.3-1 .5.9 1.400c1.300-.4 2.500-1 3.600-1.900.3-2.700-.4-5-1.800-6.900a9 9 0 0 0-2.200-.9l-.6-1.200-1.300.9a9 9 0 0 0-2.400 0zM5.700 7.100c.8 0 1.400.7 1.400 1.500s-.6 1.500-1.400 1.500-1.400-.7-1.400-1.500.6-1.500 1.400-1.500zm4.600 0c.8 0 1.400.7 1.400 1.500s-.6 1.500-1.400 1.500-1.400-.7-1.400-1.500.6-1.500 1.400-1.500z',
  can: {
    reads: ['comment', 'reply', 'mention'],
    webhook: false,
    listens: true,
    like: true,
    privateReply: false,
    editReply: true,
    remove: 'any',
    gapless: true,
    removalTakesReplies: false,
    // Which unit is not documented; UTF-16 never counts too little.
    replyLimit: { max: 2_000, unit: 'utf16', media: mediaLimit },
    exactlyOnce: 'find',
  },
  connect,
  poll,
  backfill,
  listen,
  normalize,
  reply,
  find,
  like,
  remove,
  editReply,
  // All calls of a bot together ("Rate Limits", global).
  budgets: [{ scope: 'channel', calls: 50, perSeconds: 1 }],
})
