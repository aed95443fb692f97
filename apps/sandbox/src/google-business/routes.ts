import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Context } from '../context.ts'
import { GoogleError, answerError, exhausted, invalidArgument, notFound, unauthenticated } from '../google/errors.ts'
import { routeLogin } from '../google/login.ts'
import type { GoogleService } from '../google/login.ts'
import { bodyFields, queryFields, textOf } from '../http/body.ts'
import { pageBelow, readCursor, writeCursor } from '../http/paging.ts'
import { Windows } from '../http/windows.ts'
import { Codes } from '../oauth/codes.ts'
import { Tokens, bearerOf } from '../oauth/tokens.ts'
import type { Sender } from '../webhooks/sender.ts'
import type { Item, JsonObject } from '../world/item.ts'
import { Kept } from '../world/kept.ts'
import { replyOf } from './ids.ts'
import { accountIn, accountView, listLocations } from './accounts.ts'
import { NotificationSetting, routeNotifications } from './notifications.ts'
import { publicKeys } from './push-token.ts'
import { locationName, replyView, reviewView, updatedAt } from './views.ts'

const platform = 'google-business'
const service = 'mybusiness.googleapis.com'
const callsAMinute = 300
const editsAMinute = 10
const maxReplyBytes = 4_096
const maxPageSize = 50
/** Each API stands below the prefix, as a base URL has it, and by the name of its host. */
const reviewBases = ['', '/v4', '/mybusiness.googleapis.com/v4']
const accountBases = ['/v1', '/mybusinessaccountmanagement.googleapis.com/v1']
const notificationBases = ['/v1', '/mybusinessnotifications.googleapis.com/v1']
const keyPaths = ['/www.googleapis.com/oauth2/v3/certs', '/oauth2/v3/certs']
const locationBases = ['/v1', '/mybusinessbusinessinformation.googleapis.com/v1']

/** The pretend Google Business Profile: reviews (v4), accounts, locations and notifications (v1), Google's login and the keys that its pushes are signed with. */
export type Business = GoogleService & { windows: Windows; notifications: NotificationSetting }

/** A pretend Google Business Profile with nothing in it yet. */
export function openBusiness(context: Context, sender: Sender): Business {
  const { world, secrets } = context
  return {
    ...context,
    tokens: new Tokens(context, platform, { secret: secrets[platform].tokenSecret, accessSeconds: 3_600, rotates: false }),
    logins: { codes: new Codes(() => world.clock(platform), 600), grants: new Kept<true>(100) },
    windows: new Windows(context, platform),
    notifications: new NotificationSetting(sender),
    google: {
      platform,
      client: secrets[platform],
      scope: 'https://www.googleapis.com/auth/business.manage',
      wants: 'The app wants to see, edit, create and delete your Google business listings',
    },
  }
}

/** Registers each API at its addresses, and the login. */
export function routeBusiness(app: FastifyInstance, business: Business): void {
  app.register(async (scope) => {
    scope.setErrorHandler((error, _request, reply) => answerError(error, reply))
    routeLogin(scope, business)
    for (const path of keyPaths)
      scope.get(path, async (_request, reply) => reply.header('cache-control', 'public, max-age=21600').send(publicKeys()))
    const routeAt = (bases: string[], route: (api: FastifyInstance) => void): void => {
      for (const prefix of bases)
        scope.register(
          async (api) => {
            api.addHook('preHandler', async (request) => admit(business, request, bases))
            route(api)
          },
          { prefix },
        )
    }
    routeAt(reviewBases, (api) => routeReviews(api, business))
    routeAt(accountBases, (api) => {
      api.get('/accounts', async () => ({ accounts: [accountView(business)] }))
      api.get('/accounts/:account', async (request) => {
        accountIn(business, request)
        return accountView(business)
      })
    })
    routeAt(notificationBases, (api) => routeNotifications(api, business))
    routeAt(locationBases, (api) => {
      api.get('/accounts/:account/locations', async (request) => listLocations(business, request))
    })
  })
}

function routeReviews(api: FastifyInstance, business: Business): void {
  const location = '/accounts/:account/locations/:location'
  api.post('/accounts/:account/locations::batchGetReviews', async (request) => batch(business, request))
  api.get(`${location}/reviews`, async (request) => listReviews(business, request))
  api.get(`${location}/reviews/:review`, async (request) => reviewView(business, reviewIn(business, request)))
  api.put(`${location}/reviews/:review/reply`, async (request) => putReply(business, request))
  api.delete(`${location}/reviews/:review/reply`, async (request) => deleteReply(business, request))
}

type Params = { account: string; location: string; review: string }

function admit(business: Business, request: FastifyRequest, bases: string[]): void {
  const given = bearerOf(request)
  if (!given?.startsWith('ya29.') || business.tokens.fateOf(given.slice('ya29.'.length)) !== 'good') throw unauthenticated()
  // A project whose access was not granted yet has a quota of 0, which looks like any other.
  if (business.faults.quirks.quotaZero) throw exhausted(service, 0)
  if (business.windows.use(bases.at(-1) ?? '', callsAMinute, 60).over) throw exhausted(service, callsAMinute)
}

