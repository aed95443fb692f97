import { eq } from 'drizzle-orm'
import { uuidv7 } from 'uuidv7'
import type { Role, Scope } from '@answerback/core/permissions'
import type { Context } from '../context.ts'
import { schema as t } from '../db/schema.ts'
import { issueApiKey } from './api-keys.ts'

/** Makes a workspace with its change log at zero. Returns its id. */
export async function makeWorkspace(
  ctx: Context,
  input: { name: string; timeZone: string; targetSeconds?: number; demo?: boolean },
): Promise<string> {
  const id = uuidv7()
  await ctx.db.system.transaction(async (tx) => {
    await tx.insert(t.workspace).values({ id, createdAt: ctx.now(), ...input })
    await tx.insert(t.workspaceSeq).values({ workspaceId: id })
  })
  return id
}

/** Makes a person (or takes the one with that address) a member. Returns the person's id. */
export async function addMember(ctx: Context, workspaceId: string, input: { name: string; email: string; role: Role }): Promise<string> {
  const now = ctx.now()
  const known = await ctx.db.system.select({ id: t.user.id }).from(t.user).where(eq(t.user.email, input.email.toLowerCase()))
  const userId = known[0]?.id ?? uuidv7()
  await ctx.db.system.transaction(async (tx) => {
    if (!known[0])
      await tx
        .insert(t.user)
        .values({ id: userId, name: input.name, email: input.email.toLowerCase(), emailVerified: true, createdAt: now, updatedAt: now })
    await tx.insert(t.member).values({ workspaceId, userId, name: input.name, role: input.role, createdAt: now }).onConflictDoNothing()
  })
  return userId
}

/** Makes an API key on the command line; the text is shown once and only its hash is kept. */
export async function makeApiKey(
  ctx: Context,
  workspaceId: string,
  input: { name: string; role: Role; scopes?: readonly Scope[] | undefined; expiresAt?: Date | null },
): Promise<string> {
  return (await issueApiKey(ctx, workspaceId, input)).key
}
