import type { Dialect } from '../dialect.ts'
import { GoogleError, exhausted, unauthenticated } from '../google/errors.ts'
import type { GoogleClient } from '../google/login.ts'
import { reviewAbove, reviewIds } from './ids.ts'
import { earlier } from './posts.ts'
import { openBusiness, routeBusiness } from './routes.ts'
import { businessWebhooks } from './webhooks.ts'

/** The account with its two shops, the Cloud project with its OAuth client and the service account of its pushes, the standing grant, and what access tokens are signed with. */
export type BusinessSecrets = GoogleClient & {
  accountId: string
  locationId: string
  otherLocationId: string
  tokenSecret: string
  project: string
  pushAccount: string
}

/** Google Business Profile: the reviews of one shop by the My Business API 4.9, and what leads to them; a topic of Cloud Pub/Sub hears of those that are new. */
export const googleBusiness: Dialect<'google-business', BusinessSecrets> = {
  id: 'google-business',
  name: 'Google Business Profile',
  look: { colour: '#1558b0', darkColour: '#8ab4f8', post: ['review', 'reviews'], comment: ['reply', 'replies'] },
  kinds: ['review'],
  secrets: ({ digits, hex, letters }) => ({
    ...projectOf(digits(6)),
    accountId: `1${digits(20)}`,
    locationId: `1${digits(18)}`,
    otherLocationId: `1${digits(18)}`,
    clientId: `${digits(12)}-${letters(32).toLowerCase()}.apps.googleusercontent.com`,
    clientSecret: `GOCSPX-${letters(28)}`,
    refreshToken: `1//0${letters(90)}`,
    tokenSecret: hex(64),
  }),
  brand: ({ accountId }) => ({ id: accountId, handle: 'fieldnote' }),
  settings: ({ clientId, clientSecret, refreshToken, accountId, locationId, project, pushAccount }) => ({
    clientId,
    clientSecret,
    refreshToken,
    location: `accounts/${accountId}/locations/${locationId}`,
    topic: `projects/${project}/topics/reviews`,
    pushAccount,
  }),
  calls: { write: { method: 'PUT', path: '/reply$' }, read: { method: 'GET', path: '/reviews' } },
  ids: reviewIds,
  place: reviewAbove,
  removalTakesReplies: true,
  brandPosts: [],
  earlier,
  failures: {
    // No header says how long.
    rateLimited: () => exhausted('mybusiness.googleapis.com', 300),
    expiredToken: unauthenticated,
    revokedToken: unauthenticated,
    serverError: () => new GoogleError(500, 'INTERNAL', 'Internal error encountered.'),
    unavailable: () => new GoogleError(503, 'UNAVAILABLE', 'The service is currently unavailable.'),
    badRequest: () => ({
      status: 400,
      headers: { 'content-type': 'text/html; charset=UTF-8' },
      body: '<!DOCTYPE html><title>Error 400 (Bad Request)!!1</title><p>Your client has issued a malformed or illegal request.',
    }),
    unknownPath: () => ({
      status: 404,
      headers: { 'content-type': 'text/html; charset=UTF-8' },
      body: '<!DOCTYPE html><title>Error 404 (Not Found)</title><p>The requested URL was not found on this server.',
    }),
  },
  webhooks: businessWebhooks,
  quirks: { translatesReviews: 'switch', moderatesReplies: 'switch', rejectsReplies: 'switch', quotaZero: 'switch' },
  open: (context, sender) => {
    const service = openBusiness(context, sender)
    const { logins, notifications } = service
    return { routes: (scope) => routeBusiness(scope, service), state: { grants: logins.grants, notifications } }
  },
}

function projectOf(number: string): { project: string; pushAccount: string } {
  const project = `fieldnote-${number}`
  return { project, pushAccount: `push@${project}.iam.gserviceaccount.com` }
}
