import type { Dialect } from '../dialect.ts'
import { LinkedInError, throttled, tokenError } from './errors.ts'
import { findByUrn, linkedinIds, topComment } from './ids.ts'
import { brandPosts, earlier } from './posts.ts'
import { openLinkedIn, routeLinkedIn } from './routes.ts'
import { linkedinSecrets } from './secrets.ts'
import type { LinkedInSecrets } from './secrets.ts'
import { linkedinWebhooks } from './webhooks.ts'

/** LinkedIn: one organization's page over the versioned REST API, its notifications for administrators, and its webhooks. */
export const linkedin: Dialect<'linkedin', LinkedInSecrets> = {
  id: 'linkedin',
  name: 'LinkedIn',
  look: { colour: '#0a5ec2', darkColour: '#7cb8ff', post: ['post', 'posts'], comment: ['comment', 'comments'] },
  kinds: ['comment', 'mention', 'quote', 'like'],
  secrets: linkedinSecrets,
  brand: ({ organizationId }) => ({ id: `urn:li:organization:${organizationId}`, handle: 'fieldnote' }),
  settings: ({ accessToken, refreshToken, clientId, clientSecret, organizationId }) => ({
    accessToken,
    refreshToken,
    clientId,
    clientSecret,
    organizationId,
  }),
  calls: {
    write: { method: 'POST', path: '/comments(\\?|$)' },
    read: { method: 'GET', path: '/(socialActions|socialMetadata|posts|organizationalEntityNotifications)' },
    upload: { method: 'POST', path: '/images' },
  },
  ids: linkedinIds,
  place: topComment,
  removalTakesReplies: true,
  brandPosts,
  earlier,
  failures: {
    // No header says how long, and no body either.
    rateLimited: () => throttled(),
    expiredToken: () => tokenError('expired'),
    revokedToken: () => tokenError('revoked'),
    serverError: () => new LinkedInError(500, 'INTERNAL_SERVER_ERROR', 'Internal Server Error'),
    unavailable: () => new LinkedInError(503, 'SERVICE_UNAVAILABLE', 'Service is temporarily unavailable'),
    badRequest: () => new LinkedInError(400, 'BAD_REQUEST', 'Bad Request'),
    unknownPath: (_context, path) => new LinkedInError(404, 'RESOURCE_NOT_FOUND', `No virtual resource found for ${path.split('?')[0]}`),
  },
  permalinks: Object.fromEntries(
    ['/feed/update/:urn', '/feed/update/:urn/', '/www.linkedin.com/feed/update/:urn', '/www.linkedin.com/feed/update/:urn/'].map((path) => [
      path,
      ({ world }, { params, query }) => findByUrn(world, query['commentUrn'] ?? '') ?? findByUrn(world, params['urn'] ?? ''),
    ]),
  ),
  webhooks: linkedinWebhooks,
  quirks: {
    saysDollarUrn: 'switch',
    namelessMembers: 'switch',
    newestCommentsFirst: 'switch',
    refusesDuplicates: 'switch',
    lacksProduct: 'switch',
    sunsetsVersions: 'switch',
    givesNoRefreshToken: 'switch',
  },
  open: (context, webhooks) => {
    const service = openLinkedIn(context, webhooks)
    return {
      routes: (scope) => routeLinkedIn(scope, service),
      state: { notifications: service.notifications, subscriptions: service.subscriptions, images: service.images },
    }
  },
}
