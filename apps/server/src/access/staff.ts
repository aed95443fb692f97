import { and, eq, inArray } from 'drizzle-orm'
import { uuidv7 } from 'uuidv7'
import type { StaffView } from '@answerback/core/access-api'
import type { Role } from '@answerback/core/permissions'
import { Problem } from '@answerback/core/problem'
import type { Context } from '../context.ts'
import { schema as t } from '../db/schema.ts'
import { refusalOf, type Actor } from '../http/actor.ts'
import { changing, type Change } from '../live/change-log.ts'
import type { Cut } from '../live/cut.ts'
import { record } from './audit.ts'
import { endSessions } from './sessions.ts'

/** Conversations to one transaction: its frame goes to every browser. */
const atOnce = 200

/** Everybody of the workspace, in the order in which they came. Addresses only for who manages staff. */
export async function listStaff(ctx: Context, actor: Actor): Promise<StaffView[]> {
  const members = await ctx.db.inWorkspace(actor.workspaceId, (tx) =>
    tx.select().from(t.member).orderBy(t.member.createdAt, t.member.userId),
  )
  const emails =
    refusalOf(actor, 'staff.write') === null
      ? await ctx.db.system
          .select({ id: t.user.id, email: t.user.email })
          .from(t.user)
          .where(
            inArray(
              t.user.id,
              members.map((row) => row.userId),
            ),
          )
      : []
  return members.map((row) => ({
    id: row.userId,
    name: row.name,
    email: emails.find((each) => each.id === row.userId)?.email ?? null,
    role: row.role,
    joinedAt: row.createdAt.toISOString(),
    lastSeenAt: row.lastSeenAt?.toISOString() ?? null,
  }))
}

/** Who does it, where: `id` null for whoever runs the server, on the command line. */
export type By = { workspaceId: string; id: string | null }

/** Gives somebody another role; it holds from their next request, and open browsers follow. Throws `not_found`, `last_owner`. */
export async function changeRole(ctx: Context, by: By, userId: string, role: Role, cut: Cut): Promise<void> {
  await changing(ctx, by.workspaceId, async (change) => {
    const before = await memberOf(change, userId)
    if (before.role === role) return
    if (before.role === 'owner') await keepAnOwner(change)
    await change.tx.update(t.member).set({ role }).where(own(change, userId))
    change.staffChanged()
    await record(change.tx, {
      workspaceId: change.workspaceId,
      byId: by.id,
      what: 'staff.role_changed',
      about: { userId, from: before.role, to: role },
      at: ctx.now(),
    })
  })
  cut({ workspaceId: by.workspaceId, userId })
}

/**
 * Removes somebody from the workspace: they are told and cut off at once. What they had is nobody's then, with a line in each thread; who is left with no
 * workspace at all is signed out everywhere. Throws `not_found`, `last_owner`.
 */
export async function removeStaff(ctx: Context, by: By, userId: string, cut: Cut): Promise<void> {
  const removed = () =>
    changing(ctx, by.workspaceId, async (change) => {
      const member = await memberOf(change, userId)
      if (member.role === 'owner') await keepAnOwner(change)
      if ((await unassignSome(ctx, change, by.id, userId)) === atOnce) return false
      await change.tx.delete(t.member).where(own(change, userId))
      change.staffChanged()
      await record(change.tx, {
        workspaceId: change.workspaceId,
        byId: by.id,
        what: 'staff.removed',
        about: { userId, name: member.name, role: member.role },
        at: ctx.now(),
      })
      return true
    })
  // Last of all they are removed, so that one who removes again after a crash finishes it.
  while (!(await removed()));
  // Before their session ends: a browser that finds itself signed out listens no more and would never learn why.
  cut({ workspaceId: by.workspaceId, userId }, 'removed')
  const left = await ctx.db.system.select({ id: t.member.workspaceId }).from(t.member).where(eq(t.member.userId, userId)).limit(1)
  if (left.length === 0) await endSessions(ctx, userId, null)
}

async function unassignSome(ctx: Context, change: Change, byId: string | null, userId: string): Promise<number> {
  const { tx, workspaceId } = change
  const rows = await tx.select({ id: t.conversation.id }).from(t.conversation).where(eq(t.conversation.assigneeId, userId)).limit(atOnce)
  if (rows.length === 0) return 0
  const ids = rows.map((row) => row.id)
  await tx.update(t.conversation).set({ assigneeId: null }).where(inArray(t.conversation.id, ids))
  const createdAt = ctx.now()
  await tx
    .insert(t.activity)
    .values(ids.map((conversationId) => ({ id: uuidv7(), workspaceId, conversationId, byId, what: 'unassigned', detail: null, createdAt })))
  for (const id of ids) change.touch(id)
  return rows.length
}

async function memberOf(change: Change, userId: string): Promise<typeof t.member.$inferSelect> {
  const [row] = await change.tx.select().from(t.member).where(own(change, userId))
  if (!row) throw new Problem('not_found', 'Nobody of that id works here.')
  return row
}

/** Inside the workspace's lock: of two owners who remove each other, one stays. */
async function keepAnOwner(change: Change): Promise<void> {
  const owners = await change.tx.select({ userId: t.member.userId }).from(t.member).where(eq(t.member.role, 'owner'))
  if (owners.length < 2) throw new Problem('last_owner', 'This is the only owner. Make somebody else an owner first.')
}

function own(change: Change, userId: string) {
  return and(eq(t.member.workspaceId, change.workspaceId), eq(t.member.userId, userId))
}
