import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import {
  apiKeyBody,
  apiKeyMade,
  apiKeyView,
  passwordBody,
  profile,
  profileBody,
  sessionView,
  workspaceBody,
  workspaceSettings,
  workspaceView,
} from '@answerback/core/access-api'
import type { Context } from '../context.ts'
import { actorOf, needs } from '../http/actor.ts'
import type { Cut } from '../live/cut.ts'
import { issueApiKey, listApiKeys, revokeApiKey } from './api-keys.ts'
import type { Auth } from './auth.ts'
import { changePassword } from './password-reset.ts'
import { endSession, listSessions } from './sessions.ts'
import { changeProfile, changeWorkspace, profileOf, workspaceSettingsOf, workspacesOf } from './settings.ts'

const params = z.object({ id: z.uuid() })

/** One's own account, the workspace, and its API keys. */
export function settingsRoutes(server: FastifyInstance, ctx: Context, { auth, cut }: { auth: Auth; cut: Cut }): void {
  const app = server.withTypeProvider<ZodTypeProvider>()
  const tags = ['settings']
  const items = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item) })

  app.get(
    '/api/v1/profile',
    { schema: { response: { 200: profile }, tags, summary: 'Who I am.' }, onRequest: needs('account.own') },
    (request) => profileOf(ctx, actorOf(request)),
  )
  app.patch(
    '/api/v1/profile',
    { schema: { body: profileBody, response: { 200: profile }, tags, summary: 'Change my name.' }, onRequest: needs('account.own') },
    (request) => changeProfile(ctx, actorOf(request), request.body),
  )
  app.put(
    '/api/v1/profile/password',
    { schema: { body: passwordBody, tags, summary: 'Change my password; my other sessions end.' }, onRequest: needs('account.own') },
    async (request, reply) => {
      const ended = await changePassword(ctx, auth, actorOf(request), { ...request.body, ip: request.ip })
      for (const sessionId of ended) cut({ sessionId })
      return reply.code(204).send()
    },
  )
  app.get(
    '/api/v1/sessions',
    { schema: { response: { 200: items(sessionView) }, tags, summary: 'Where I am signed in.' }, onRequest: needs('account.own') },
    async (request) => ({ items: await listSessions(ctx, actorOf(request)) }),
  )
  app.delete(
    '/api/v1/sessions/:id',
    { schema: { params, tags, summary: 'Sign out there.' }, onRequest: needs('account.own') },
    async (request, reply) => {
      await endSession(ctx, actorOf(request).id, request.params.id)
      cut({ sessionId: request.params.id })
      return reply.code(204).send()
    },
  )
  app.get(
    '/api/v1/workspaces',
    { schema: { response: { 200: items(workspaceView) }, tags, summary: 'The workspaces I belong to.' }, onRequest: needs('account.own') },
    async (request) => ({ items: await workspacesOf(ctx, actorOf(request)) }),
  )

  app.get(
    '/api/v1/workspace',
    {
      schema: { response: { 200: workspaceSettings }, tags, summary: 'The brand, its zone and target.' },
      onRequest: needs('workspace.read'),
    },
    (request) => workspaceSettingsOf(ctx, actorOf(request).workspaceId),
  )
  app.patch(
    '/api/v1/workspace',
    {
      schema: { body: workspaceBody, response: { 200: workspaceSettings }, tags, summary: 'Change these.' },
      onRequest: needs('workspace.write'),
    },
    (request) => changeWorkspace(ctx, actorOf(request), request.body),
  )

  app.get(
    '/api/v1/api-keys',
    { schema: { response: { 200: items(apiKeyView) }, tags, summary: 'Keys for programs.' }, onRequest: needs('api_keys.write') },
    async (request) => ({ items: await listApiKeys(ctx, actorOf(request).workspaceId) }),
  )
  app.post(
    '/api/v1/api-keys',
    {
      schema: { body: apiKeyBody, response: { 201: apiKeyMade }, tags, summary: 'Make a key; it is shown once.' },
      onRequest: needs('api_keys.write'),
    },
    async (request, reply) => {
      const actor = actorOf(request)
      const { name, role, scopes } = request.body
      const expiresAt = request.body.expiresAt === undefined ? null : new Date(request.body.expiresAt)
      const made = await issueApiKey(ctx, actor.workspaceId, { name, role, scopes, expiresAt, by: actor })
      return reply.code(201).send({ ...made, expiresAt: expiresAt?.toISOString() ?? null })
    },
  )
  app.delete(
    '/api/v1/api-keys/:id',
    { schema: { params, tags, summary: 'End a key at once.' }, onRequest: needs('api_keys.write') },
    async (request, reply) => {
      const actor = actorOf(request)
      await revokeApiKey(ctx, actor, request.params.id)
      cut({ workspaceId: actor.workspaceId, userId: request.params.id })
      return reply.code(204).send()
    },
  )
}
