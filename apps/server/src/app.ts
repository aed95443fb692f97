import { toNodeHandler } from 'better-auth/node'
import Fastify, { LogController, type FastifyBaseLogger, type FastifyInstance } from 'fastify'
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod'
import { uuidv7 } from 'uuidv7'
import type { Permission } from '@answerback/core/permissions'
import { Problem } from '@answerback/core/problem'
import type { Auth } from './access/auth.ts'
import { authorizationRoutes } from './access/authorization-routes.ts'
import { channelRoutes } from './access/channel-routes.ts'
import { doorRoutes } from './access/door-routes.ts'
import type { SendMail } from './access/mail.ts'
import { peopleRoutes } from './access/people-routes.ts'
import { accessRoutes, seqOf } from './access/routes.ts'
import { settingsRoutes } from './access/settings-routes.ts'
import { workSettingsRoutes } from './access/work-settings-routes.ts'
import { findActor, signInHook } from './access/sign-in.ts'
import type { Context } from './context.ts'
import { asksFor, refusalOf } from './http/actor.ts'
import { answerProblems } from './http/problem.ts'
import { serveWebApp } from './http/web-app.ts'
import { inboxRoutes } from './inbox/routes.ts'
import { deliveryRoutes } from './intake/deliveries-routes.ts'
import { ledgerRoutes } from './intake/ledger-routes.ts'
import { webhookRoutes } from './intake/webhook.ts'
import type { Cut } from './live/cut.ts'
import type { Relay } from './live/relay.ts'
import { openLive, type Live } from './live/socket.ts'
import { describeApi } from './operate/api-docs.ts'
import { operatorRoutes } from './operate/routes.ts'
import { postRoutes } from './posts/routes.ts'
import { publicMediaRoute } from './reply/public-media.ts'
import { replyRoutes } from './reply/routes.ts'
import { uploadRoutes } from './reply/upload-routes.ts'

/** One route below `/api/v1`, and what it asks of whoever comes. */
type Route = { method: string; path: string; asks: Permission | 'nothing' }

/** Every door of the server, in the order of the loop: what comes in, what is shown, what is answered. */
export async function openApp(
  ctx: Context,
  auth: Auth,
  options: { demo: { sandboxUrl: string } | null; relay?: { id: string; open: Relay }; mail?: SendMail | null },
): Promise<{ app: FastifyInstance; live: Live; routes: Route[] }> {
  const app: FastifyInstance = Fastify({
    loggerInstance: ctx.log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: 256 * 1024,
    // A file of 10 MiB from a phone with half a megabit takes that long; what only begins and never goes on is ended by Node's own limit for headers.
    requestTimeout: 180_000,
    genReqId: () => uuidv7(),
    // A line names its request by itself: a logger for each would cost a webhook more than reading its body.
    childLoggerFactory: (logger, _bindings, options) => (options.level === undefined ? logger : logger.child({}, options)),
    // One proxy stands before a server with a public address; what it was told by others about where a request comes from is not believed.
    trustProxy: ctx.env.PUBLIC_URL === undefined ? false : (_address, hop) => hop < 1,
    return503OnClosing: true,
    forceCloseConnections: 'idle',
  })
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  answerProblems(app)
  // A client that names the type and sends nothing means nothing: DELETE and PUT of a noun need no body.
  const parseJson = app.getDefaultJsonParser('error', 'error')
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) =>
    body === '' ? done(null, undefined) : void parseJson(request, body as string, done),
  )
  // Before the routes: both meet each one as it comes.
  await describeApi(app)
  operatorRoutes(app, ctx)

  webhookRoutes(app, ctx)
  publicMediaRoute(app, ctx)

  app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', (_request, _payload, done) => done(null))
    // Of its many addresses only this one: whatever proves a password goes through our own doors, which count.
    scope.get('/api/auth/magic-link/verify', { schema: { hide: true } }, async (request, reply) => {
      reply.hijack()
      await toNodeHandler(auth.auth())(request.raw, reply.raw)
    })
  })

  const routes: Route[] = []
  app.register(async (scope) => {
    scope.addHook('onRoute', (route) => {
      const asks = asksFor(route)
      if (asks === null)
        throw new Error(`${String(route.method)} ${route.url} does not say who may use it: give it needs() or forAnybody().`)
      for (const method of [route.method].flat()) routes.push({ method, path: route.url, asks })
    })
    signInHook(scope, ctx, auth)
    const { mail = null } = options
    // The socket is opened below, once there is a server to hear it.
    const cut: Cut = (target, why) => live.cut(target, why)
    doorRoutes(scope, ctx, { auth, cut, mail })
    accessRoutes(scope, ctx, options.demo)
    settingsRoutes(scope, ctx, { auth, cut })
    workSettingsRoutes(scope, ctx)
    peopleRoutes(scope, ctx, { auth, cut, mail })
    channelRoutes(scope, ctx)
    authorizationRoutes(scope, ctx, auth)
    inboxRoutes(scope, ctx)
    replyRoutes(scope, ctx)
    uploadRoutes(scope, ctx)
    deliveryRoutes(scope, ctx)
    postRoutes(scope, ctx)
    ledgerRoutes(scope, ctx)
  })

  serveWebApp(app)

  const live = openLive(app.server, {
    authorize: async (headers, workspace) => {
      const actor = await findActor(ctx, auth, workspace === undefined ? headers : { ...headers, 'x-workspace': workspace })
      if (actor === null || actor instanceof Problem || refusalOf(actor, 'inbox.read')) return null
      return { workspaceId: actor.workspaceId, userId: actor.id, name: actor.name, sessionId: actor.sessionId }
    },
    seqOf: (workspaceId) => seqOf(ctx, workspaceId),
    allowOrigin: (origin, host) => origin === undefined || (URL.canParse(origin) && new URL(origin).host === host),
    now: ctx.now,
    relay: options.relay,
  })
  return { app, live, routes }
}
