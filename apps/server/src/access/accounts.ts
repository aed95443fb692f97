import { and, eq } from 'drizzle-orm'
import { uuidv7 } from 'uuidv7'
import type { Context } from '../context.ts'
import type { Queryable } from '../db/connection.ts'
import { schema as t } from '../db/schema.ts'
import type { Auth } from './auth.ts'

/** Makes a person who signs in with this password. The hash is better-auth's (scrypt); made before the transaction, it takes a while. */
export async function makePerson(
  ctx: Context,
  tx: Queryable,
  input: { name: string; email: string; passwordHash: string },
): Promise<string> {
  const id = uuidv7()
  const now = ctx.now()
  await tx.insert(t.user).values({ id, name: input.name, email: input.email, emailVerified: true, createdAt: now, updatedAt: now })
  await setPassword(ctx, tx, id, input.passwordHash)
  return id
}

/** Sets the password of a person, whether they had one or not. */
export async function setPassword(ctx: Context, tx: Queryable, userId: string, passwordHash: string): Promise<void> {
  const now = ctx.now()
  const own = and(eq(t.account.userId, userId), eq(t.account.providerId, 'credential'))
  const changed = await tx.update(t.account).set({ password: passwordHash, updatedAt: now }).where(own).returning({ id: t.account.id })
  if (changed.length > 0) return
  const row = { id: uuidv7(), userId, accountId: userId, providerId: 'credential', password: passwordHash }
  await tx.insert(t.account).values({ ...row, createdAt: now, updatedAt: now })
}

export async function hashPassword(auth: Auth, password: string): Promise<string> {
  return (await auth.auth().$context).password.hash(password)
}

/** False for somebody who has only ever come in by a link. */
export async function hasPassword(ctx: Context, userId: string): Promise<boolean> {
  const own = and(eq(t.account.userId, userId), eq(t.account.providerId, 'credential'))
  return (await ctx.db.system.select({ id: t.account.id }).from(t.account).where(own)).length > 0
}

/** Whether this is the person's password. Takes as long for somebody without one. */
export async function isPassword(ctx: Context, auth: Auth, userId: string, password: string): Promise<boolean> {
  const own = and(eq(t.account.userId, userId), eq(t.account.providerId, 'credential'))
  const [row] = await ctx.db.system.select({ hash: t.account.password }).from(t.account).where(own)
  const { hash, verify } = (await auth.auth().$context).password
  if (row?.hash) return verify({ hash: row.hash, password })
  await hash(password)
  return false
}

/** The person of that address, however it is written. */
export async function personByEmail(tx: Queryable, email: string): Promise<{ id: string; name: string; email: string } | null> {
  const rows = await tx
    .select({ id: t.user.id, name: t.user.name, email: t.user.email })
    .from(t.user)
    .where(eq(t.user.email, email.toLowerCase()))
  return rows[0] ?? null
}
