import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Context } from '../context.ts'
import { queryFields, searchParams } from '../http/body.ts'
import { bearerOf } from '../oauth/tokens.ts'
import type { Item, JsonObject } from '../world/item.ts'
import { Kept } from '../world/kept.ts'
import { accountByAcct, localDomain } from './names.ts'
import { accountEntity, instanceEntity, instanceEntityV1, statusEntity } from './entities.ts'
import { MastodonError, recordNotFound } from './errors.ts'
import { Limits } from './limits.ts'
import { changeMedia, showMedia, uploadMedia } from './media.ts'
import { Notifications } from './notifications.ts'
import { routeOauth } from './oauth.ts'
import type { OauthApp, OauthToken } from './oauth.ts'
import { pageOf } from './paging.ts'
import { covers, scopeOf } from './scopes.ts'
import { contextOf, createStatus, deleteStatus, editStatus, favour, historyOf, listStatuses, sourceOf, statusOf } from './statuses.ts'

/** The pretend Mastodon server, with its notifications, remembered idempotency keys, registered apps and the tokens that OAuth gave. */
export type Mastodon = Context & {
  notifications: Notifications
  keys: Kept<{ id: string; at: number }>
  limits: Limits
  apps: Kept<OauthApp>
  tokens: Kept<OauthToken>
}

/** A pretend Mastodon with nothing in it yet. */
export function openMastodon(context: Context): Mastodon {
  return {
    ...context,
    notifications: new Notifications(context),
    keys: new Kept(5_000),
    limits: new Limits(context),
    apps: new Kept(1_000),
    tokens: new Kept(1_000),
  }
}

/** Registers the REST API below `/api` and `/oauth`. */
export function routeMastodon(app: FastifyInstance, mastodon: Mastodon): void {
  app.register(async (scope) => {
    scope.setErrorHandler((error, _request, reply) => answerError(error, reply))
    scope.addHook('onRequest', async (request, reply) => {
      const { headers, exceeded } = mastodon.limits.count(request)
      reply.headers(headers)
      if (exceeded) throw exceeded
    })
    scope.get('/api/v1/instance', async () => instanceEntityV1(mastodon))
    scope.get('/api/v2/instance', async () => instanceEntity(mastodon))
    routeOauth(scope, mastodon)
    scope.register(async (inner) => routeSignedIn(inner, mastodon))
  })
}

function routeSignedIn(app: FastifyInstance, mastodon: Mastodon): void {
  const v1 = '/api/v1'
  app.addHook('preHandler', async (request) => requireToken(mastodon, request))
  app.get(`${v1}/accounts/verify_credentials`, async () => ownAccount(mastodon))
  app.get(`${v1}/accounts/lookup`, async (request) => {
    const acct = (queryFields(request)['acct'] ?? '').replace(/^@/, '').toLowerCase()
    const account = accountByAcct(mastodon.world, acct.replace(`@${localDomain}`, ''))
    if (!account) throw recordNotFound()
    return accountEntity(mastodon, account)
  })
  app.get(`${v1}/accounts/:id`, async (request) => accountEntity(mastodon, accountOf(mastodon, request)))
  app.get(`${v1}/accounts/:id/statuses`, async (request, reply) => accountStatuses(mastodon, request, reply))
  app.post(`${v1}/statuses`, async (request) => createStatus(mastodon, request))
  app.get(`${v1}/statuses`, async (request) => listStatuses(mastodon, request))
  app.get(`${v1}/statuses/:id`, async (request) => statusEntity(mastodon, statusOf(mastodon, request)))
  app.put(`${v1}/statuses/:id`, async (request) => editStatus(mastodon, request))
  app.delete(`${v1}/statuses/:id`, async (request) => deleteStatus(mastodon, request))
  app.get(`${v1}/statuses/:id/context`, async (request) => contextOf(mastodon, request))
  app.get(`${v1}/statuses/:id/history`, async (request) => historyOf(mastodon, request))
  app.get(`${v1}/statuses/:id/source`, async (request) => sourceOf(mastodon, request))
  app.post(`${v1}/statuses/:id/favourite`, async (request) => favour(mastodon, request, true))
  app.post(`${v1}/statuses/:id/unfavourite`, async (request) => favour(mastodon, request, false))
  app.get(`${v1}/notifications`, async (request, reply) => listNotifications(mastodon, request, reply))
  app.get(`${v1}/notifications/:id`, async (request) => {
    const { id } = request.params as { id: string }
    const notice = mastodon.notifications.list([], []).find((each) => each.id === id)
    if (!notice) throw recordNotFound()
    return mastodon.notifications.entity(notice)
  })
  app.post(`${v1}/notifications/:id/dismiss`, async (request) => {
    mastodon.notifications.dismiss((request.params as { id: string }).id)
    return {}
  })
  app.get(`${v1}/timelines/home`, async (request, reply) => {
    const items = [...mastodon.world.items.mastodon.values()].filter(isAlive)
    const page = pageOf(mastodon, request, reply, items, { usual: 20, max: 40 })
    return page.map((item) => statusEntity(mastodon, item))
  })
  app.post('/api/v2/media', async (request, reply) => uploadMedia(mastodon, request, reply))
  app.get(`${v1}/media/:id`, async (request, reply) => showMedia(mastodon, request, reply))
  app.put(`${v1}/media/:id`, async (request) => changeMedia(mastodon, request))
}

