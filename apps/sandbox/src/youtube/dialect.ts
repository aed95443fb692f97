import type { Dialect } from '../dialect.ts'
import { YouTubeError, authError } from './errors.ts'
import { addressReply, topComment, youtubeIds } from './ids.ts'
import { brandPosts, earlier } from './posts.ts'
import { openYouTube, routeYouTube } from './routes.ts'

/** The OAuth client of the Cloud project, the brand's standing grant, and what access tokens are signed with. */
export type YouTubeSecrets = { channelId: string; clientId: string; clientSecret: string; refreshToken: string; tokenSecret: string }

/** YouTube: comments below one channel's videos by the Data API, version 3. Polled only; nothing tells of mentions. */
export const youtube: Dialect<'youtube', YouTubeSecrets> = {
  id: 'youtube',
  name: 'YouTube',
  look: { colour: '#c2001b', darkColour: '#ff7b7b', post: ['video', 'videos'], comment: ['comment', 'comments'] },
  kinds: ['comment', 'like'],
  secrets: ({ digits, hex, letters }) => ({
    channelId: `UC${letters(22)}`,
    clientId: `${digits(12)}-${letters(32).toLowerCase()}.apps.googleusercontent.com`,
    clientSecret: `GOCSPX-${letters(28)}`,
    refreshToken: `1//0${letters(90)}`,
    tokenSecret: hex(64),
  }),
  brand: ({ channelId }) => ({ id: channelId, handle: 'fieldnote' }),
  settings: ({ clientId, clientSecret, refreshToken }) => ({ clientId, clientSecret, refreshToken }),
  calls: { write: { method: 'POST', path: '/comments(\\?|$)' }, read: { method: 'GET', path: '/(comment|video|playlist)' } },
  ids: youtubeIds,
  place: topComment,
  removalTakesReplies: true,
  address: addressReply,
  brandPosts,
  earlier,
  failures: {
    // No header says how long.
    rateLimited: () =>
      new YouTubeError(403, 'rateLimitExceeded', 'The request cannot be completed because too many were made recently.', 'usageLimits'),
    expiredToken: () => authError(),
    revokedToken: () => authError(),
    serverError: () => new YouTubeError(500, 'backendError', 'Backend Error', 'global'),
    unavailable: () => new YouTubeError(503, 'backendError', 'The service is currently unavailable.', 'global'),
    badRequest: () => new YouTubeError(400, 'processingFailure', 'The API server failed to successfully process the request.'),
    unknownPath: (_context, path) => ({
      status: 404,
      headers: { 'content-type': 'text/html; charset=UTF-8' },
      body: `<!DOCTYPE html><title>Error 404 (Not Found)</title><p>${path.split('?')[0]?.replaceAll(/[<>&"]/g, '')} was not found.`,
    }),
  },
  permalinks: Object.fromEntries(
    ['/watch', '/www.youtube.com/watch'].map((path) => [
      path,
      ({ world }, { query }) => world.items.youtube.get(query['lc'] ?? '') ?? world.items.youtube.get(query['v'] ?? ''),
    ]),
  ),
  quirks: { heldComments: 'share', spamFiltersRepeats: 'switch' },
  open: (context) => {
    const service = openYouTube(context)
    return { routes: (scope) => routeYouTube(scope, service), state: { grants: service.logins.grants } }
  },
}
