import { and, eq } from 'drizzle-orm'
import type { InvitationState } from '@answerback/core/access-api'
import { Problem } from '@answerback/core/problem'
import type { Context } from '../context.ts'
import type { Queryable } from '../db/connection.ts'
import { schema as t } from '../db/schema.ts'
import { changing } from '../live/change-log.ts'
import { hashPassword, isPassword, makePerson, personByEmail } from './accounts.ts'
import { record } from './audit.ts'
import type { Auth } from './auth.ts'
import { badLink, linkProblem, type BadLink } from './links.ts'
import { throttled } from './throttle.ts'
import { hashToken } from './tokens.ts'

/** Who is signed in where the link was opened, whether or not they belong to a workspace yet. */
export type Visitor = { id: string; email: string } | null

/** What an invitation's page shows before anybody accepts. */
export async function showInvitation(ctx: Context, token: string, visitor: Visitor): Promise<InvitationState> {
  const found = await findInvitation(ctx, ctx.db.system, token)
  if ('good' in found) return found
  const [workspace] = await ctx.db.system.select({ name: t.workspace.name }).from(t.workspace).where(eq(t.workspace.id, found.workspaceId))
  const inviters = found.invitedById
    ? await ctx.db.system
        .select({ name: t.member.name })
        .from(t.member)
        .where(and(eq(t.member.userId, found.invitedById), eq(t.member.workspaceId, found.workspaceId)))
    : []
  return {
    good: true,
    brand: workspace!.name,
    inviter: inviters[0]?.name ?? null,
    email: found.email,
    role: found.role,
    expiresAt: found.expiresAt.toISOString(),
    hasAccount: (await personByEmail(ctx.db.system, found.email)) !== null,
    signedInAs: visitor?.email ?? null,
  }
}

/**
 * Makes whoever the invitation is for a member, once. `session`: they still have to be signed in. An account that exists proves itself, by its session or its
 * password, and is never given a password here: the link alone would open its other workspaces too. Throws `link_not_good`, `other_account`, `wrong_credentials`.
 */
export async function acceptInvitation(
  ctx: Context,
  auth: Auth,
  input: { token: string; name?: string | undefined; password?: string | undefined; visitor: Visitor; ip: string },
): Promise<{ userId: string; workspaceId: string; email: string; session: boolean }> {
  const first = await findInvitation(ctx, ctx.db.system, input.token)
  if ('good' in first) throw linkProblem(first)
  const person = await personByEmail(ctx.db.system, first.email)
  const here = person !== null && input.visitor?.id === person.id
  if (input.visitor && !here && !input.password)
    throw new Problem(
      'other_account',
      `This invitation is for ${first.email}, and you are signed in as ${input.visitor.email}. Sign out first.`,
    )
  if (person && !here) await proveAccount(ctx, auth, person, input)
  const passwordHash = person ? null : await hashPassword(auth, chosen(input).password)
  // In the workspace's lock, so that of two who accept at once the second finds it used, before it makes a person.
  return changing(ctx, first.workspaceId, async (change) => {
    const { tx } = change
    const found = await findInvitation(ctx, tx, input.token)
    if ('good' in found) throw linkProblem(found)
    const { workspaceId, email, role } = found
    const now = ctx.now()
    const made = passwordHash && { name: chosen(input).name, email, passwordHash }
    const userId = made ? await ctx.db.system.transaction((system) => makePerson(ctx, system, made)) : person!.id
    const name = person?.name ?? chosen(input).name
    const joined = await tx.insert(t.member).values({ workspaceId, userId, name, role, createdAt: now }).onConflictDoNothing().returning()
    await tx.update(t.invitation).set({ acceptedAt: now }).where(eq(t.invitation.id, found.id))
    if (joined.length > 0) {
      change.staffChanged()
      await record(tx, { workspaceId, byId: userId, what: 'staff.joined', about: { invitationId: found.id, role }, at: now })
    }
    return { userId, workspaceId, email, session: !here }
  })
}

async function proveAccount(
  ctx: Context,
  auth: Auth,
  person: { id: string; email: string },
  { password, ip }: { password?: string | undefined; ip: string },
): Promise<void> {
  if (password === undefined)
    throw new Problem('wrong_credentials', `${person.email} has an account here already. Give its password, or sign in first.`)
  await throttled(ctx, { email: person.email, ip }, async () => {
    if (!(await isPassword(ctx, auth, person.id, password)))
      throw new Problem(
        'wrong_credentials',
        `This is not the password of the account ${person.email}. It can be reset on the sign-in page.`,
      )
  })
}

function chosen({ name, password }: { name?: string | undefined; password?: string | undefined }): { name: string; password: string } {
  if (name !== undefined && password !== undefined) return { name, password }
  throw new Problem('bad_request', 'Choose a name and a password.', {
    invalidParams: [
      ...(name === undefined ? [{ name: 'name', reason: 'is needed' }] : []),
      ...(password === undefined ? [{ name: 'password', reason: 'is needed' }] : []),
    ],
  })
}

async function findInvitation(ctx: Context, tx: Queryable, token: string): Promise<typeof t.invitation.$inferSelect | BadLink> {
  const [row] = await tx
    .select()
    .from(t.invitation)
    .where(eq(t.invitation.hash, hashToken(token)))
    .for('update')
  if (!row) return badLink('invitation', 'unknown')
  if (row.acceptedAt) return badLink('invitation', 'used')
  if (row.revokedAt) return badLink('invitation', 'revoked')
  return row.expiresAt <= ctx.now() ? badLink('invitation', 'expired') : row
}
