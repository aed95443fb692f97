import { eq } from 'drizzle-orm'
import type { z } from 'zod'
import { roundTheClock } from '@answerback/core/hours'
import { Problem } from '@answerback/core/problem'
import type { ChannelHours, channelTargetsBody, Hours, Targets, targetsBody } from '@answerback/core/settings-api'
import type { Rule, Target } from '@answerback/core/targets'
import type { Context } from '../context.ts'
import type { Queryable } from '../db/connection.ts'
import { schema as t } from '../db/schema.ts'
import type { Actor } from '../http/actor.ts'
import type { Change } from '../live/change-log.ts'
import { record } from './audit.ts'
import { expectRevision, revisionOf } from './revision.ts'

type WorkspacePart = Pick<typeof t.workspace.$inferSelect, 'timeZone' | 'targetSeconds' | 'targetClock' | 'hours'>
type ChannelPart = Pick<typeof t.channel.$inferSelect, 'targetSeconds' | 'targetClock' | 'hours'>

/** What holds for a channel: its own target and hours, else the workspace's. */
export function ruleOf(workspace: WorkspacePart, channel: ChannelPart): Rule {
  return {
    target: ownTarget(channel) ?? { seconds: workspace.targetSeconds, clock: workspace.targetClock },
    hours: channel.hours ?? { timeZone: workspace.timeZone, ...hoursOf(workspace) },
  }
}

/** Target and hours of the workspace, and what each channel has of its own. */
export async function targetsOf(tx: Queryable): Promise<Targets> {
  const [workspace] = await tx.select().from(t.workspace)
  const channels = await tx.select().from(t.channel).orderBy(t.channel.connectedAt, t.channel.id)
  const { timeZone, targetSeconds: seconds, targetClock: clock } = workspace!
  const own = { timeZone, target: { seconds, clock }, hours: hoursOf(workspace!) }
  return {
    ...own,
    revision: revisionOf(own),
    channels: channels.map((channel) => {
      const its = { target: ownTarget(channel), hours: channel.hours && ownHours(channel.hours) }
      return { id: channel.id, ...its, revision: revisionOf(its) }
    }),
  }
}

/** Changes what is given of the workspace's. Due times of those who wait follow at once, history does not. Throws `changed_meanwhile`. */
export async function changeTargets(
  ctx: Context,
  change: Change,
  actor: Actor,
  { target, hours, revision }: z.output<typeof targetsBody>,
): Promise<Targets> {
  const before = await targetsOf(change.tx)
  expectRevision(before.revision, revision)
  const set = { ...(target && { targetSeconds: target.seconds, targetClock: target.clock }), ...(hours && { hours }) }
  if (Object.keys(set).length > 0) {
    await change.tx.update(t.workspace).set(set).where(eq(t.workspace.id, change.workspaceId))
    await noteRules(ctx, change, actor, { before: { target: before.target, hours: before.hours }, after: { target, hours } })
    await deriveAgain(ctx, change, null)
  }
  return targetsOf(change.tx)
}

/** Changes what is given of one channel's; null: as the workspace's. Throws `not_found`, `changed_meanwhile`. */
export async function changeChannelTargets(
  ctx: Context,
  change: Change,
  actor: Actor,
  channelId: string,
  { target, hours, revision }: z.output<typeof channelTargetsBody>,
): Promise<Targets> {
  const before = (await targetsOf(change.tx)).channels.find((each) => each.id === channelId)
  if (before === undefined) throw new Problem('not_found', 'There is no such channel.')
  expectRevision(before.revision, revision)
  const set = {
    ...(target !== undefined && { targetSeconds: target?.seconds ?? null, targetClock: target?.clock ?? null }),
    ...(hours !== undefined && { hours }),
  }
  if (Object.keys(set).length > 0) {
    await change.tx.update(t.channel).set(set).where(eq(t.channel.id, channelId))
    await noteRules(ctx, change, actor, { channelId, before: { target: before.target, hours: before.hours }, after: { target, hours } })
    await deriveAgain(ctx, change, channelId)
  }
  return targetsOf(change.tx)
}

/** Marks due times of one channel, or of all (null), as to be derived again: a timer does so (inbox/due-times), browsers are told. */
export async function deriveAgain(ctx: Context, change: Change, channelId: string | null): Promise<void> {
  const marked = change.tx.update(t.channel).set({ rulesChangedAt: ctx.now() })
  await (channelId === null ? marked : marked.where(eq(t.channel.id, channelId)))
  change.settingsChanged()
  change.channelsChanged()
}

function noteRules(ctx: Context, change: Change, actor: Actor, about: Record<string, unknown>): Promise<void> {
  return record(change.tx, { workspaceId: change.workspaceId, byId: actor.id, what: 'targets.changed', about, at: ctx.now() })
}

function ownTarget({ targetSeconds, targetClock }: ChannelPart): Target | null {
  return targetSeconds === null ? null : { seconds: targetSeconds, clock: targetClock ?? 'calendar' }
}

function hoursOf({ hours }: Pick<WorkspacePart, 'hours'>): Hours {
  return { week: (hours?.week ?? roundTheClock).map(({ day, from, to }) => ({ day, from, to })), holidays: hours?.holidays ?? [] }
}

function ownHours(hours: ChannelHours): ChannelHours {
  return { ...hoursOf({ hours }), timeZone: hours.timeZone }
}
