import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Context } from '../context.ts'
import { OauthError, routeLogin } from '../google/login.ts'
import type { GoogleService } from '../google/login.ts'
import { Windows } from '../http/windows.ts'
import { Codes } from '../oauth/codes.ts'
import { Tokens, bearerOf } from '../oauth/tokens.ts'
import { Kept } from '../world/kept.ts'
import { YouTubeError, authError, quotaExceeded } from './errors.ts'
import { listChannels, listComments, listThreads, listUploads, listVideos } from './lists.ts'
import { deleteComment, insertComment, insertThread, moderate, updateComment } from './writes.ts'

/** Units of one Cloud project a day: a read costs one, a write 50. */
const unitsADay = 10_000
const unitsOfAWrite = 50
/** The API stands at all of these: below the prefix, as a base URL has it, and by the name of its host. */
const bases = ['', '/v3', '/youtube/v3', '/www.googleapis.com/youtube/v3', '/youtube.googleapis.com/youtube/v3']

/** The pretend YouTube: Data API version 3, and Google's login. */
export type YouTube = GoogleService & { windows: Windows }

/** A pretend YouTube. With `heldComments`, a share of what people write waits for a moderator. */
export function openYouTube(context: Context): YouTube {
  const { world, faults, secrets } = context
  world.listen(({ kind, item }) => {
    if (kind !== 'added' || item.platform !== 'youtube' || item.parentId === null || world.author(item).isBrand) return
    const share = Number(faults.quirks['heldComments'])
    if (share > 0 && world.random() < share) Object.assign(item, { hidden: true, extra: { ...item.extra, moderation: 'heldForReview' } })
  })
  return {
    ...context,
    tokens: new Tokens(context, 'youtube', { secret: secrets.youtube.tokenSecret, accessSeconds: 3_600, rotates: false }),
    logins: { codes: new Codes(() => world.clock('youtube'), 600), grants: new Kept<true>(100) },
    windows: new Windows(context, 'youtube'),
    google: {
      platform: 'youtube',
      client: secrets.youtube,
      // What reading held comments and every write want.
      scope: 'https://www.googleapis.com/auth/youtube.force-ssl',
      wants: 'The app wants access to your YouTube channel',
    },
  }
}

/** Registers the API at each of its addresses, and the login. */
export function routeYouTube(app: FastifyInstance, youtube: YouTube): void {
  app.register(async (scope) => {
    scope.setErrorHandler((error, _request, reply) => answerError(error, reply))
    routeLogin(scope, youtube)
    for (const base of bases)
      scope.register(
        async (api) => {
          api.addHook('preHandler', async (request) => admit(youtube, request))
          api.get('/channels', async (request) => listChannels(youtube, request))
          api.get('/playlistItems', async (request) => listUploads(youtube, request))
          api.get('/videos', async (request) => listVideos(youtube, request))
          api.get('/commentThreads', async (request) => listThreads(youtube, request))
          api.post('/commentThreads', async (request) => insertThread(youtube, request))
          api.get('/comments', async (request) => listComments(youtube, request))
          api.post('/comments', async (request) => insertComment(youtube, request))
          api.put('/comments', async (request) => updateComment(youtube, request))
          api.delete('/comments', async (request, reply) => {
            deleteComment(youtube, request)
            return reply.code(204).send()
          })
          api.post('/comments/setModerationStatus', async (request, reply) => {
            moderate(youtube, request)
            return reply.code(204).send()
          })
        },
        { prefix: base },
      )
  })
}

/** Refused calls cost units too; a call without a good token costs none. */
function admit(youtube: YouTube, request: FastifyRequest): void {
  const given = bearerOf(request)
  if (!given?.startsWith('ya29.') || youtube.tokens.fateOf(given.slice('ya29.'.length)) !== 'good') throw authError()
  const cost = request.method === 'GET' ? 1 : unitsOfAWrite
  if (youtube.windows.use('units', unitsADay, 86_400, cost).over) throw quotaExceeded()
}

function answerError(error: unknown, reply: FastifyReply): FastifyReply {
  if (error instanceof YouTubeError || error instanceof OauthError) return reply.code(error.status).send(error.body)
  const status = (error as { statusCode?: number }).statusCode ?? 500
  const known =
    status < 500
      ? new YouTubeError(400, 'parseError', 'Invalid JSON payload received.', 'global')
      : new YouTubeError(500, 'backendError', 'Backend Error', 'global')
  return reply.code(known.status).send(known.body)
}
