import { toNodeHandler } from 'better-auth/node'
import Fastify, { LogController, type FastifyBaseLogger, type FastifyInstance } from 'fastify'
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod'
import { uuidv7 } from 'uuidv7'
import type { Auth } from './access/auth.ts'
import { channelRoutes } from './access/channel-routes.ts'
import { accessRoutes, seqOf } from './access/routes.ts'
import { findActor, signInHook } from './access/sign-in.ts'
import type { Context } from './context.ts'
import { answerProblems } from './http/problem.ts'
import { serveWebApp } from './http/web-app.ts'
import { inboxRoutes } from './inbox/routes.ts'
import { deliveryRoutes } from './intake/deliveries-routes.ts'
import { webhookRoutes } from './intake/webhook.ts'
import type { Relay } from './live/relay.ts'
import { openLive, type Live } from './live/socket.ts'
import { describeApi } from './operate/api-docs.ts'
import { operatorRoutes } from './operate/routes.ts'
import { replyRoutes } from './reply/routes.ts'

/** Every door of the server, in the order of the loop: what comes in, what is shown, what is answered. */
export async function openApp(
  ctx: Context,
  auth: Auth,
  options: { demo: { sandboxUrl: string } | null; relay?: { id: string; open: Relay } },
): Promise<{ app: FastifyInstance; live: Live }> {
  const app: FastifyInstance = Fastify({
    loggerInstance: ctx.log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: 256 * 1024,
    requestTimeout: 30_000,
    genReqId: () => uuidv7(),
    trustProxy: ctx.env.PUBLIC_URL !== undefined,
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

  app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', (_request, _payload, done) => done(null))
    scope.all('/api/auth/*', { schema: { hide: true } }, async (request, reply) => {
      reply.hijack()
      await toNodeHandler(auth.auth())(request.raw, reply.raw)
    })
  })

  app.register(async (scope) => {
    signInHook(scope, ctx, auth)
    accessRoutes(scope, ctx, options.demo)
    channelRoutes(scope, ctx)
    inboxRoutes(scope, ctx)
    replyRoutes(scope, ctx)
    deliveryRoutes(scope, ctx)
  })

  serveWebApp(app)

  const live = openLive(app.server, {
    authorize: async (headers) => {
      const actor = await findActor(ctx, auth, headers)
      return actor && { workspaceId: actor.workspaceId, userId: actor.id, name: actor.name }
    },
    seqOf: (workspaceId) => seqOf(ctx, workspaceId),
    allowOrigin: (origin, host) => origin === undefined || (URL.canParse(origin) && new URL(origin).host === host),
    now: ctx.now,
    relay: options.relay,
  })
  return { app, live }
}
