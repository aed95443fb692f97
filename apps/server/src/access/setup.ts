import { resolve } from 'node:path'
import { eq, isNull, sql } from 'drizzle-orm'
import { uuidv7 } from 'uuidv7'
import type { z } from 'zod'
import type { setupBody } from '@answerback/core/access-api'
import { Problem } from '@answerback/core/problem'
import type { Context } from '../context.ts'
import type { Queryable } from '../db/connection.ts'
import { schema as t } from '../db/schema.ts'
import { hashPassword, makePerson, personByEmail } from './accounts.ts'
import { record } from './audit.ts'
import type { Auth } from './auth.ts'
import { endDemo } from './end-demo.ts'
import { badLink, linkProblem, makeLink, openLink } from './links.ts'

/** Any fixed number: of two who set up at once, one waits. */
const lockKey = 4_120_558

/** Whether nobody has set this installation up yet. The demo's workspace does not count. */
export async function setupNeeded(ctx: Context, tx: Queryable = ctx.db.system): Promise<boolean> {
  if (ctx.env.demo) return false
  const rows = await tx.select({ id: t.workspace.id }).from(t.workspace).where(eq(t.workspace.demo, false)).limit(1)
  return rows.length === 0
}

/** A link that sets this installation up, once, within a day; null when that was done. Each start makes one, and there is no default password. */
export async function makeSetupLink(ctx: Context, publicUrl: string): Promise<string | null> {
  if (!(await setupNeeded(ctx))) return null
  const { token } = await makeLink(ctx, 'setup')
  return `${publicUrl}/setup?token=${token}`
}

/**
 * Makes the first owner and their workspace, and uses up every set-up link, in one transaction. From then on a start in this folder is no demo unless it is
 * asked for. Throws `link_not_good`, `bad_request`.
 */
export async function setUp(ctx: Context, auth: Auth, input: z.output<typeof setupBody>): Promise<{ userId: string; workspaceId: string }> {
  const passwordHash = await hashPassword(auth, input.password)
  const made = await ctx.db.system.transaction(async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(${lockKey})`)
    await openLink(ctx, tx, 'setup', input.token)
    if (!(await setupNeeded(ctx, tx))) throw linkProblem(badLink('setup', 'used'))
    if (await personByEmail(tx, input.email))
      throw new Problem('bad_request', 'email: somebody with this address exists already. Choose another.', {
        invalidParams: [{ name: 'email', reason: 'is taken' }],
      })
    const now = ctx.now()
    const userId = await makePerson(ctx, tx, { name: input.name, email: input.email, passwordHash })
    const workspaceId = uuidv7()
    const { brand: name, timeZone, targetSeconds, targetClock, hours } = input
    await tx.insert(t.workspace).values({ id: workspaceId, name, timeZone, createdAt: now, targetSeconds, targetClock, hours })
    await tx.insert(t.workspaceSeq).values({ workspaceId })
    await tx.insert(t.member).values({ workspaceId, userId, name: input.name, role: 'owner', createdAt: now })
    await tx
      .update(t.oneTimeLink)
      .set({ usedAt: now })
      .where(sql`${eq(t.oneTimeLink.kind, 'setup')} and ${isNull(t.oneTimeLink.usedAt)}`)
    await record(tx, { workspaceId, byId: userId, what: 'workspace.made', about: { name }, at: now })
    return { userId, workspaceId }
  })
  if (ctx.env.DATABASE_URL === undefined) await endDemo(resolve(ctx.env.DATA_DIR))
  return made
}
