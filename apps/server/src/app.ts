import swagger from '@fastify/swagger'
import { toNodeHandler } from 'better-auth/node'
import Fastify, { LogController, type FastifyBaseLogger, type FastifyInstance } from 'fastify'
import { jsonSchemaTransform, serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod'
import { sql } from 'drizzle-orm'
import { uuidv7 } from 'uuidv7'
import type { Auth } from './access/auth.ts'
import { accessRoutes, seqOf } from './access/routes.ts'
import { findActor, signInHook } from './access/sign-in.ts'
import type { Context } from './context.ts'
import { answerProblems } from './http/problem.ts'
import { serveWebApp } from './http/web-app.ts'
import { inboxRoutes } from './inbox/routes.ts'
import { deliveryRoutes } from './intake/deliveries-routes.ts'
import { webhookRoutes } from './intake/webhook.ts'
import { openLive, type Live } from './live/socket.ts'
import { replyRoutes } from './reply/routes.ts'

/** Every door of the server, in the order of the loop: what comes in, what is shown, what is answered. */
export async function openApp(
  ctx: Context,
  auth: Auth,
  options: { demo: { sandboxUrl: string } | null },
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
  // Before the routes: it collects them as they come.
  await app.register(swagger, {
    openapi: {
      info: {
        title: 'Answerback',
        version: '0.1.0',
        description: 'Comments and mentions in, answers out. Errors are problem+json (RFC 9457).',
      },
    },
    transform: jsonSchemaTransform,
  })

  app.get('/healthz', { schema: { hide: true } }, () => ({ ok: true }))
  app.get('/readyz', { schema: { hide: true } }, async () => {
    await ctx.db.system.execute(sql`select 1`)
    return { ok: true }
  })

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
    inboxRoutes(scope, ctx)
    replyRoutes(scope, ctx)
    deliveryRoutes(scope, ctx)
  })
  app.get('/api/openapi.json', { schema: { hide: true } }, () => app.swagger())

  serveWebApp(app)

  const live = openLive(app.server, {
    authorize: async (headers) => {
      const actor = await findActor(ctx, auth, headers)
      return actor && { workspaceId: actor.workspaceId, userId: actor.id, name: actor.name }
    },
    seqOf: (workspaceId) => seqOf(ctx, workspaceId),
    allowOrigin: (origin, host) => origin === undefined || (URL.canParse(origin) && new URL(origin).host === host),
    now: ctx.now,
  })
  return { app, live }
}
