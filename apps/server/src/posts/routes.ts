import { and, eq, isNull, or, sql } from 'drizzle-orm'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { channelFeed } from '@answerback/core/connect-api'
import { Problem } from '@answerback/core/problem'
import { channelOf } from '../access/channel-changes.ts'
import type { Context } from '../context.ts'
import { schema as t } from '../db/schema.ts'
import { actorOf, needs } from '../http/actor.ts'
import { mutate } from '../http/idempotent.ts'
import type { Change } from '../live/change-log.ts'
import { announcePost } from './announce.ts'
import { findFeed, removeFeed, setFeed } from './feeds.ts'

const body = z
  .object({
    channelId: z.uuid().optional(),
    platform: z.string().max(50).optional().describe('In place of channelId, where one account is connected there.'),
    account: z.string().max(300).optional().describe('Handle or id of the account, where several are.'),
    externalId: z.string().min(1).max(1_000).optional().describe('The id that the platform’s API gave the post.'),
    url: z
      .url({ protocol: /^https?$/ })
      .max(2_000)
      .optional(),
    text: z.string().max(100_000).optional(),
    publishedAt: z.iso.datetime({ offset: true }).optional().describe('Now, when it is left out.'),
  })
  .refine((given) => given.channelId !== undefined || given.platform !== undefined, {
    path: ['channelId'],
    message: 'name the channel, or the platform',
  })
  .refine((given) => given.externalId !== undefined || given.url !== undefined, {
    path: ['externalId'],
    message: 'give the id of the post, or its url',
  })

const answer = z.object({ id: z.uuid().nullable(), externalId: z.string().nullable(), state: z.enum(['recorded', 'known', 'looked_for']) })
const statuses = { recorded: 201, known: 200, looked_for: 202 } as const

/** Posts that others publish for us: a scheduler says so, and their threads are read from the first minute. */
export function postRoutes(server: FastifyInstance, ctx: Context): void {
  const app = server.withTypeProvider<ZodTypeProvider>()
  app.post(
    '/api/v1/posts',
    {
      schema: {
        body,
        response: { 200: answer, 201: answer, 202: answer },
        tags: ['posts'],
        summary: 'Say that a post is out: it is known at once, and its channel is read now. Saying it again changes nothing.',
      },
      onRequest: needs('posts.announce'),
    },
    (request, reply) => {
      const { channelId, platform, account, publishedAt, ...announced } = request.body
      const answered = mutate(ctx, request, reply, async (change) => {
        const channel = await channelFor(change, { channelId, platform, account })
        const at = publishedAt === undefined ? undefined : new Date(publishedAt)
        const said = await announcePost(ctx, change, channel, { ...announced, ...(at && { publishedAt: at }) })
        return { status: statuses[said.state], body: said }
      })
      return answered as Promise<z.infer<typeof answer>>
    },
  )
  feedRoutes(server, ctx)
}

const params = z.object({ id: z.uuid() })
const feedBody = z.object({ url: z.url({ protocol: /^https?$/ }).max(2_000) })

/** The feed of a channel: posts are known as they appear in it. */
function feedRoutes(server: FastifyInstance, ctx: Context): void {
  const app = server.withTypeProvider<ZodTypeProvider>()
  const tags = ['posts']
  const path = '/api/v1/channels/:id/feed'
  const asOwner = { onRequest: needs('channels.connect') }
  const find = (request: FastifyRequest<{ Params: { id: string } }>) => channelOf(ctx, actorOf(request).workspaceId, request.params.id)

  app.get(
    path,
    { schema: { params, response: { 200: channelFeed }, tags, summary: 'The feed that tells of a channel’s posts.' }, ...asOwner },
    async (request) => {
      const view = await findFeed(ctx, await find(request))
      if (view === null) throw new Problem('not_found', 'This channel has no feed.')
      return view
    },
  )
  app.put(
    path,
    {
      schema: {
        params,
        body: feedBody,
        response: { 200: channelFeed },
        tags,
        summary: 'Read a feed for a channel’s posts (RSS, Atom, JSON Feed). It is tried first.',
      },
      ...asOwner,
    },
    async (request) => setFeed(ctx, await find(request), request.body.url),
  )
  app.delete(path, { schema: { params, tags, summary: 'Read no feed for this channel any more.' }, ...asOwner }, async (request, reply) => {
    await removeFeed(ctx, await find(request))
    return reply.code(204).send()
  })
}

type Named = { channelId?: string | undefined; platform?: string | undefined; account?: string | undefined }

/** The one channel that is meant. Throws `not_found` when there is none, `bad_request` when there are several. */
async function channelFor(change: Change, { channelId, platform, account }: Named): Promise<typeof t.channel.$inferSelect> {
  const { channel } = t
  const bare = account?.replace(/^@/, '').toLowerCase()
  const rows = await change.tx
    .select()
    .from(channel)
    .where(
      and(
        eq(channel.workspaceId, change.workspaceId),
        channelId === undefined ? isNull(channel.disconnectedAt) : eq(channel.id, channelId),
        platform === undefined ? undefined : eq(channel.platform, platform),
        bare === undefined ? undefined : or(eq(channel.externalId, account!), eq(sql`lower(${channel.handle})`, bare)),
      ),
    )
    .limit(2)
  if (rows.length > 1)
    throw new Problem('bad_request', 'channelId: several accounts are connected there. Say which, by channelId or account.', {
      invalidParams: [{ name: 'channelId', reason: 'several accounts are connected there' }],
    })
  if (!rows[0]) throw new Problem('not_found', 'No such account is connected.')
  return rows[0]
}
