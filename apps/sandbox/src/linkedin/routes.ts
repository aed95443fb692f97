import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Context } from '../context.ts'
import { Windows } from '../http/windows.ts'
import { Codes } from '../oauth/codes.ts'
import type { Tokens } from '../oauth/tokens.ts'
import type { Sender } from '../webhooks/sender.ts'
import type { JsonObject } from '../world/item.ts'
import { Kept } from '../world/kept.ts'
import { admit, linkedinTokens } from './auth.ts'
import { socialActions } from './comments.ts'
import { LinkedInError, OauthError, invalid, notFound, throttled } from './errors.ts'
import { findByUrn } from './ids.ts'
import { initializeUpload, readImage, takeBytes } from './images.ts'
import type { Announced } from './images.ts'
import { routeLogin } from './login.ts'
import { findNotifications, memberOf, notificationOf } from './notifications.ts'
import type { Notification } from './notifications.ts'
import { react, socialMetadata, unreact } from './reactions.ts'
import { keysBelow, pageIn, readQuery, readValue, textIn } from './restli.ts'
import { eventSubscription, listSubscriptions } from './subscriptions.ts'
import type { Subscription } from './subscriptions.ts'
import { idOf, organization, post } from './views.ts'

/** The API stands at all of these: below the prefix, as a base URL has it, and by the name of its host. */
const bases = ['', '/rest', '/api.linkedin.com/rest']
const callsADay = 5_000

/** The pretend LinkedIn. `notifications`: what administrators were told, by number. */
export type LinkedIn = Context & {
  tokens: Tokens
  codes: Codes
  windows: Windows
  webhooks: Sender
  notifications: Kept<Notification>
  subscriptions: Kept<Subscription>
  images: Kept<Announced>
}

/** A pretend LinkedIn with nothing in it yet. With `lostNotifications`, a share of what happens is in no list of them. */
export function openLinkedIn(context: Context, webhooks: Sender): LinkedIn {
  const { world, faults } = context
  const notifications = new Kept<Notification>(5_000)
  world.listen((happening) => {
    const made = notificationOf(context, happening)
    const share = faults.quirks.lostNotifications
    if (made === null || (share > 0 && world.random() < share)) return
    notifications.set(String(made.notificationId), made)
  })
  return {
    ...context,
    tokens: linkedinTokens(context),
    codes: new Codes(() => world.now().getTime(), 30 * 60),
    windows: new Windows(context, 'linkedin'),
    webhooks,
    notifications,
    subscriptions: new Kept<Subscription>(10),
    images: new Kept<Announced>(500),
  }
}

/** Registers the versioned API and the login. */
export function routeLinkedIn(app: FastifyInstance, linkedin: LinkedIn): void {
  app.register(async (scope) => {
    scope.setErrorHandler((error, _request, reply) => answerError(error, reply))
    routeLogin(scope, linkedin)
    scope.put('/dms-uploads/sp/:number/uploaded-image/0', async (request, reply) => takeBytes(linkedin, request, reply))
    for (const base of bases) scope.register(async (api) => routeApi(api, linkedin), { prefix: base })
  })
}

function routeApi(api: FastifyInstance, linkedin: LinkedIn): void {
  api.addHook('preHandler', async (request) => {
    admit(linkedin, linkedin.tokens, request)
    if (linkedin.windows.use(`${request.method} ${request.routeOptions.url ?? ''}`, callsADay, 86_400).over) throw throttled()
  })
  api.route({
    method: ['GET', 'POST', 'DELETE'],
    url: '/socialActions/*',
    handler: (request, reply) => socialActions(linkedin, request, reply),
  })
  api.route({ method: ['GET', 'POST'], url: '/socialMetadata/*', handler: (request, reply) => socialMetadata(linkedin, request, reply) })
  api.post('/reactions', async (request, reply) => react(linkedin, request, reply))
  api.delete('/reactions/*', async (request, reply) => unreact(linkedin, request, reply))
  api.post('/images', async (request) => initializeUpload(linkedin, request))
  api.get('/images/*', async (request) => readImage(linkedin, request))
  api.get('/posts', async (request) => listPosts(linkedin, request))
  api.get('/posts/*', async (request) => readPost(linkedin, request))
  api.get('/organizationAcls', async (request) => listPages(linkedin, request))
  api.get('/organizations/*', async (request) => readOrganization(linkedin, request))
  api.get('/organizationalEntityNotifications', async (request) => findNotifications(linkedin, readQuery(request)))
  api.get('/eventSubscriptions', async (request) => listSubscriptions(linkedin, request))
  api.route({
    method: ['GET', 'PUT', 'DELETE'],
    url: '/eventSubscriptions/*',
    handler: (request, reply) => eventSubscription(linkedin, request, reply),
  })
}

/** `GET /posts?q=author`: newest first, by change or by birth. */
function listPosts(linkedin: LinkedIn, request: FastifyRequest): JsonObject {
  const { world } = linkedin
  const query = readQuery(request)
  if (query['q'] !== 'author') throw invalid("Parameter 'q' must be author")
  const author = textIn(query['author'], 'author')
  const posts = author === world.brand('linkedin').id ? world.posts('linkedin', true) : []
  const changed = query['sortBy'] === 'LAST_MODIFIED' || query['sortBy'] === undefined
  const ordered = changed ? posts.toSorted((a, b) => (b.editedAt ?? b.createdAt) - (a.editedAt ?? a.createdAt)) : posts
  const { page, paging } = pageIn(query, ordered)
  return { paging: { ...paging, total: posts.length }, elements: page.map(post) }
}

function readPost({ world }: LinkedIn, request: FastifyRequest): JsonObject {
  const urn = textIn(readValue(keysBelow(request, 'posts').join('/')), 'urn')
  const item = findByUrn(world, urn)
  if (!item || item.parentId !== null) throw notFound(urn)
  return post(item)
}

/** `GET /organizationAcls?q=roleAssignee`: the pages that the member looks after. */
function listPages({ world, secrets }: LinkedIn, request: FastifyRequest): JsonObject {
  const query = readQuery(request)
  if (query['q'] !== 'roleAssignee') throw invalid("Parameter 'q' must be roleAssignee")
  const own = {
    role: 'ADMINISTRATOR',
    state: 'APPROVED',
    organization: world.brand('linkedin').id,
    roleAssignee: memberOf(secrets.linkedin),
  }
  const fits = (query['role'] ?? own.role) === own.role && (query['state'] ?? own.state) === own.state
  const { page, paging } = pageIn(query, fits ? [own] : [])
  return { paging: { ...paging, total: fits ? 1 : 0 }, elements: page }
}

function readOrganization(linkedin: LinkedIn, request: FastifyRequest): JsonObject {
  const id = textIn(readValue(keysBelow(request, 'organizations').join('/')), 'id')
  if (id !== idOf(linkedin.world.brand('linkedin').id)) throw notFound(id)
  return organization(linkedin)
}

function answerError(error: unknown, reply: FastifyReply): FastifyReply {
  if (error instanceof LinkedInError || error instanceof OauthError) return reply.code(error.status).send(error.body)
  const status = (error as { statusCode?: number }).statusCode ?? 500
  const known =
    status < 500
      ? invalid('Could not parse JSON in request body')
      : new LinkedInError(500, 'INTERNAL_SERVER_ERROR', 'Internal Server Error')
  return reply.code(known.status).send(known.body)
}
