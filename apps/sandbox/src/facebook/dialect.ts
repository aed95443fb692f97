import type { Dialect, Keepable } from '../dialect.ts'
import { GraphError, tokenExpired, tokenRevoked, tooManyCalls } from '../graph/errors.ts'
import { usageHeaders } from '../graph/usage.ts'
import { facebookIds, topComment } from './ids.ts'
import { brandPosts, earlier } from './posts.ts'
import { openFacebook, routeFacebook } from './routes.ts'
import type { FacebookSecrets } from './secrets.ts'
import { facebookWebhooks } from './webhooks.ts'
import type { Facebook } from './writes.ts'

/** Facebook: the Graph API of one Page, and its webhooks. */
export const facebook: Dialect<'facebook', FacebookSecrets> = {
  id: 'facebook',
  name: 'Facebook',
  look: { colour: '#0b5ed7', darkColour: '#6ea8fe', post: ['post', 'posts'], comment: ['comment', 'comments'] },
  kinds: ['comment', 'mention', 'visit', 'like'],
  untold: ['mention'],
  secrets: ({ digits, hex, letters }) => ({
    appId: digits(15),
    appSecret: hex(32),
    verifyToken: letters(24),
    pageId: digits(15),
    pageName: 'Fieldnote',
    pageAccessToken: `EAA${letters(120)}`,
    userId: digits(15),
    userAccessToken: `EAA${letters(120)}`,
  }),
  brand: ({ pageId }) => ({ id: pageId, handle: 'fieldnote' }),
  settings: ({ pageId, pageAccessToken }) => ({ pageId, pageAccessToken }),
  calls: {
    write: { method: 'POST', path: '/comments' },
    read: { method: 'GET', path: '/v' },
    upload: { method: 'POST', path: '/photos$' },
  },
  rootPaths: /^\/v\d+\.\d+\//,
  ids: facebookIds,
  place: topComment,
  removalTakesReplies: true,
  brandPosts,
  earlier,
  failures: {
    // The Graph API has no 429 and no Retry-After: a code, and minutes in the usage header.
    rateLimited: (context, { seconds }) => ({
      status: 400,
      headers: usageHeaders(context.secrets.facebook.pageId, 'pages', 100, Math.ceil(seconds / 60)),
      body: tooManyCalls(80001, 'Page').body,
    }),
    expiredToken: () => tokenExpired(),
    revokedToken: () => tokenRevoked(),
    serverError: () => new GraphError(1, 'An unknown error occurred', { status: 500, transient: true }),
    unavailable: () => new GraphError(2, 'Service temporarily unavailable', { status: 503, transient: true }),
    badRequest: () => new GraphError(20, '(#20) Cannot read the new object', { subcode: 1772107 }),
    unknownPath: () => new GraphError(2500, 'Unknown path components'),
  },
  permalinks: {
    '/:page/posts/:story': ({ world }, { params, query }) => {
      const { story } = params
      const commentId = query['reply_comment_id'] ?? query['comment_id']
      if (commentId) return world.items.facebook.get(`${story}_${commentId}`)
      return [...world.items.facebook.values()].find((item) => item.id.endsWith(`_${story}`) && item.parentId === null)
    },
  },
  webhooks: facebookWebhooks,
  open: (context, webhooks) => {
    const service = openFacebook(context, webhooks)
    const { otherFields } = service
    return { routes: (scope) => routeFacebook(scope, service), state: { otherFields, login: loginOf(service) } }
  },
}

/** Who agreed to what is forgotten on a reset, and with the process. */
function loginOf({ login }: Facebook): Keepable {
  return {
    clear: () => void Object.assign(login, { codes: new Map(), pages: null, scopes: null, loggedInAt: null }),
    all: () => null,
    restore: () => {},
  }
}