function requireToken(mastodon: Mastodon, request: FastifyRequest): void {
  const token = bearerOf(request)
  const state = mastodon.faults.tokens.mastodon
  const granted = mastodon.tokens.get(token ?? '')
  if (token !== mastodon.secrets.mastodon.accessToken && !granted) throw new MastodonError(401, 'The access token is invalid')
  if (state === 'expired') throw new MastodonError(401, 'The access token expired')
  if (state === 'revoked') throw new MastodonError(401, 'The access token was revoked')
  const path = (request.raw.url ?? '').split('?')[0] ?? ''
  if (granted && !scopeOf(request.method, path).some((scope) => covers(granted.scopes, scope)))
    throw new MastodonError(403, 'This action is outside the authorized scopes')
}

function answerError(error: unknown, reply: FastifyReply): FastifyReply {
  if (error instanceof MastodonError) return reply.code(error.status).send(error.body)
  const status = (error as { statusCode?: number }).statusCode ?? 500
  return reply.code(status).send({ error: status < 500 ? (error as Error).message : 'Internal server error' })
}

function ownAccount(mastodon: Mastodon): JsonObject {
  const account = mastodon.world.brand('mastodon')
  const source = {
    privacy: 'public',
    sensitive: false,
    language: 'en',
    note: 'Bags and natural dyes',
    fields: [],
    follow_requests_count: 0,
  }
  return { ...accountEntity(mastodon, account), source, role: { id: '-99', name: '', permissions: '0' } }
}

function accountOf(mastodon: Mastodon, request: FastifyRequest) {
  const { id } = request.params as { id: string }
  const account = mastodon.world.accounts.mastodon.get(id)
  if (!account) throw recordNotFound()
  return account
}

function accountStatuses(mastodon: Mastodon, request: FastifyRequest, reply: FastifyReply): JsonObject[] {
  const account = accountOf(mastodon, request)
  const query = searchParams(request)
  const noReplies = ['true', '1'].includes(query.get('exclude_replies') ?? '')
  const items = [...mastodon.world.items.mastodon.values()]
    .filter((item) => isAlive(item) && item.authorId === account.id)
    .filter((item) => !noReplies || item.parentId === null)
  const page = pageOf(mastodon, request, reply, items, { usual: 20, max: 40 })
  return page.map((item) => statusEntity(mastodon, item))
}

function listNotifications(mastodon: Mastodon, request: FastifyRequest, reply: FastifyReply): JsonObject[] {
  const query = searchParams(request)
  const types = [...query.getAll('types[]'), ...query.getAll('types')]
  const excluded = [...query.getAll('exclude_types[]'), ...query.getAll('exclude_types')]
  const notices = mastodon.notifications.list(types, excluded)
  const page = pageOf(mastodon, request, reply, notices, { usual: 40, max: 80 })
  return page.map((notice) => mastodon.notifications.entity(notice))
}

function isAlive(item: Item): boolean {
  return item.deletedAt === null
}
