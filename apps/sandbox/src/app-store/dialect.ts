import type { Dialect } from '../dialect.ts'
import { AppStoreError, notAuthorized, tooManyCalls } from './errors.ts'
import { reviewAbove, reviewIds } from './ids.ts'
import { fileOf } from './key.ts'
import { earlier } from './posts.ts'
import { openAppStore, rateHeader, routeAppStore } from './routes.ts'

/** The team's key for the API (its scalar, in hex), and two apps. */
export type AppStoreSecrets = { issuerId: string; keyId: string; keyScalar: string; appId: string; otherAppId: string; bundleId: string }

/** Apple's App Store: the reviews of one app by the App Store Connect API. Polled only. */
export const appStore: Dialect<'app-store', AppStoreSecrets> = {
  id: 'app-store',
  name: 'App Store',
  look: { colour: '#0a5cc2', darkColour: '#6cb2ff', post: ['review', 'reviews'], comment: ['response', 'responses'] },
  kinds: ['review'],
  secrets: ({ digits, hex, base32 }) => ({
    issuerId: `${hex(8)}-${hex(4)}-4${hex(3)}-8${hex(3)}-${hex(12)}`,
    keyId: base32(10).toUpperCase(),
    // Below the order of the curve, and not zero.
    keyScalar: `1${hex(63)}`,
    appId: `1${digits(9)}`,
    otherAppId: `1${digits(9)}`,
    bundleId: 'example.fieldnote.app',
  }),
  brand: ({ appId }) => ({ id: appId, handle: 'fieldnote' }),
  settings: ({ issuerId, keyId, keyScalar, appId }) => ({ issuerId, keyId, privateKey: fileOf(keyScalar), appId }),
  calls: { write: { method: 'POST', path: '/v1/customerReviewResponses' }, read: { method: 'GET', path: '/customerReviews' } },
  ids: reviewIds,
  place: reviewAbove,
  removalTakesReplies: true,
  brandPosts: [],
  earlier,
  failures: {
    rateLimited: (_context, { retryAfter }) => ({ status: 429, headers: { ...rateHeader(0), ...retryAfter }, body: tooManyCalls().body }),
    expiredToken: notAuthorized,
    revokedToken: notAuthorized,
    serverError: () =>
      new AppStoreError(500, 'UNEXPECTED_ERROR', 'An unexpected error occurred.', 'An unexpected error occurred on the server side.'),
    unavailable: () =>
      new AppStoreError(
        503,
        'SERVICE_UNAVAILABLE',
        'The service is unavailable.',
        'The service is temporarily unavailable. Try again later.',
      ),
    badRequest: () => ({
      status: 400,
      headers: { 'content-type': 'text/html' },
      body: '<html><head><title>400 Bad Request</title></head><body>Bad Request</body></html>',
    }),
    unknownPath: (_context, path) =>
      new AppStoreError(
        404,
        'PATH_ERROR',
        'The URL path is not valid',
        `The path provided does not match a defined resource type: ${path}`,
      ),
  },
  quirks: { slowResponses: 'switch', datesEditsAnew: 'switch', cannotRespond: 'switch' },
  open: (context) => {
    const store = openAppStore(context)
    return { routes: (scope) => routeAppStore(scope, store) }
  },
}
