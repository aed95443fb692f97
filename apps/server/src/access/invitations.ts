import { and, desc, eq, gt, isNull } from 'drizzle-orm'
import { uuidv7 } from 'uuidv7'
import type { InvitationView } from '@answerback/core/access-api'
import { mayInvite, type Role } from '@answerback/core/permissions'
import { Problem } from '@answerback/core/problem'
import type { Context } from '../context.ts'
import type { Queryable } from '../db/connection.ts'
import { schema as t } from '../db/schema.ts'
import type { Actor } from '../http/actor.ts'
import { personByEmail } from './accounts.ts'
import { record } from './audit.ts'
import { hashToken, makeToken } from './tokens.ts'

const goodForMs = 72 * 3_600_000

/** Invites somebody; an earlier invitation of that address is withdrawn. Returns the token, which is kept nowhere. Throws `forbidden`, `already_member`. */
export async function invite(
  ctx: Context,
  actor: Actor,
  { email, role }: { email: string; role: Role },
): Promise<{ id: string; token: string; expiresAt: Date }> {
  if (!mayInvite(actor.role, role)) throw new Problem('forbidden', `Your role (${actor.role}) may not invite with the role ${role}.`)
  const person = await personByEmail(ctx.db.system, email)
  const now = ctx.now()
  const [id, token, expiresAt] = [uuidv7(), makeToken(), new Date(now.getTime() + goodForMs)]
  const { workspaceId } = actor
  await ctx.db.inWorkspace(workspaceId, async (tx) => {
    if (person) {
      const members = await tx.select({ userId: t.member.userId }).from(t.member).where(eq(t.member.userId, person.id))
      if (members[0]) throw new Problem('already_member', `${email} belongs to this workspace already.`)
    }
    await tx
      .update(t.invitation)
      .set({ revokedAt: now })
      .where(and(eq(t.invitation.email, email), pending(now)))
    const row = {
      id,
      workspaceId,
      email,
      role,
      hash: hashToken(token),
      invitedById: actor.key ? null : actor.id,
      createdAt: now,
      expiresAt,
    }
    await tx.insert(t.invitation).values(row)
    await record(tx, { workspaceId, byId: actor.id, what: 'invitation.made', about: { invitationId: id, email, role }, at: now })
  })
  return { id, token, expiresAt }
}

/** The invitations of the last while, newest first. */
export async function listInvitations(tx: Queryable, now: Date): Promise<InvitationView[]> {
  const rows = await tx.select().from(t.invitation).orderBy(desc(t.invitation.createdAt), desc(t.invitation.id)).limit(200)
  return rows.map((row) => ({
    id: row.id,
    email: row.email,
    role: row.role,
    state: row.acceptedAt ? 'accepted' : row.revokedAt ? 'revoked' : row.expiresAt <= now ? 'expired' : 'pending',
    invitedById: row.invitedById,
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
  }))
}

/** Withdraws an invitation; its link says so. Throws `not_found`, `forbidden`, `too_late` when it was accepted. */
export async function revokeInvitation(ctx: Context, actor: Actor, id: string): Promise<void> {
  const now = ctx.now()
  await ctx.db.inWorkspace(actor.workspaceId, async (tx) => {
    const [row] = await tx.select().from(t.invitation).where(eq(t.invitation.id, id)).for('update')
    if (!row) throw new Problem('not_found', 'There is no invitation of that id.')
    if (!mayInvite(actor.role, row.role)) throw new Problem('forbidden', `Your role (${actor.role}) may not withdraw this invitation.`)
    if (row.acceptedAt) throw new Problem('too_late', 'This invitation was accepted already. Remove the person instead.')
    if (row.revokedAt) return
    await tx.update(t.invitation).set({ revokedAt: now }).where(eq(t.invitation.id, id))
    const { workspaceId } = actor
    await record(tx, { workspaceId, byId: actor.id, what: 'invitation.revoked', about: { invitationId: id, email: row.email }, at: now })
  })
}

function pending(now: Date) {
  return and(isNull(t.invitation.acceptedAt), isNull(t.invitation.revokedAt), gt(t.invitation.expiresAt, now))
}
