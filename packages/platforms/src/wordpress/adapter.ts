import { guardPlatform } from '../guard.ts'
import type { Self } from '../platform.ts'
import { connect } from './connect.ts'
import { maxBytes } from './limit.ts'
import { externalIdOf } from './names.ts'
import { normalize } from './normalize.ts'
import { poll } from './poll.ts'
import { editReply, find, hide, postStats, remove, reply } from './reply.ts'

/** Comments of a WordPress site over its REST API, by polling. */
export const wordpress = guardPlatform({
  id: 'wordpress',
  name: 'WordPress',
  docs: 'https://developer.wordpress.org/rest-api/reference/comments/',
  // A speech bubble with a W in it.
  icon: 'M2.500 1.500h11A1.500 1.500 0 0 1 15 3v8a1.500 1.500 0 0 1-1.500 1.500H7L3.500 15.500v-3h-1A1.500 1.500 0 0 1 1 11V3a1.500 1.500 0 0 1 1.500-1.500zM3.200 4.500l2 6h1.300L8 6.700l1.500 3.800h1.300l2-6h-1.500L10.100 8.200 8.700 4.500H7.300L5.900 8.200 4.700 4.500z',
  can: {
    reads: ['comment', 'reply'],
    webhook: false,
    like: false,
    privateReply: false,
    editReply: true,
    hide: true,
    remove: 'any',
    postStats: true,
    removalTakesReplies: false,
    replyLimit: { max: maxBytes, unit: 'codepoints', maxBytes },
    exactlyOnce: 'find',
  },
  connect,
  poll,
  normalize,
  reply,
  find,
  editReply,
  hide,
  remove,
  postStats,
  postId,
  // The core sets no limit; what stands before a site does.
  budgets: [{ scope: 'channel', calls: 60, perSeconds: 60 }],
})

/** By number, or by the short address (`?p=40`): pretty ones say nothing of the number. */
function postId({ externalId, url }: { externalId?: string; url?: string }, self: Self): string | null {
  const home = externalIdOf('post', '', self)
  if (externalId !== undefined) {
    const id = externalId.startsWith(home) ? externalId.slice(home.length) : externalId
    return /^[1-9]\d{0,18}$/.test(id) ? `${home}${id}` : null
  }
  const id = url !== undefined && URL.canParse(url) ? new URL(url).searchParams.get('p') : null
  return id !== null && /^[1-9]\d{0,18}$/.test(id) ? `${home}${id}` : null
}