/** Reviews in the order asked for, newest change first if none is. Nothing of it tells what was deleted. */
function listReviews(business: Business, request: FastifyRequest): JsonObject {
  const items = reviewsOf(business, `accounts/${(request.params as Params).account}/locations/${(request.params as Params).location}`)
  const { pageSize, pageToken, orderBy } = queryFields(request)
  const { page, next } = pageOf(business, items, { pageSize, pageToken, orderBy })
  if (page.length === 0) return {}
  const average = items.reduce((sum, item) => sum + (item.rating ?? 0), 0) / items.length
  return {
    reviews: page.map((item) => reviewView(business, item)),
    averageRating: Math.round(average * 10) / 10,
    totalReviewCount: items.length,
    ...(next === null ? {} : { nextPageToken: next }),
  }
}

/** `locations:batchGetReviews`: those of up to fifty locations together. */
function batch(business: Business, request: FastifyRequest): JsonObject {
  accountIn(business, request)
  const form = bodyFields(request)
  const names = Array.isArray(form['locationNames']) ? form['locationNames'].map(String) : []
  if (names.length < 1 || names.length > 50) throw invalidArgument('location_names', 'Between 1 and 50 locations have to be named.')
  const items = names
    .flatMap((name) => reviewsOf(business, name))
    .filter((item) => form['ignoreRatingOnlyReviews'] !== true || item.text.trim() !== '')
  const [pageSize, pageToken, orderBy] = [textOf(form['pageSize']), textOf(form['pageToken']), textOf(form['orderBy'])]
  const { page, next } = pageOf(business, items, { pageSize, pageToken, orderBy })
  const location = locationName(business)
  return {
    ...(page.length > 0 ? { locationReviews: page.map((item) => ({ name: location, review: reviewView(business, item) })) } : {}),
    ...(next === null ? {} : { nextPageToken: next }),
  }
}

type Asked = { pageSize: string | undefined; pageToken: string | undefined; orderBy: string | undefined }

function pageOf(
  business: Business,
  items: Item[],
  { pageSize, pageToken, orderBy = 'updateTime desc' }: Asked,
): { page: Item[]; next: string | null } {
  const size = Number(pageSize ?? maxPageSize)
  if (!Number.isInteger(size) || size < 0 || size > maxPageSize)
    throw invalidArgument('page_size', `The page size has to be ${maxPageSize} at most.`)
  if (!['rating', 'rating desc', 'updateTime desc'].includes(orderBy))
    throw invalidArgument('order_by', 'Reviews can be ordered by rating, rating desc or updateTime desc.')
  const rank = (item: Item): string =>
    orderBy === 'updateTime desc' ? '' : String(orderBy === 'rating' ? 9 - (item.rating ?? 0) : (item.rating ?? 0))
  const placeOf = (item: Item): string => `${rank(item)} ${String(updatedAt(item)).padStart(15, '0')} ${item.id}`
  const { page, next } = pageBelow(business, items, placeOf, { below: readCursor(pageToken), limit: size || maxPageSize })
  return { page, next: next === null ? null : writeCursor(next) }
}

function reviewsOf(business: Business, name: string): Item[] {
  const { accountId, otherLocationId } = business.secrets[platform]
  if (name === `accounts/${accountId}/locations/${otherLocationId}`) return []
  if (name !== locationName(business)) throw notFound()
  return business.world.posts(platform, false)
}

function reviewIn(business: Business, request: FastifyRequest): Item {
  const { account, location, review } = request.params as Params
  const { accountId, otherLocationId } = business.secrets[platform]
  if (account === accountId && location === otherLocationId)
    throw new GoogleError(400, 'FAILED_PRECONDITION', 'The location is not verified.')
  if (`accounts/${account}/locations/${location}` !== locationName(business)) throw notFound()
  const item = business.world.find(platform, review)
  if (!item || item.parentId !== null) throw notFound()
  return item
}

/** Writes the one reply, or other words in its place: the same call again changes nothing. */
function putReply(business: Business, request: FastifyRequest): JsonObject {
  const review = reviewIn(business, request)
  const { world, faults, windows } = business
  const comment = textOf(bodyFields(request)['comment']) ?? ''
  if (comment.trim() === '') throw invalidArgument('comment', 'The reply is empty.')
  if (Buffer.byteLength(comment) > maxReplyBytes) throw invalidArgument('comment', `The reply is longer than ${maxReplyBytes} bytes.`)
  if (windows.use('edits', editsAMinute, 60).over) throw exhausted(service, editsAMinute)
  const there = replyOf(world, review)
  const isSame = there?.text === comment
  if (there && !isSame) world.edit(there, comment)
  const reply = there ?? world.write({ platform, authorId: world.brand(platform).id, text: comment, parentId: review.id })
  reply.extra = { ...reply.extra, ...moderation(faults.quirks) }
  note(business, request, { externalId: reply.id, inReplyTo: review.id, text: comment, repeated: isSame })
  return replyView(reply)
}

function moderation(quirks: Business['faults']['quirks']): JsonObject {
  if (quirks.rejectsReplies) return { state: 'REJECTED', policyViolation: 'URL' }
  return quirks.moderatesReplies ? { state: 'PENDING' } : {}
}

function deleteReply(business: Business, request: FastifyRequest): JsonObject {
  const review = reviewIn(business, request)
  const there = replyOf(business.world, review)
  if (!there) throw notFound()
  business.world.remove(there)
  note(business, request, { externalId: there.id, inReplyTo: null, text: null, repeated: false })
  return {}
}

function note(
  business: Business,
  request: FastifyRequest,
  write: { externalId: string; inReplyTo: string | null; text: string | null; repeated: boolean },
): void {
  const endpoint = (request.raw.url ?? '').replace(/^\/google-business(?=\/)/, '')
  business.world.journal.record({ platform, method: request.method, endpoint, key: null, ...write })
}
