import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { uuidv7 } from 'uuidv7'
import { z } from 'zod'
import { channel } from '@answerback/core/api'
import { channelCheck, channelWebhook, platformApp, platformGuide } from '@answerback/core/connect-api'
import type { Context } from '../context.ts'
import { schema as t } from '../db/schema.ts'
import { actorOf, needs } from '../http/actor.ts'
import { bindChannel, capChannel, channelOf, disconnectChannel, pauseChannel, type ChannelRow } from './channel-changes.ts'
import { testChannel } from './channel-test.ts'
import { channelWebhookUrl, renewChannelSecret, toEnter } from './channel-webhook.ts'
import { publicUrlOf, redirectUrlOf } from './authorize.ts'
import { connectChannel, listChannels, reconnectChannel } from './channels.ts'
import { addPlatformApp, listPlatformApps, removePlatformApp } from './platform-apps.ts'

const params = z.object({ id: z.uuid() })
const settings = z.record(z.string(), z.string().max(10_000))
/** `appId`: a registered app, by our id; null is none: it is only polled then. */
const changeBody = z.object({
  paused: z.boolean().optional(),
  monthlyCapUsd: z.number().min(0).max(1_000_000).nullable().optional(),
  capReplies: z.boolean().optional(),
  appId: z.uuid().nullable().optional(),
})
const connectBody = z.object({ platform: z.string(), settings })
/** `backDays`: how much of what was said before is read; 30 when absent. */
const channelBody = connectBody.extend({ appId: z.uuid().optional(), backDays: z.number().int().min(1).max(365).optional() })

/** Connected accounts and the platforms they can come from: connect, try, pause, connect again, disconnect. Whoever may not is refused before anything is looked up. */
export function channelRoutes(server: FastifyInstance, ctx: Context): void {
  const app = server.withTypeProvider<ZodTypeProvider>()
  const tags = ['channels']
  const asOwner = { onRequest: needs('channels.connect') }
  const find = (request: FastifyRequest<{ Params: { id: string } }>) => channelOf(ctx, actorOf(request).workspaceId, request.params.id)

  app.get(
    '/api/v1/platforms',
    {
      schema: {
        response: { 200: z.object({ items: z.array(platformGuide) }) },
        tags,
        summary: 'What can be connected, what it takes, and which permissions for what.',
      },
      ...asOwner,
    },
    (request) => ({
      items: ctx.platforms.map(({ id, name, docs, icon, can, connect, webhook }) => ({
        ...{ id, name, docs, icon, steps: connect.steps, permissions: connect.permissions },
        can: { ...can, posts: can.reads.some((kind) => kind !== 'review') },
        fields: connect.fields.map((field) => ({ ...field, optional: field.optional === true })),
        webhookUrl: webhook && !webhook.perChannel ? webhookUrlOf(publicUrlOf(ctx, request), id) : null,
        verifyToken: webhook !== undefined && !webhook.perChannel && webhook.handshake === undefined,
        app: connect.app ? { webhook: null, ...connect.app } : null,
        redirectUrl: connect.oauth ? redirectUrlOf(publicUrlOf(ctx, request), id, connect.oauth) : null,
        oauth: connect.oauth ? { app: connect.oauth.app, asks: connect.oauth.asks, steps: connect.oauth.steps } : null,
      })),
    }),
  )

  app.get(
    '/api/v1/channels',
    {
      schema: { response: { 200: z.object({ items: z.array(channel) }) }, tags, summary: 'Connected accounts and their health.' },
      onRequest: needs('channels.read'),
    },
    async (request) => ({ items: await ctx.db.inWorkspace(actorOf(request).workspaceId, (tx) => listChannels(ctx, tx)) }),
  )

  app.post(
    '/api/v1/channels',
    {
      schema: { body: channelBody, response: { 201: z.object({ id: z.uuid() }) }, tags, summary: 'Connect an account by token.' },
      ...asOwner,
    },
    async (request, reply) => {
      const { workspaceId, id } = actorOf(request)
      const { platform, settings: given, appId, backDays } = request.body
      return reply.code(201).send({ id: await connectChannel(ctx, workspaceId, platform, given, id, { appId, backDays }) })
    },
  )

  app.patch(
    '/api/v1/channels/:id',
    {
      schema: {
        params,
        body: changeBody,
        tags,
        summary: 'Pause a channel, or go on with it; what it may cost in a month; which app speaks for it.',
      },
      ...asOwner,
    },
    async (request, reply) => {
      const { paused, appId, ...cap } = request.body
      const row = await find(request)
      if (appId !== undefined) await bindChannel(ctx, row, appId, actorOf(request).id)
      await capChannel(ctx, row, cap, actorOf(request).id)
      if (paused !== undefined) await pauseChannel(ctx, row, paused, actorOf(request).id)
      return reply.code(204).send()
    },
  )

  app.put(
    '/api/v1/channels/:id/credentials',
    {
      schema: {
        params,
        body: z.object({ settings }),
        tags,
        summary: 'Connect the same account again: replies that waited for it go out.',
      },
      ...asOwner,
    },
    async (request, reply) => {
      await reconnectChannel(ctx, await find(request), request.body.settings, actorOf(request).id)
      return reply.code(204).send()
    },
  )

  app.delete(
    '/api/v1/channels/:id',
    {
      schema: {
        params,
        response: { 200: z.object({ trouble: z.string() }), 204: z.null() },
        tags,
        summary: 'Disconnect: credentials are erased, what was said stays. 200 when the platform could not be told, with why.',
      },
      ...asOwner,
    },
    async (request, reply) => {
      const trouble = await disconnectChannel(ctx, await find(request), actorOf(request).id)
      return trouble === null ? reply.code(204).send(null) : reply.code(200).send({ trouble })
    },
  )

  app.post(
    '/api/v1/channels/:id/test',
    {
      schema: {
        params,
        response: { 200: z.object({ checks: z.array(channelCheck) }) },
        tags,
        summary: 'Read once, and send a signed test event through our own webhook address.',
      },
      ...asOwner,
    },
    async (request) => {
      const row = await find(request)
      // Never an address out of the request: whoever asks would choose where we call.
      const own = ctx.env.PUBLIC_URL ?? `http://127.0.0.1:${request.socket.localPort}`
      const perChannel = ctx.platforms.find((each) => each.id === row.platform)?.webhook?.perChannel
      const webhookUrl = perChannel ? channelWebhookUrl(own, row.platform, row.id) : webhookUrlOf(own, row.platform)
      return { checks: await testChannel(ctx, row, { webhookUrl, post: fetch }) }
    },
  )

  channelWebhookRoutes(server, ctx)
  platformAppRoutes(server, ctx)
}

