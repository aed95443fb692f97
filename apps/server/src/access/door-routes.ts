import { fromNodeHeaders } from 'better-auth/node'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import {
  acceptBody,
  doorState,
  invitationState,
  linkQuery,
  resetBody,
  resetRequestBody,
  resetRequested,
  resetState,
  setupBody,
  setupState,
  signedIn,
  signInBody,
} from '@answerback/core/access-api'
import type { Context } from '../context.ts'
import { forAnybody } from '../http/actor.ts'
import type { Cut } from '../live/cut.ts'
import { acceptInvitation, showInvitation, type Visitor } from './accept.ts'
import type { Auth } from './auth.ts'
import { readLink } from './links.ts'
import type { SendMail } from './mail.ts'
import { mailResetLink, resetPassword, showReset } from './password-reset.ts'
import { endSession, signIn, startSession } from './sessions.ts'
import { setUp, setupNeeded } from './setup.ts'

/** The doors into the house, for those who are not in yet: set-up, sign-in, a forgotten password, an invitation. */
export function doorRoutes(
  server: FastifyInstance,
  ctx: Context,
  { auth, cut, mail }: { auth: Auth; cut: Cut; mail: SendMail | null },
): void {
  const app = server.withTypeProvider<ZodTypeProvider>()
  // An empty requirement: no sign-in is asked for (OpenAPI 3.0, Security Requirement Object).
  const door = { tags: ['doors'], security: [{}] }
  const onRequest = forAnybody()

  app.get(
    '/api/v1/door',
    { schema: { response: { 200: doorState }, ...door, summary: 'What a visitor needs to know.' }, onRequest },
    async () => ({
      setupNeeded: await setupNeeded(ctx),
      demo: ctx.env.demo,
      mail: mail !== null,
    }),
  )

  app.get(
    '/api/v1/setup',
    {
      schema: { querystring: linkQuery, response: { 200: setupState }, ...door, summary: 'Whether a set-up link opens, and if not why.' },
      onRequest,
    },
    async (request) => {
      const link = await readLink(ctx, ctx.db.system, 'setup', request.query.token)
      return link.good ? { good: true as const, expiresAt: link.expiresAt.toISOString() } : link
    },
  )
  app.post(
    '/api/v1/setup',
    { schema: { body: setupBody, response: { 201: signedIn }, ...door, summary: 'Make the first owner and their workspace.' }, onRequest },
    async (request, reply) => {
      const made = await setUp(ctx, auth, request.body)
      const { cookies } = await startSession(auth, request, request.body)
      return reply.code(201).header('set-cookie', cookies).send(made)
    },
  )

  app.post(
    '/api/v1/session',
    { schema: { body: signInBody, response: { 200: signedIn }, ...door, summary: 'Sign in.' }, onRequest },
    async (request, reply) => reply.send(await signIn(ctx, auth, request, reply, request.body)),
  )
  app.delete('/api/v1/session', { schema: { ...door, summary: 'Sign out.' }, onRequest }, async (request, reply) => {
    const found = await auth.auth().api.getSession({ headers: fromNodeHeaders(request.headers) })
    if (found) {
      await endSession(ctx, found.user.id, found.session.id)
      cut({ sessionId: found.session.id })
    }
    return reply.code(204).send()
  })

  app.post(
    '/api/v1/password-reset',
    {
      schema: { body: resetRequestBody, response: { 202: resetRequested }, ...door, summary: 'Ask for a reset link by e-mail.' },
      onRequest,
    },
    async (request, reply) => {
      if (mail) await mailResetLink(ctx, { mail, publicUrl: auth.publicUrl(), email: request.body.email, ip: request.ip })
      return reply.code(202).send({ mailed: mail !== null })
    },
  )
  app.get(
    '/api/v1/password-reset/link',
    {
      schema: { querystring: linkQuery, response: { 200: resetState }, ...door, summary: 'Whether a reset link opens, and if not why.' },
      onRequest,
    },
    (request) => showReset(ctx, request.query.token),
  )
  app.put(
    '/api/v1/password-reset/link',
    { schema: { body: resetBody, ...door, summary: 'Choose a new password; every session of the person ends.' }, onRequest },
    async (request, reply) => {
      for (const sessionId of await resetPassword(ctx, auth, request.body)) cut({ sessionId })
      return reply.code(204).send()
    },
  )

  app.get(
    '/api/v1/invitations/accept',
    {
      schema: {
        querystring: linkQuery,
        response: { 200: invitationState },
        ...door,
        summary: 'Who invites, and to what; or why the link does not open.',
      },
      onRequest,
    },
    async (request) => showInvitation(ctx, request.query.token, await visitorOf(request)),
  )
  app.post(
    '/api/v1/invitations/accept',
    { schema: { body: acceptBody, response: { 201: signedIn }, ...door, summary: 'Join the workspace.' }, onRequest },
    async (request, reply) => {
      const { token, name, password } = request.body
      const visitor = await visitorOf(request)
      const { userId, workspaceId, email, session } = await acceptInvitation(ctx, auth, { token, name, password, visitor, ip: request.ip })
      if (session) reply.header('set-cookie', (await startSession(auth, request, { email, password: password! })).cookies)
      return reply.code(201).send({ userId, workspaceId })
    },
  )

  async function visitorOf(request: FastifyRequest): Promise<Visitor> {
    const found = await auth.auth().api.getSession({ headers: fromNodeHeaders(request.headers) })
    return found && { id: found.user.id, email: found.user.email }
  }
}
