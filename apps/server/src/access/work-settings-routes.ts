import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { channelTargetsBody, reasonList, reasonsBody, targets, targetsBody } from '@answerback/core/settings-api'
import type { Context } from '../context.ts'
import { actorOf, needs } from '../http/actor.ts'
import { mutate } from '../http/idempotent.ts'
import { changeReasons, listReasons } from './reasons.ts'
import { changeChannelTargets, changeTargets, targetsOf } from './targets.ts'

const params = z.object({ id: z.uuid() })

/** What a workspace decides about its work: why a turn may be closed, how soon is promised, and when somebody is there. */
export function workSettingsRoutes(server: FastifyInstance, ctx: Context): void {
  const app = server.withTypeProvider<ZodTypeProvider>()
  const tags = ['settings']

  app.get(
    '/api/v1/reasons',
    {
      schema: { response: { 200: reasonList }, tags, summary: 'The reasons for closing, in the order of their keys.' },
      onRequest: needs('inbox.read'),
    },
    (request) => ctx.db.inWorkspace(actorOf(request).workspaceId, listReasons),
  )
  app.put(
    '/api/v1/reasons',
    {
      schema: { body: reasonsBody, tags, summary: 'Rename, add, retire and order them; what was closed stays as it was.' },
      onRequest: needs('reasons.write'),
    },
    (request, reply) =>
      mutate(ctx, request, reply, async (change) => ({
        status: 200,
        body: await changeReasons(ctx, change, actorOf(request), request.body),
      })),
  )

  app.get(
    '/api/v1/targets',
    {
      schema: {
        response: { 200: targets },
        tags,
        summary: 'Targets and business hours: the workspace’s, and what each channel has of its own.',
      },
      onRequest: needs('targets.read'),
    },
    (request) => ctx.db.inWorkspace(actorOf(request).workspaceId, targetsOf),
  )
  app.put(
    '/api/v1/targets',
    { schema: { body: targetsBody, tags, summary: 'Change the workspace’s target or hours.' }, onRequest: needs('targets.write') },
    (request, reply) =>
      mutate(ctx, request, reply, async (change) => ({
        status: 200,
        body: await changeTargets(ctx, change, actorOf(request), request.body),
      })),
  )
  app.put(
    '/api/v1/channels/:id/targets',
    {
      schema: {
        params,
        body: channelTargetsBody,
        tags,
        summary: 'Give a channel a target or hours of its own, or (null) the workspace’s.',
      },
      onRequest: needs('targets.write'),
    },
    (request, reply) =>
      mutate(ctx, request, reply, async (change) => ({
        status: 200,
        body: await changeChannelTargets(ctx, change, actorOf(request), request.params.id, request.body),
      })),
  )
}