/** Address and secret of a channel's own webhooks, for whoever enters them at the platform. */
function channelWebhookRoutes(server: FastifyInstance, ctx: Context): void {
  const app = server.withTypeProvider<ZodTypeProvider>()
  const tags = ['channels']
  const asOwner = { onRequest: needs('channels.connect') }
  const urlOf = (request: FastifyRequest, row: ChannelRow): string =>
    channelWebhookUrl(ctx.env.PUBLIC_URL ?? `${request.protocol}://${request.host}`, row.platform, row.id)

  app.get(
    '/api/v1/channels/:id/webhook',
    {
      schema: {
        params,
        response: { 200: channelWebhook },
        tags,
        summary: 'Where this channel’s own webhooks come in, and what to enter there.',
      },
      ...asOwner,
    },
    async (request) => {
      const row = await channelOf(ctx, actorOf(request).workspaceId, request.params.id)
      return { url: urlOf(request, row), ...(await toEnter(ctx, row)) }
    },
  )

  app.post(
    '/api/v1/channels/:id/webhook/secrets',
    {
      schema: {
        params,
        response: { 201: z.object({ url: z.string(), secret: z.string() }) },
        tags,
        summary: 'Another secret; the one before stays good beside it.',
      },
      ...asOwner,
    },
    async (request, reply) => {
      const row = await channelOf(ctx, actorOf(request).workspaceId, request.params.id)
      const secret = await renewChannelSecret(ctx, row)
      await audit(ctx, request, 'channel.secret_renewed', { channelId: row.id, handle: row.handle })
      return reply.code(201).send({ url: urlOf(request, row), secret })
    },
  )
}

function platformAppRoutes(server: FastifyInstance, ctx: Context): void {
  const app = server.withTypeProvider<ZodTypeProvider>()
  const tags = ['channels']
  const asOwner = { onRequest: needs('platform_apps.write') }

  app.get(
    '/api/v1/platform-apps',
    {
      schema: { response: { 200: z.object({ items: z.array(platformApp) }) }, tags, summary: 'Registered apps, without their secrets.' },
      ...asOwner,
    },
    async (request) => ({ items: await listPlatformApps(ctx, actorOf(request).workspaceId) }),
  )

  app.post(
    '/api/v1/platform-apps',
    {
      schema: {
        body: connectBody,
        response: { 201: z.object({ id: z.uuid() }) },
        tags,
        summary: 'Register the app whose webhooks come here.',
      },
      ...asOwner,
    },
    async (request, reply) => {
      const { platform, settings: given } = request.body
      const id = await addPlatformApp(ctx, platform, given, { workspaceId: actorOf(request).workspaceId })
      await audit(ctx, request, 'platform_app.added', { platform, appId: given.appId })
      return reply.code(201).send({ id })
    },
  )

  app.delete(
    '/api/v1/platform-apps/:id',
    { schema: { params, tags, summary: 'Forget an app: its webhooks are refused from then on.' }, ...asOwner },
    async (request, reply) => {
      const removed = await removePlatformApp(ctx, request.params.id, actorOf(request).workspaceId)
      await audit(ctx, request, 'platform_app.removed', { platform: removed.platform, appId: removed.settings.appId })
      return reply.code(204).send()
    },
  )
}

function webhookUrlOf(publicUrl: string, platform: string): string {
  return `${publicUrl.replace(/\/+$/, '')}/webhooks/${platform}`
}

async function audit(ctx: Context, request: FastifyRequest, what: string, about: Record<string, unknown>): Promise<void> {
  const { workspaceId, id } = actorOf(request)
  await ctx.db.inWorkspace(workspaceId, (tx) =>
    tx.insert(t.audit).values({ id: uuidv7(), workspaceId, byId: id, what, about, createdAt: ctx.now() }),
  )
}
