import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { invitationBody, invitationMade, invitationView, resetLink, staffBody, staffView } from '@answerback/core/access-api'
import type { Context } from '../context.ts'
import { actorOf, needs } from '../http/actor.ts'
import type { Cut } from '../live/cut.ts'
import type { Auth } from './auth.ts'
import { invite, listInvitations, revokeInvitation } from './invitations.ts'
import type { SendMail } from './mail.ts'
import { makeResetLink } from './password-reset.ts'
import { changeRole, listStaff, removeStaff } from './staff.ts'

const params = z.object({ id: z.uuid() })

/** Who works here, who may do what, and who is asked to come. */
export function peopleRoutes(
  server: FastifyInstance,
  ctx: Context,
  { auth, cut, mail }: { auth: Auth; cut: Cut; mail: SendMail | null },
): void {
  const app = server.withTypeProvider<ZodTypeProvider>()
  const tags = ['people']
  const items = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item) })

  app.get(
    '/api/v1/staff',
    { schema: { response: { 200: items(staffView) }, tags, summary: 'Everybody of the workspace.' }, onRequest: needs('staff.read') },
    async (request) => ({ items: await listStaff(ctx, actorOf(request)) }),
  )
  app.patch(
    '/api/v1/staff/:id',
    { schema: { params, body: staffBody, tags, summary: 'Give somebody another role.' }, onRequest: needs('staff.write') },
    async (request, reply) => {
      await changeRole(ctx, actorOf(request), request.params.id, request.body.role, cut)
      return reply.code(204).send()
    },
  )
  app.delete(
    '/api/v1/staff/:id',
    { schema: { params, tags, summary: 'Remove somebody; what they had is nobody’s then.' }, onRequest: needs('staff.write') },
    async (request, reply) => {
      await removeStaff(ctx, actorOf(request), request.params.id, cut)
      return reply.code(204).send()
    },
  )
  app.post(
    '/api/v1/staff/:id/password-reset',
    { schema: { params, response: { 201: resetLink }, tags, summary: 'A reset link to hand on.' }, onRequest: needs('staff.write') },
    async (request, reply) => reply.code(201).send(await makeResetLink(ctx, actorOf(request), request.params.id, auth.publicUrl())),
  )

  app.get(
    '/api/v1/invitations',
    { schema: { response: { 200: items(invitationView) }, tags, summary: 'Who was invited.' }, onRequest: needs('invitations.write') },
    (request) => ctx.db.inWorkspace(actorOf(request).workspaceId, async (tx) => ({ items: await listInvitations(tx, ctx.now()) })),
  )
  app.post(
    '/api/v1/invitations',
    {
      schema: { body: invitationBody, response: { 201: invitationMade }, tags, summary: 'Invite somebody; the link is shown once.' },
      onRequest: needs('invitations.write'),
    },
    async (request, reply) => {
      const actor = actorOf(request)
      const { id, token, expiresAt } = await invite(ctx, actor, request.body)
      const url = `${auth.publicUrl()}/invitation?token=${token}`
      const mailed = await tell(request.body.email, actor.name, url)
      return reply.code(201).send({ id, url, expiresAt: expiresAt.toISOString(), mailed })
    },
  )
  app.delete(
    '/api/v1/invitations/:id',
    { schema: { params, tags, summary: 'Withdraw an invitation.' }, onRequest: needs('invitations.write') },
    async (request, reply) => {
      await revokeInvitation(ctx, actorOf(request), request.params.id)
      return reply.code(204).send()
    },
  )

  /** Whether the link went out by e-mail. A mail server that is down is no reason to refuse: the link can be copied. */
  async function tell(to: string, inviter: string, url: string): Promise<boolean> {
    if (!mail) return false
    const text = `Hello,\n\n${inviter} invites you to Answerback. Open this link to join. It works once, within three days.\n\n${url}\n`
    return mail({ to, subject: `${inviter} invites you to Answerback`, text }).then(
      () => true,
      (error: unknown) => {
        ctx.log.error({ err: error }, 'mail: an invitation was not sent')
        return false
      },
    )
  }
}
