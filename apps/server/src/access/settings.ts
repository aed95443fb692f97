import { eq } from 'drizzle-orm'
import type { z } from 'zod'
import type { Profile, WorkspaceSettings, workspaceBody, WorkspaceView } from '@answerback/core/access-api'
import { Problem } from '@answerback/core/problem'
import type { Context } from '../context.ts'
import { schema as t } from '../db/schema.ts'
import type { Actor } from '../http/actor.ts'
import { changing } from '../live/change-log.ts'
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

export function profileOf(actor: Actor): Profile {
  person(actor)
  return { id: actor.id, name: actor.name, email: actor.email }
}

/** Changes one's name, in every workspace one belongs to. */
export async function changeProfile(ctx: Context, actor: Actor, { name }: { name: string }): Promise<Profile> {
  person(actor)
  const now = ctx.now()
  await ctx.db.system.transaction(async (tx) => {
    await tx.update(t.user).set({ name, updatedAt: now }).where(eq(t.user.id, actor.id))
    await tx.update(t.member).set({ name }).where(eq(t.member.userId, actor.id))
    const about = { from: actor.name, to: name }
    await record(tx, { workspaceId: actor.workspaceId, byId: actor.id, what: 'profile.changed', about, at: now })
  })
  return { id: actor.id, name, email: actor.email }
}

/** The workspaces of a person, the oldest membership first. */
export async function workspacesOf(ctx: Context, actor: Actor): Promise<WorkspaceView[]> {
  person(actor)
  const rows = await ctx.db.system
    .select({ id: t.workspace.id, name: t.workspace.name, role: t.member.role })
    .from(t.member)
    .innerJoin(t.workspace, eq(t.workspace.id, t.member.workspaceId))
    .where(eq(t.member.userId, actor.id))
    .orderBy(t.member.createdAt)
  return rows.map((row) => ({ ...row, current: row.id === actor.workspaceId }))
}

/** A key has no name, password or sessions of its own. Throws `forbidden`. */
export function person(actor: Actor): void {
  if (actor.key) throw new Problem('forbidden', 'An API key is nobody: sign in as a person for this.')
}
