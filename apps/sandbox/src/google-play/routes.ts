import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Context } from '../context.ts'
import { GoogleError, answerError, exhausted, invalidArgument, notFound, unauthenticated } from '../google/errors.ts'
import { bodyFields, queryFields, textOf } from '../http/body.ts'
import { pageBelow, readCursor, writeCursor } from '../http/paging.ts'
import { Windows } from '../http/windows.ts'
import { Tokens, bearerOf } from '../oauth/tokens.ts'
import type { Item, JsonObject } from '../world/item.ts'
import { replyOf } from './ids.ts'
import { giveToken } from './token.ts'
import { modifiedAt, reviewView, stampOf } from './views.ts'

const platform = 'google-play'
const weekMs = 7 * 86_400_000
const readsAnHour = 200
const repliesADay = 2_000
const maxReplyCharacters = 350
const maxResults = 100
const usualResults = 10
/** The API stands below the prefix, as a base URL has it, and by the name of its host; the token endpoint is another host's. */
const apiBases = ['/androidpublisher/v3', '/androidpublisher.googleapis.com/androidpublisher/v3']
const tokenPaths = ['/oauth2.googleapis.com/token', '/token']

/** The pretend Android Publisher API, as far as reviews go. */
export type Play = Context & { tokens: Tokens; windows: Windows }

/** A pretend Google Play with nothing in it yet. */
export function openPlay(context: Context): Play {
  const { tokenSecret } = context.secrets[platform]
  return {
    ...context,
    tokens: new Tokens(context, platform, { secret: tokenSecret, accessSeconds: 3_600, rotates: false }),
    windows: new Windows(context, platform),
  }
}

/** Registers the reviews at their addresses, and the token endpoint. */
export function routePlay(app: FastifyInstance, play: Play): void {
  app.register(async (scope) => {
    scope.setErrorHandler((error, _request, reply) => answerError(error, reply))
    for (const path of tokenPaths) scope.post(path, async (request) => giveToken(play, play.tokens, bodyFields(request)))
    for (const prefix of apiBases)
      scope.register(
        async (api) => {
          api.addHook('preHandler', async (request) => admit(play, request))
          api.get('/applications/:package/reviews', async (request) => listReviews(play, request))
          api.get('/applications/:package/reviews/:review', async (request) => readReview(play, request))
          api.post('/applications/:package/reviews/:review', async (request) => putReply(play, request))
        },
        { prefix },
      )
  })
}

type Params = { package: string; review: string }

function admit(play: Play, request: FastifyRequest): void {
  const given = bearerOf(request)
  if (!given?.startsWith('ya29.') || play.tokens.fateOf(given.slice('ya29.'.length)) !== 'good') throw unauthenticated()
  // An account that Play Console does not know looks like one that may not.
  if (play.faults.quirks.notInvited)
    throw new GoogleError(403, 'PERMISSION_DENIED', 'The current user has insufficient permissions to perform the requested operation.')
  if ((request.params as Params).package !== play.secrets[platform].packageName)
    throw new GoogleError(404, 'NOT_FOUND', `Package not found: ${(request.params as Params).package}.`)
  const isRead = request.method === 'GET'
  const [limit, seconds] = isRead ? [readsAnHour, 3_600] : [repliesADay, 86_400]
  if (play.windows.use(isRead ? 'reads' : 'replies', limit, seconds).over) throw exhausted('androidpublisher.googleapis.com', limit)
}

/** The reviews of the last week that have words, the last changed first. A review that was deleted is simply not there. */
function listReviews(play: Play, request: FastifyRequest): JsonObject {
  const query = queryFields(request)
  const size = Number(query['maxResults'] ?? usualResults)
  if (!Number.isInteger(size) || size < 1 || size > maxResults)
    throw invalidArgument('maxResults', `It has to be between 1 and ${maxResults}.`)
  const items = play.world.posts(platform, false).filter((item) => isShown(play, item))
  const placeOf = (item: Item): string => `${String(modifiedAt(item)).padStart(15, '0')} ${item.id}`
  const { page, next } = pageBelow(play, items, placeOf, { below: readCursor(query['token']), limit: size })
  if (page.length === 0) return {}
  return {
    reviews: page.map((item) => reviewView(play, item, query['translationLanguage'])),
    pageInfo: { totalResults: items.length },
    ...(next === null ? {} : { tokenPagination: { nextPageToken: writeCursor(next) } }),
  }
}

function isShown({ world }: Play, item: Item): boolean {
  return item.text.trim() !== '' && modifiedAt(item) > world.clock(platform) - weekMs
}

function readReview(play: Play, request: FastifyRequest): JsonObject {
  return reviewView(play, reviewIn(play, (request.params as Params).review), queryFields(request)['translationLanguage'])
}

/** What is older than a week is not there for this API, not even by its id. */
function reviewIn(play: Play, id: string): Item {
  const item = play.world.find(platform, id)
  if (!item || item.parentId !== null || !isShown(play, item)) throw notFound()
  return item
}

/** `{review}:reply`: writes the one reply, or other words in its place. The same call again changes nothing. */
function putReply(play: Play, request: FastifyRequest): JsonObject {
  const [, id] = /^(.*):reply$/.exec((request.params as Params).review) ?? []
  if (id === undefined) throw notFound()
  const review = reviewIn(play, id)
  const { world } = play
  const text = (textOf(bodyFields(request)['replyText']) ?? '').replaceAll(/<[^>]*>/g, '')
  if (text.trim() === '') throw invalidArgument('replyText', 'The reply is empty.')
  if (Array.from(text).length > maxReplyCharacters)
    throw invalidArgument('replyText', `The reply is longer than ${maxReplyCharacters} characters.`)
  const there = replyOf(world, review)
  const isSame = there?.text === text
  if (there && !isSame) world.edit(there, text)
  const reply = there ?? world.write({ platform, authorId: world.brand(platform).id, text, parentId: review.id })
  world.journal.record({
    platform,
    method: request.method,
    endpoint: (request.raw.url ?? '').replace(/^\/google-play(?=\/)/, ''),
    key: null,
    externalId: reply.id,
    inReplyTo: review.id,
    text,
    repeated: isSame,
  })
  return { result: { replyText: reply.text, lastEdited: stampOf(modifiedAt(reply)) } }
}
