import { eq, sql } from 'drizzle-orm'
import { takeFromAll, type Used } from '../access/call-budget.ts'
import { besideReading, sharerOf } from '../access/counted-calls.ts'
import { readShared, takeShared, type Ask } from '../access/shared-calls.ts'
import { platformOf, type Context } from '../context.ts'
import { schema as t } from '../db/schema.ts'

/** A poller that died gives its channels back after this long. */
const leaseMs = 60_000
/** So many more are looked at than are taken: some stand at hosts that have enough to do. */
const lookedAt = 4

export type ChannelRow = typeof t.channel.$inferSelect
export type PollRow = typeof t.poll.$inferSelect

/**
 * One channel that this process alone reads now. `ownedIds`: all accounts that its workspace has on that platform. `lane`: its platform and host, and whether it failed last
 * time. `calls`: how many are paid for already. `others`: what replies and the like used of the account's own allowances.
 */
export type Claimed = {
  channel: ChannelRow
  poll: PollRow
  ownedIds: string[]
  lane: string
  leasedUntil: Date
  calls: number
  used: Record<string, Used>
  others: Record<string, Used>
  shared: Ask | null
}

/** How many more may begin: altogether, in one lane, in a lane of those that failed last time, and in lanes that differ from that. */
export type Room = { free: number; perLane: number; perFailingLane: number; lanes: ReadonlyMap<string, number> }

/** Gives back what a process that is gone had claimed: for one that has the database to itself, at its start. */
export async function releasePolls(ctx: Context): Promise<void> {
  await ctx.db.system.update(t.poll).set({ leasedUntil: null, listenLeasedUntil: null, liveSince: null })
}

/**
 * Takes channels that are due, longest due first, for this process alone; of each lane no more than it has room for. What an allowance has no calls for now
 * is due again when it has.
 */
export async function claimPolls(ctx: Context, room: Room): Promise<Claimed[]> {
  const now = ctx.now()
  const leasedUntil = new Date(now.getTime() + leaseMs)
  const lanes = await lease(ctx, room, now, leasedUntil)
  if (lanes.size === 0) return []
  const rows = await ctx.db.system
    .select({
      ...{ poll: t.poll, channel: t.channel },
      ownedIds: sql<
        string[]
      >`array(select external_id from channel own where own.workspace_id = ${t.channel.workspaceId} and own.platform = ${t.channel.platform})`,
    })
    .from(t.poll)
    .innerJoin(t.channel, eq(t.channel.id, t.poll.channelId))
    .where(sql`${t.poll.channelId} = any(${sql.param([...lanes.keys()])}::uuid[])`)
  const claimed = rows
    .toSorted((a, b) => a.poll.dueAt.getTime() - b.poll.dueAt.getTime())
    .map((row): Claimed => ({
      ...row,
      lane: lanes.get(row.channel.id)!,
      leasedUntil,
      calls: 0,
      used: row.poll.used,
      others: {},
      shared: null,
    }))
  return payFor(ctx, claimed)
}

/** Ids of what was claimed, with their lanes. */
async function lease(
  ctx: Context,
  { free, perLane, perFailingLane, lanes }: Room,
  now: Date,
  leasedUntil: Date,
): Promise<Map<string, string>> {
  const full = [...lanes].flatMap(([lane, left]) => (left <= 0 ? [lane] : []))
  // A demo's platforms are gone once its program is.
  const inUse = ctx.env.demo ? sql`` : sql`and not exists (select from workspace w where w.id = p.workspace_id and w.demo)`
  const { rows } = await ctx.db.system.execute<{ channel_id: string; lane: string }>(sql`
    with due as (
      select p.channel_id, p.due_at, l.lane, p.failures from poll p join channel c on c.id = p.channel_id,
        lateral (select p.platform || ' ' || coalesce(substring(c.api_url from '//([^/]+)'), '') || case when p.failures > 0 then ' again' else '' end as lane) l
      where p.due_at <= ${now.toISOString()}::timestamptz and (p.leased_until is null or p.leased_until <= ${now.toISOString()}::timestamptz)
        and l.lane <> all (${sql.param(full)}::text[]) ${inUse}
      order by p.due_at limit ${free * lookedAt}),
    placed as (select *, row_number() over (partition by lane order by due_at) as place from due),
    chosen as (
      select p.channel_id, placed.lane from poll p join placed on placed.channel_id = p.channel_id
        left join unnest(${sql.param([...lanes.keys()])}::text[], ${sql.param([...lanes.values()])}::int[]) as room (lane, free) on room.lane = placed.lane
      where placed.place <= coalesce(room.free, case when placed.failures > 0 then ${perFailingLane}::int else ${perLane}::int end) and p.due_at <= ${now.toISOString()}::timestamptz
        and (p.leased_until is null or p.leased_until <= ${now.toISOString()}::timestamptz)
      order by placed.due_at limit ${free} for update of p skip locked)
    update poll set leased_until = ${leasedUntil.toISOString()}::timestamptz from chosen where poll.channel_id = chosen.channel_id
    returning poll.channel_id, chosen.lane`)
  return new Map(rows.map((row) => [row.channel_id, row.lane]))
}

