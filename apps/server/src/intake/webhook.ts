import { and, desc, eq, sql } from 'drizzle-orm'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Problem } from '@answerback/core/problem'
import type { Platform } from '@answerback/platforms/platform'
import { unseal } from '../access/secrets.ts'
import type { Context } from '../context.ts'
import { reasonOf } from '../db/reason.ts'
import { schema as t } from '../db/schema.ts'
import { openStore } from './store.ts'
import { openKeys } from './webhook-keys.ts'

const maxBodyBytes = 1024 * 1024
/** How long a list of apps is believed; a new app is known after that. */
const appsMs = 2_000
/** More addresses than this are not remembered: anybody can ask for any. */
const maxKnown = 5_000

/** `channel`: the settings of the one it speaks for, where it has but one. */
type App = { id: string; appId: string; secret: string; verifyToken: string; channel?: Record<string, string> }
type Params = { platform: string; channelId?: string }
type Asked = FastifyRequest<{ Params: Params }>

/**
 * `GET|POST /webhooks/:platform`: one public URL a platform (`?app=` names one of several apps), and `/webhooks/:platform/:channelId` where every channel has a secret
 * of its own. 200 only once the raw body is committed, 401 for a signature that no active app made (nothing is stored), 413 over 1 MiB, 503 when it cannot be
 * stored, or checked because the platform's keys cannot be read (the platform keeps its copy and comes again). Never rate-limited.
 */
export function webhookRoutes(app: FastifyInstance, ctx: Context): void {
  const { store } = openStore(ctx)
  const publicKeys = openKeys(ctx)
  const tags = ['webhooks']
  const known = new Map<string, { apps: App[]; at: number }>()

  async function appsOf({ platform, channelId = '' }: Params): Promise<App[]> {
    const key = `${platform} ${channelId}`
    const cached = known.get(key)
    if (cached && ctx.now().getTime() - cached.at < appsMs) return cached.apps
    const { platformApp, channel } = t
    const ofChannel = sql`${platformApp.settings}->>'channelId' = ${channelId} and ${channel.id} is not null and ${channel.disconnectedAt} is null`
    const found = await ctx.db.system
      .select({ app: platformApp, channel: channel.settings, apiUrl: channel.apiUrl })
      .from(platformApp)
      .leftJoin(channel, sql`${channel.id}::text = ${platformApp.settings}->>'channelId'`)
      .where(and(eq(platformApp.platform, platform), channelId === '' ? sql`${platformApp.settings}->>'channelId' is null` : ofChannel))
      .orderBy(desc(platformApp.createdAt))
    const apps = found.map(({ app: row, channel: settings, apiUrl }) => ({
      id: row.id,
      ...(settings && { channel: { ...settings, apiUrl: apiUrl ?? '' } }),
      appId: row.settings.appId ?? '',
      ...unseal<{ secret: string; verifyToken: string }>(ctx.secrets, `platform_app:${row.id}`, row.secrets),
    }))
    if (known.size >= maxKnown) known.clear()
    known.set(key, { apps, at: ctx.now().getTime() })
    return apps
  }

  async function tryAddress(request: Asked, reply: FastifyReply) {
    const { webhook } = platformWithWebhook(ctx, request.params)
    const query = request.query as Record<string, string | undefined>
    for (const each of await appsOf(request.params)) {
      const answer = query.app === undefined || query.app === each.appId ? webhook.challenge(each, query) : null
      if (answer !== null) return reply.type(answer.type).send(answer.body)
    }
    throw new Problem('forbidden', 'The verify token is not the one of a connected app.')
  }

  async function take(request: Asked, reply: FastifyReply) {
    const { platform } = request.params
    const source = platformWithWebhook(ctx, request.params)
    const { webhook } = source
    const body = request.body instanceof Buffer ? request.body : Buffer.alloc(0)
    const headers = request.headers as Record<string, string | undefined>
    const apps = await appsOf(request.params).catch((error) => unavailable(error))
    const at = { now: ctx.now(), url: urlOf(ctx, request) }
    const senderBy = (keys: Record<string, string> | undefined) =>
      apps.find((each) => webhook.verify(each.secret, headers, body, { ...at, settings: each.channel, keys }))
    const sender = webhook.keys && apps[0] ? await senderByPublic(source, apps[0].channel ?? {}, senderBy) : senderBy(undefined)
    if (!sender) throw new Problem('bad_signature', 'The signature over the raw body was made by none of the connected apps.')
    const answer = webhook.answer?.(body) ?? null
    if (answer !== null) return reply.code(200).type(answer.type).send(answer.body)
    const kept = (webhook.keeps ?? []).flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]]))
    await store({ id: request.id, platform, appId: sender.id, body, receivedAt: ctx.now(), request: Object.fromEntries(kept) }).catch(
      unavailable,
    )
    return reply.code(200).type('text/plain').send('EVENT_RECEIVED')
  }

  /** With the keys that the platform publishes: once more with newer ones when none of them fits. */
  async function senderByPublic(
    platform: Platform,
    settings: Record<string, string>,
    senderBy: (keys: Record<string, string>) => App | undefined,
  ) {
    const keys = await publicKeys.of(platform, settings)
    const sender = senderBy(keys ?? {})
    if (sender) return sender
    if (keys === null) return unavailable('the keys that sign could not be read')
    const newer = await publicKeys.after(platform, settings)
    return newer === null ? undefined : senderBy(newer)
  }

  app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: maxBodyBytes }, (_request, body, done) => done(null, body))
    for (const path of ['/webhooks/:platform', '/webhooks/:platform/:channelId']) {
      const own = path.endsWith('Id') ? ' With a secret of this channel alone.' : ''
      scope.get<{ Params: Params }>(path, { schema: { tags, summary: `A platform asks whether this address is ours.${own}` } }, tryAddress)
      scope.post<{ Params: Params }>(path, { schema: { tags, summary: `What a platform has to tell.${own}` } }, take)
    }
  })
}

function platformWithWebhook(ctx: Context, params: Params): Platform & Required<Pick<Platform, 'webhook'>> {
  const platform = ctx.platforms.find((each) => each.id === params.platform)
  if (!platform?.webhook) throw new Problem('not_found', 'This platform sends no webhooks here.')
  if ((platform.webhook.perChannel === true) !== (params.channelId !== undefined))
    throw new Problem('not_found', 'The webhooks of this platform come in at another address: see the settings of the channel.')
  return platform as Platform & Required<Pick<Platform, 'webhook'>>
}

/** Our address as the platform called it, also behind a proxy: some sign it. */
function urlOf(ctx: Context, request: FastifyRequest): string {
  return `${(ctx.env.PUBLIC_URL ?? `${request.protocol}://${request.host}`).replace(/\/+$/, '')}${request.url}`
}

function unavailable(error: unknown): never {
  throw new Problem('unavailable', 'The delivery could not be stored. Send it again.', { cause: reasonOf(error) })
}
