import type { Dialect } from '../dialect.ts'
import { WordPressError } from './errors.ts'
import { brandPosts, earlier } from './posts.ts'
import { routeWordPress, wrongPassword } from './routes.ts'
import { placeId } from './views.ts'

/** The brand's user on the site, an editor, and the application password that was made for us. */
export type WordPressSecrets = { userId: string; username: string; applicationPassword: string }

/** WordPress: comments below the posts of one site, by the REST API of core (`wp/v2`). Polled only; core sends nothing. */
export const wordpress: Dialect<'wordpress', WordPressSecrets> = {
  id: 'wordpress',
  name: 'WordPress',
  look: { colour: '#21618c', darkColour: '#72aee6', post: ['post', 'posts'], comment: ['comment', 'comments'] },
  kinds: ['comment'],
  secrets: ({ digits, letters }) => ({
    userId: digits(3),
    username: 'fieldnote',
    applicationPassword: Array.from({ length: 6 }, () => letters(4)).join(' '),
  }),
  brand: ({ userId, username }) => ({ id: userId, handle: username }),
  settings: ({ username, applicationPassword }, url) => ({ url, username, applicationPassword }),
  calls: { write: { method: 'POST', path: '/comments(\\?|$)' }, read: { method: 'GET', path: '/(comments|posts)' } },
  rootPaths: /^\/wp-json(\/|\?|$)/,
  // One count serves posts, comments and guests.
  ids: () => ({
    mint: (world, { parentId }) => ({ id: placeId(parentId ? 'comment' : 'post', 1_000 + world.nextSerial()) }),
    mintAccount: (world) => String(100_000 + world.nextSerial()),
  }),
  brandPosts,
  earlier,
  failures: {
    // Core limits nobody; this is the machine before it, or the flood check of a comment.
    rateLimited: (_context, { retryAfter }) => ({
      status: 429,
      headers: retryAfter,
      body: { code: 'comment_flood', message: 'You are posting comments too quickly. Slow down.', data: { status: 429 } },
    }),
    expiredToken: () => wrongPassword(),
    revokedToken: () => wrongPassword(),
    serverError: () => ({
      status: 500,
      body: { code: 'internal_server_error', message: 'There has been a critical error on this website.', data: { status: 500 } },
    }),
    unavailable: () => ({
      status: 503,
      headers: { 'content-type': 'text/html; charset=utf-8' },
      body: '<!DOCTYPE html><title>Maintenance</title><h1>Briefly unavailable for scheduled maintenance. Check back in a minute.</h1>',
    }),
    // From the machine before it, since no code of its own would be true.
    badRequest: () => ({
      status: 400,
      headers: { 'content-type': 'text/html; charset=utf-8' },
      body: '<html><head><title>400 Bad Request</title></head><body><h1>400 Bad Request</h1></body></html>',
    }),
    unknownPath: () => new WordPressError(404, 'rest_no_route', 'No route was found matching the URL and request method.'),
  },
  permalinks: {
    '/archives/:id': ({ world }, { params }) => world.items.wordpress.get(placeId('post', params['id'] ?? '')),
    '/author/:name': () => 'brand',
  },
  quirks: {
    stripsAuthorization: 'switch',
    wrongPasswordIsNobody: 'switch',
    cannotModerate: 'switch',
    duplicatesByPost: 'switch',
    emptyPastEnd: 'switch',
    noTrash: 'switch',
    heldComments: 'share',
  },
  open: (context) => {
    context.world.listen(({ kind, item }) => {
      if (kind !== 'added' || item.platform !== 'wordpress' || item.parentId === null || context.world.author(item).isBrand) return
      const share = context.faults.quirks['heldComments']
      if (typeof share === 'number' && share > 0 && context.world.random() < share) {
        item.extra['moderation'] = 'hold'
        context.world.hide(item, true)
      }
    })
    return { routes: (scope) => routeWordPress(scope, context) }
  },
}