/** Pays for as many calls as each took last time. Those whose allowance is used up go back, in their order. */
async function payFor(ctx: Context, claimed: Claimed[]): Promise<Claimed[]> {
  const now = ctx.now()
  const asking: Claimed[] = []
  const denied: { claimed: Claimed; freeAt: Date }[] = []
  const beside = await readShared(
    ctx,
    claimed.map((each) => besideReading(ctx, each.channel)),
  )
  for (const each of claimed) {
    const { budgets = [] } = platformOf(ctx, each.channel.platform)
    each.calls = Math.max(1, each.poll.calls)
    each.others = beside.get(besideReading(ctx, each.channel).name) ?? {}
    const own = takeFromAll(
      budgets.filter((budget) => budget.scope === 'channel'),
      each.poll.used,
      each.calls,
      now,
      { others: each.others },
    )
    if (!own.taken) {
      denied.push({ claimed: each, freeAt: own.freeAt })
      continue
    }
    each.used = own.used
    const shared = budgets.filter((budget) => budget.scope === 'app')
    if (shared.length > 0) each.shared = { name: sharerOf(each.channel), budgets: shared, calls: each.calls }
    asking.push(each)
  }
  const sharing = asking.filter((each) => each.shared !== null)
  const answers = await takeShared(
    ctx,
    sharing.map((each) => each.shared!),
  )
  for (const [index, freeAt] of answers.entries()) if (freeAt !== null) denied.push({ claimed: sharing[index]!, freeAt })
  const refused = new Set(denied.map((each) => each.claimed))
  await giveBack(ctx, denied)
  return asking.filter((each) => !refused.has(each))
}

/** Each asks for half as much the next time and pays for the rest while it reads: what a round took at once may never be free at once while people answer. */
async function giveBack(ctx: Context, denied: { claimed: Claimed; freeAt: Date }[]): Promise<void> {
  if (denied.length === 0) return
  await ctx.db.system.execute(sql`
    update poll set due_at = denied.free_at, leased_until = null, calls = greatest(1, poll.calls / 2)
    from unnest(${sql.param(denied.map(({ claimed }) => claimed.channel.id))}::uuid[],
      ${sql.param(denied.map(({ freeAt }, index) => new Date(freeAt.getTime() + index).toISOString()))}::timestamptz[]) as denied (channel_id, free_at)
    where poll.channel_id = denied.channel_id and poll.leased_until = ${denied[0]!.claimed.leasedUntil.toISOString()}::timestamptz`)
}

/** Keeps what is still being read: slow is not dead. A channel that somebody else has taken meanwhile is left to them. */
export async function renewLeases(ctx: Context, claimed: Claimed[]): Promise<void> {
  const until = new Date(ctx.now().getTime() + leaseMs)
  const { rows } = await ctx.db.system.execute<{ channel_id: string }>(sql`
    update poll set leased_until = ${until.toISOString()}::timestamptz
    from unnest(${sql.param(claimed.map((each) => each.channel.id))}::uuid[],
      ${sql.param(claimed.map((each) => each.leasedUntil.toISOString()))}::timestamptz[]) as mine (channel_id, leased_until)
    where poll.channel_id = mine.channel_id and poll.leased_until = mine.leased_until
    returning poll.channel_id`)
  const renewed = new Set(rows.map((row) => row.channel_id))
  for (const each of claimed) if (renewed.has(each.channel.id)) each.leasedUntil = until
}
