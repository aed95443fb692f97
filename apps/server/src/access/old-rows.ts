import { lt } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { schema as t } from '../db/schema.ts'

/** Forgets failed attempts after two days, ways to platforms and back after a day, and links and sessions a month after they ended: until then a link can say why it does not open. Returns how many. */
export async function dropOldAccess(ctx: Context): Promise<number> {
  const before = (days: number) => new Date(ctx.now().getTime() - days * 86_400_000)
  const dropped = await Promise.all([
    ctx.db.system.delete(t.signInAttempt).where(lt(t.signInAttempt.lastAt, before(2))),
    ctx.db.system.delete(t.oneTimeLink).where(lt(t.oneTimeLink.expiresAt, before(30))),
    ctx.db.system.delete(t.oauthState).where(lt(t.oauthState.expiresAt, before(1))),
    ctx.db.system.delete(t.session).where(lt(t.session.expiresAt, before(30))),
    ctx.db.system.delete(t.verification).where(lt(t.verification.expiresAt, before(30))),
  ])
  return dropped.reduce((sum, each) => sum + (each.rowCount ?? 0), 0)
}
