import { and, eq, isNull } from 'drizzle-orm'
import { Problem } from '@answerback/core/problem'
import type { Context } from '../context.ts'
import type { Queryable } from '../db/connection.ts'
import { schema as t } from '../db/schema.ts'
import { hashToken, makeToken } from './tokens.ts'

const dayMs = 86_400_000

type Why = 'expired' | 'used' | 'revoked' | 'unknown'
export type BadLink = { good: false; why: Why; reason: string }
export type Kind = 'setup' | 'reset'

/** Makes a link's token: good once, for a day. A reset is for one person, and replaces their earlier ones. */
export async function makeLink(ctx: Context, kind: Kind, userId: string | null = null): Promise<{ token: string; expiresAt: Date }> {
  const now = ctx.now()
  const token = makeToken()
  const expiresAt = new Date(now.getTime() + dayMs)
  await ctx.db.system.transaction(async (tx) => {
    if (userId !== null)
      await tx
        .update(t.oneTimeLink)
        .set({ usedAt: now })
        .where(and(eq(t.oneTimeLink.userId, userId), isNull(t.oneTimeLink.usedAt)))
    await tx.insert(t.oneTimeLink).values({ hash: hashToken(token), kind, userId, createdAt: now, expiresAt })
  })
  return { token, expiresAt }
}

/** Whether a link opens, and if not why, in a sentence. In a transaction the row is held until it ends: a link opens once. */
export async function readLink(
  ctx: Context,
  tx: Queryable,
  kind: Kind,
  token: string,
): Promise<{ good: true; userId: string | null; expiresAt: Date } | BadLink> {
  const own = and(eq(t.oneTimeLink.hash, hashToken(token)), eq(t.oneTimeLink.kind, kind))
  const [row] = await tx.select().from(t.oneTimeLink).where(own).for('update')
  if (!row) return badLink(kind, 'unknown')
  if (row.usedAt) return badLink(kind, 'used')
  if (row.expiresAt <= ctx.now()) return badLink(kind, 'expired')
  return { good: true, userId: row.userId, expiresAt: row.expiresAt }
}

/** Uses a link up. Throws `link_not_good` with `why`. */
export async function openLink(ctx: Context, tx: Queryable, kind: Kind, token: string): Promise<{ userId: string | null }> {
  const link = await readLink(ctx, tx, kind, token)
  if (!link.good) throw linkProblem(link)
  await tx
    .update(t.oneTimeLink)
    .set({ usedAt: ctx.now() })
    .where(eq(t.oneTimeLink.hash, hashToken(token)))
  return link
}

const sentences: Record<Kind | 'invitation', Record<Why, string>> = {
  setup: {
    unknown: 'This set-up link is not known here. Copy it whole from the console of the server, or start the server again for a new one.',
    expired: 'This set-up link was good for a day, and that day is over. Start the server again for a new one.',
    used: 'Answerback is set up already. Sign in instead.',
    revoked: 'This set-up link was withdrawn. Start the server again for a new one.',
  },
  reset: {
    unknown: 'This link is not known here. Ask for a new one on the sign-in page.',
    expired: 'This link was good for a day, and that day is over. Ask for a new one on the sign-in page.',
    used: 'This link was used already, or a newer one was made. Sign in with your new password, or ask for another link.',
    revoked: 'This link was withdrawn. Ask for a new one on the sign-in page.',
  },
  invitation: {
    unknown: 'This invitation is not known here. Copy the link whole, or ask whoever invited you for a new one.',
    expired: 'This invitation was good for three days, and they are over. Ask whoever invited you for a new one.',
    used: 'This invitation was accepted already. Sign in instead.',
    revoked: 'This invitation was withdrawn. Ask whoever invited you for a new one.',
  },
}

/** The answer about a link that does not open. */
export function badLink(kind: Kind | 'invitation', why: Why): BadLink {
  return { good: false, why, reason: sentences[kind][why] }
}

/** The same as a refusal. */
export function linkProblem({ why, reason }: BadLink): Problem {
  return new Problem('link_not_good', reason, { why })
}
