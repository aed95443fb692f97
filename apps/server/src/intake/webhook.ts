import { eq } from 'drizzle-orm'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Problem } from '@answerback/core/problem'
import type { Platform } from '@answerback/platforms/platform'
import { unseal } from '../access/secrets.ts'
import type { Context } from '../context.ts'
import { reasonOf } from '../db/reason.ts'
import { schema as t } from '../db/schema.ts'
import { openStore } from './store.ts'

const maxBodyBytes = 1024 * 1024
/** How long a list of apps is believed; a new app is known after that. */
const appsMs = 2_000

type App = { id: string; secret: string; verifyToken: string }

/**
 * `GET|POST /webhooks/:platform`: one public URL a platform. 200 only once the raw body is committed, 401 for a signature that no active app made (nothing is
 * stored), 413 over 1 MiB, 503 when it cannot be stored (the platform keeps its copy and comes again). Never rate-limited.
 */
export function webhookRoutes(app: FastifyInstance, ctx: Context): void {
  const { store } = openStore(ctx)
  const tags = ['webhooks']
  const known = new Map<string, { apps: App[]; at: number }>()

  async function appsOf(platform: string): Promise<App[]> {
    const cached = known.get(platform)
    if (cached && ctx.now().getTime() - cached.at < appsMs) return cached.apps
    const rows = await ctx.db.system.select().from(t.platformApp).where(eq(t.platformApp.platform, platform))
    const apps = rows.map((row) => ({
      id: row.id,
      ...unseal<{ secret: string; verifyToken: string }>(ctx.secrets, `platform_app:${row.id}`, row.secrets),
    }))
    known.set(platform, { apps, at: ctx.now().getTime() })
    return apps
  }

  app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: maxBodyBytes }, (_request, body, done) => done(null, body))

    scope.get<{ Params: { platform: string } }>(
      '/webhooks/:platform',
      { schema: { tags, summary: 'A platform asks whether this address is ours.' } },
      async (request, reply) => {
        const { webhook } = platformWithWebhook(ctx, request)
        for (const each of await appsOf(request.params.platform)) {
          const answer = webhook.challenge(each, request.query as Record<string, string | undefined>)
          if (answer !== null) return reply.type(answer.type).send(answer.body)
        }
        throw new Problem('forbidden', 'The verify token is not the one of a connected app.')
      },
    )

    scope.post<{ Params: { platform: string } }>(
      '/webhooks/:platform',
      { schema: { tags, summary: 'What a platform has to tell.' } },
      async (request, reply) => {
        const { webhook } = platformWithWebhook(ctx, request)
        const body = request.body instanceof Buffer ? request.body : Buffer.alloc(0)
        const headers = request.headers as Record<string, string | undefined>
        const apps = await appsOf(request.params.platform).catch((error) => unavailable(error))
        const at = { now: ctx.now(), url: `${ctx.env.PUBLIC_URL ?? `${request.protocol}://${request.host}`}${request.url}` }
        const sender = apps.find((each) => webhook.verify(each.secret, headers, body, at))
        if (!sender) throw new Problem('bad_signature', 'The signature over the raw body was made by none of the connected apps.')
        await store({ platform: request.params.platform, appId: sender.id, body, receivedAt: ctx.now() }).catch(unavailable)
        return reply.code(200).type('text/plain').send('EVENT_RECEIVED')
      },
    )
  })
}

function platformWithWebhook(
  ctx: Context,
  request: FastifyRequest<{ Params: { platform: string } }>,
): Platform & Required<Pick<Platform, 'webhook'>> {
  const platform = ctx.platforms.find((each) => each.id === request.params.platform)
  if (!platform?.webhook) throw new Problem('not_found', 'This platform sends no webhooks here.')
  return platform as Platform & Required<Pick<Platform, 'webhook'>>
}

function unavailable(error: unknown): never {
  throw new Problem('unavailable', 'The delivery could not be stored. Send it again.', { cause: reasonOf(error) })
}
