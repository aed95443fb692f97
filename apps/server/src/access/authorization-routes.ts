import type { FastifyInstance, FastifyReply } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { authorization } from '@answerback/core/connect-api'
import type { Context } from '../context.ts'
import { actorOf, forAnybody, needs } from '../http/actor.ts'
import type { Auth } from './auth.ts'
import { chooseAccounts, finishAuthorization, readAuthorization } from './authorized.ts'
import { publicUrlOf, startAuthorization } from './authorize.ts'
import { findActor } from './sign-in.ts'

const params = z.object({ id: z.uuid() })
const startBody = z.object({
  platform: z.string(),
  settings: z.record(z.string(), z.string().max(10_000)).default({}),
  appId: z.uuid().optional(),
  channelId: z.uuid().optional(),
  backDays: z
    .number()
    .int()
    .min(1)
    .max(365)
    .optional()
    .describe('How much of what was said before is read; 30 when absent. Of a new account only.'),
})
const started = z.object({ id: z.uuid(), url: z.url(), expiresAt: z.iso.datetime() })
const chosen = z.object({ externalIds: z.array(z.string().min(1).max(1_000)).min(1).max(50) })

/** Connecting by agreeing at the platform: the way there, the way back, and the choice among several accounts. */
export function authorizationRoutes(server: FastifyInstance, ctx: Context, auth: Auth): void {
  const app = server.withTypeProvider<ZodTypeProvider>()
  const tags = ['channels']
  const asOwner = { onRequest: needs('channels.connect') }

  app.post(
    '/api/v1/authorizations',
    {
      schema: {
        body: startBody,
        response: { 201: started },
        tags,
        summary: 'Begin to connect an account by OAuth: where the person goes to agree.',
      },
      ...asOwner,
    },
    async (request, reply) =>
      reply.code(201).send(await startAuthorization(ctx, actorOf(request), request.body, publicUrlOf(ctx, request))),
  )

  app.get(
    '/api/v1/authorizations/:id',
    { schema: { params, response: { 200: authorization }, tags, summary: 'How it went, and the accounts to choose among.' }, ...asOwner },
    (request) => readAuthorization(ctx, actorOf(request), request.params.id),
  )

  app.put(
    '/api/v1/authorizations/:id/accounts',
    {
      schema: {
        params,
        body: chosen,
        response: { 200: z.object({ ids: z.array(z.uuid()) }) },
        tags,
        summary: 'Connect the chosen accounts.',
      },
      ...asOwner,
    },
    async (request) => ({ ids: await chooseAccounts(ctx, actorOf(request), request.params.id, request.body.externalIds) }),
  )

  // What stands in the query is a secret until it is used: it is never logged, and the answer leads away from it. Some platforms want a slash at the end.
  for (const path of ['/oauth/:platform', '/oauth/:platform/'])
    app.get<{ Params: { platform: string }; Querystring: Record<string, string | undefined> }>(
      path,
      { schema: { hide: true }, onRequest: forAnybody() },
      async (request, reply) => {
        const query = Object.fromEntries(Object.entries(request.query).map(([name, value]) => [name, [value].flat()[0]]))
        const arrival = await finishAuthorization(ctx, request.params.platform, query, (workspaceId) =>
          findActor(ctx, auth, { cookie: request.headers.cookie, 'x-workspace': workspaceId }),
        )
        reply.headers({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' })
        return 'to' in arrival ? reply.redirect(arrival.to, 303) : showPage(reply, arrival)
      },
    )
}

function showPage(reply: FastifyReply, { status, title, words }: { status: number; title: string; words: string }): FastifyReply {
  reply.headers({
    'content-security-policy': "default-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'none'",
    'x-content-type-options': 'nosniff',
  })
  return reply
    .code(status)
    .type('text/html; charset=utf-8')
    .send(
      `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><title>${title}</title></head>` +
        `<body><main><h1>${title}</h1><p>${words}</p><p><a href="/settings/channels">To the channels</a></p></main></body></html>`,
    )
}
