import { eq } from 'drizzle-orm'
import type { z } from 'zod'
import type { resetBody, resetState } from '@answerback/core/access-api'
import { Problem } from '@answerback/core/problem'
import type { Context } from '../context.ts'
import { schema as t } from '../db/schema.ts'
import type { Actor } from '../http/actor.ts'
import { hashPassword, hasPassword, isPassword, personByEmail, setPassword } from './accounts.ts'
import { record } from './audit.ts'
import type { Auth } from './auth.ts'
import { makeLink, openLink, readLink } from './links.ts'
import type { SendMail } from './mail.ts'
import { endSessions } from './sessions.ts'
import { throttled } from './throttle.ts'

/** Sends a reset link to the person of this address, if there is one. Tells nobody whether there is: the letter goes out after the answer. */
export async function mailResetLink(
  ctx: Context,
  { mail, publicUrl, email, ip }: { mail: SendMail; publicUrl: string; email: string; ip: string },
): Promise<void> {
  // Counted like a wrong password, under a name of its own: nobody's mailbox is filled.
  const asked = await throttled(ctx, { email: `reset ${email}`, ip }, () => Promise.reject(asking)).catch((error: unknown) => error)
  if (asked !== asking) throw asked
  void send(ctx, mail, publicUrl, email).catch((error: unknown) => ctx.log.error({ err: error }, 'mail: a reset link was not sent'))
}

const asking = new Error('asked')

async function send(ctx: Context, mail: SendMail, publicUrl: string, email: string): Promise<void> {
  const person = await personByEmail(ctx.db.system, email)
  if (!person) return
  const { token } = await makeLink(ctx, 'reset', person.id)
  await mail({
    to: person.email,
    subject: 'Choose a new password for Answerback',
    text: `Hello ${person.name},\n\nopen this link to choose a new password. It works once, within a day.\n\n${publicUrl}/reset?token=${token}\n\nIf you did not ask for it, nothing has changed and you can ignore this letter.\n`,
  })
}

/**
 * A reset link for an owner to hand on, for somebody of their workspace. Refused when the person belongs to a workspace of which the owner is none:
 * the link opens all of them.
 */
export async function makeResetLink(
  ctx: Context,
  actor: Actor,
  userId: string,
  publicUrl: string,
): Promise<{ url: string; expiresAt: string }> {
  const theirs = await ctx.db.system.select().from(t.member).where(eq(t.member.userId, userId))
  if (!theirs.some((row) => row.workspaceId === actor.workspaceId)) throw new Problem('not_found', 'Nobody of that id works here.')
  const mine = actor.key
    ? [{ workspaceId: actor.workspaceId, role: actor.role }]
    : await ctx.db.system.select().from(t.member).where(eq(t.member.userId, actor.id))
  const ruled = new Set(mine.filter((row) => row.role === 'owner').map((row) => row.workspaceId))
  if (theirs.some((row) => !ruled.has(row.workspaceId)))
    throw new Problem(
      'forbidden',
      'This person belongs to another workspace as well, where you are no owner. They have to reset it by e-mail.',
    )
  const { token, expiresAt } = await makeLink(ctx, 'reset', userId)
  const { workspaceId } = actor
  await ctx.db.inWorkspace(workspaceId, (tx) =>
    record(tx, { workspaceId, byId: actor.id, what: 'staff.reset_link_made', about: { userId }, at: ctx.now() }),
  )
  return { url: `${publicUrl}/reset?token=${token}`, expiresAt: expiresAt.toISOString() }
}

/** Whose password a reset link would change. */
export async function showReset(ctx: Context, token: string): Promise<z.infer<typeof resetState>> {
  const link = await readLink(ctx, ctx.db.system, 'reset', token)
  if (!link.good) return link
  const [person] = await ctx.db.system.select({ email: t.user.email }).from(t.user).where(eq(t.user.id, link.userId!))
  return { good: true, email: person!.email }
}

/** Sets the new password and ends every session of the person. Returns the ids of those. Throws `link_not_good`. */
export async function resetPassword(ctx: Context, auth: Auth, { token, password }: z.output<typeof resetBody>): Promise<string[]> {
  const passwordHash = await hashPassword(auth, password)
  const userId = await ctx.db.system.transaction(async (tx) => {
    const link = await openLink(ctx, tx, 'reset', token)
    await setPassword(ctx, tx, link.userId!, passwordHash)
    return link.userId!
  })
  return endSessions(ctx, userId, null)
}

/**
 * Changes one's own password; every other session of the person ends. Returns the ids of those. Who came in by a link and never had one chooses the first
 * here, whatever the current one is said to be. Throws `wrong_password`, `rate_limited`.
 */
export async function changePassword(
  ctx: Context,
  auth: Auth,
  actor: Actor,
  input: { currentPassword: string; password: string; ip: string },
): Promise<string[]> {
  await throttled(ctx, { email: actor.email, ip: input.ip }, async () => {
    if ((await hasPassword(ctx, actor.id)) && !(await isPassword(ctx, auth, actor.id, input.currentPassword)))
      throw new Problem('wrong_password', 'currentPassword: this is not your password.', {
        invalidParams: [{ name: 'currentPassword', reason: 'is wrong' }],
      })
  })
  const passwordHash = await hashPassword(auth, input.password)
  await ctx.db.system.transaction((tx) => setPassword(ctx, tx, actor.id, passwordHash))
  return endSessions(ctx, actor.id, actor.sessionId)
}
