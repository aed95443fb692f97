import { and, eq } from 'drizzle-orm'
import type { z } from 'zod'
import type { Profile, WorkspaceSettings, workspaceBody, WorkspaceView } from '@answerback/core/access-api'
import type { Context } from '../context.ts'
import { schema as t } from '../db/schema.ts'
import type { Actor } from '../http/actor.ts'
import { changing } from '../live/change-log.ts'
import { hasPassword } from './accounts.ts'
import { record } from './audit.ts'
import { deriveAgain } from './targets.ts'

export async function workspaceSettingsOf(ctx: Context, workspaceId: string): Promise<WorkspaceSettings> {
  const [row] = await ctx.db.inWorkspace(workspaceId, (tx) => tx.select().from(t.workspace))
  const { id, name, timeZone, targetSeconds, targetClock } = row!
  return { id, name, timeZone, targetSeconds, targetClock }
}

/** Changes what is given. With target and zone, due times of those who wait move; what has ended keeps the target that it ended under. */
export async function changeWorkspace(ctx: Context, actor: Actor, changes: z.output<typeof workspaceBody>): Promise<WorkspaceSettings> {
  const { workspaceId } = actor
  if (Object.keys(changes).length > 0)
    await changing(ctx, workspaceId, async (change) => {
      await change.tx.update(t.workspace).set(changes).where(eq(t.workspace.id, workspaceId))
      if (changes.targetSeconds ?? changes.targetClock ?? changes.timeZone) await deriveAgain(ctx, change, null)
      change.settingsChanged()
      await record(change.tx, { workspaceId, byId: actor.id, what: 'workspace.changed', about: changes, at: ctx.now() })
    })
  return workspaceSettingsOf(ctx, workspaceId)
}

export async function profileOf(ctx: Context, actor: Actor): Promise<Profile> {
  return { id: actor.id, name: actor.name, email: actor.email, hasPassword: await hasPassword(ctx, actor.id) }
}

/** Changes one's name, in every workspace one belongs to. */
export async function changeProfile(ctx: Context, actor: Actor, { name }: { name: string }): Promise<Profile> {
  const now = ctx.now()
  await ctx.db.system.update(t.user).set({ name, updatedAt: now }).where(eq(t.user.id, actor.id))
  const rows = await ctx.db.system.select({ workspaceId: t.member.workspaceId }).from(t.member).where(eq(t.member.userId, actor.id))
  for (const { workspaceId } of rows)
    await changing(ctx, workspaceId, async (change) => {
      const own = and(eq(t.member.workspaceId, workspaceId), eq(t.member.userId, actor.id))
      await change.tx.update(t.member).set({ name }).where(own)
      change.staffChanged()
      await record(change.tx, { workspaceId, byId: actor.id, what: 'profile.changed', about: { from: actor.name, to: name }, at: now })
    })
  return profileOf(ctx, { ...actor, name })
}

/** The workspaces of a person, the oldest membership first. */
export async function workspacesOf(ctx: Context, actor: Actor): Promise<WorkspaceView[]> {
  const rows = await ctx.db.system
    .select({ id: t.workspace.id, name: t.workspace.name, role: t.member.role })
    .from(t.member)
    .innerJoin(t.workspace, eq(t.workspace.id, t.member.workspaceId))
    .where(eq(t.member.userId, actor.id))
    .orderBy(t.member.createdAt)
  return rows.map((row) => ({ ...row, current: row.id === actor.workspaceId }))
}
