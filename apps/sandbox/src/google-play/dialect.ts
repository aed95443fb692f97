import type { Dialect } from '../dialect.ts'
import { GoogleError, exhausted, unauthenticated } from '../google/errors.ts'
import type { JsonObject } from '../world/item.ts'
import { reviewAbove, reviewIds } from './ids.ts'
import { makePrivateKey } from './key.ts'
import { earlier } from './posts.ts'
import { openPlay, routePlay } from './routes.ts'

/** The app, the service account of its Cloud project with its key, and what access tokens are signed with. */
export type PlaySecrets = {
  packageName: string
  projectId: string
  clientEmail: string
  clientId: string
  privateKeyId: string
  privateKey: string
  tokenSecret: string
}

/** Google Play: the reviews of one app by the Android Publisher API, version 3, which shows a week of them. Polled only. */
export const googlePlay: Dialect<'google-play', PlaySecrets> = {
  id: 'google-play',
  name: 'Google Play',
  look: { colour: '#0b6b4f', darkColour: '#5fd3ab', post: ['review', 'reviews'], comment: ['reply', 'replies'] },
  kinds: ['review'],
  untold: ['removal'],
  secrets: ({ digits, hex }) => ({
    packageName: 'example.fieldnote.workshop',
    projectId: `fieldnote-${digits(6)}`,
    clientEmail: `reviews@fieldnote-${digits(6)}.iam.gserviceaccount.com`,
    clientId: digits(21),
    privateKeyId: hex(40),
    privateKey: makePrivateKey(),
    tokenSecret: hex(64),
  }),
  brand: ({ packageName }) => ({ id: packageName, handle: 'fieldnote' }),
  settings: (secrets) => ({ packageName: secrets.packageName, serviceAccountKey: JSON.stringify(keyFile(secrets)), appName: 'Fieldnote' }),
  calls: { write: { method: 'POST', path: ':reply(\\?|$)' }, read: { method: 'GET', path: '/reviews' } },
  ids: reviewIds,
  place: reviewAbove,
  removalTakesReplies: true,
  brandPosts: [],
  earlier,
  failures: {
    // No header says how long.
    rateLimited: () => exhausted('androidpublisher.googleapis.com', 200),
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
  permalinks: Object.fromEntries(
    ['/store/apps/details', '/play.google.com/store/apps/details'].map((path) => [
      path,
      ({ world }, { query }) => world.find('google-play', query['reviewId']) ?? 'brand',
    ]),
  ),
  quirks: { translatesReviews: 'switch', notInvited: 'switch', tabBeforeBody: 'switch' },
  open: (context) => {
    const play = openPlay(context)
    return { routes: (scope) => routePlay(scope, play) }
  },
}

/** The file that Google gives for a key of a service account, once. */
function keyFile({ projectId, privateKeyId, privateKey, clientEmail, clientId }: PlaySecrets): JsonObject {
  return {
    type: 'service_account',
    project_id: projectId,
    private_key_id: privateKeyId,
    private_key: privateKey,
    client_email: clientEmail,
    client_id: clientId,
    auth_uri: 'https://accounts.google.com/o/oauth2/auth',
    token_uri: 'https://oauth2.googleapis.com/token',
    universe_domain: 'googleapis.com',
  }
}
