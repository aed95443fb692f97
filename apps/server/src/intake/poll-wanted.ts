import type { PollInput } from '@answerback/platforms/platform'
import type { Context } from '../context.ts'
import type { ChannelRow } from './poll-claim.ts'

/** Our posts whose threads are read, and open messages that are read again, each round. */
const postsPerRound = 20
const openPerRound = 50
/** Among so many of the workspace's last conversations is looked for posts where something happens. */
const lastConversations = 200
const livelyMinutes = 60

export type Wishes = Pick<PollInput, 'posts' | 'open'>

/**
 * What to read besides the notifications, by channel: threads of our posts, those where people wrote within the hour first and then the newest, and open
 * messages that may have been edited or deleted meanwhile. One question to the database for all of them.
 */
export async function wishesOf(ctx: Context, channels: ChannelRow[]): Promise<Map<string, Wishes>> {
  const now = ctx.now().toISOString()
  const answers = await ctx.db.readInWorkspaces(
    channels.map((channel) => ({ workspaceId: channel.workspaceId, text: question(channel.id, now) })),
  )
  return new Map(channels.map((channel, index) => [channel.id, (answers[index]?.[0] ?? { posts: [], open: [] }) as Wishes]))
}

/** Both lists as JSON in one row: what is looked up stands in this text, and both of it are ours. */
function question(channelId: string, now: string): string {
  return `
    with lively as (
      select post_id, max(last_activity_at) as at from (
        select post_id, last_activity_at from conversation where workspace_id = current_workspace() order by last_activity_at desc limit ${lastConversations}) last
      where post_id is not null and last_activity_at > '${now}'::timestamptz - interval '${livelyMinutes} minutes' group by post_id),
    newest as (
      select id from post where channel_id = '${channelId}' and ours and removed_at is null order by platform_at desc limit ${postsPerRound}),
    chosen as (
      select p.external_id, p.ref, p.platform_at, lively.at from post p left join lively on lively.post_id = p.id
      where p.id in (select id from newest union select post_id from lively) and p.channel_id = '${channelId}' and p.ours and p.removed_at is null
      order by lively.at desc nulls last, p.platform_at desc limit ${postsPerRound}),
    waiting as (
      select m.external_id, m.ref from conversation c join message m on m.id = c.waiting_message_id
      where c.workspace_id = current_workspace() and c.channel_id = '${channelId}' and c.state = 'waiting' order by c.waiting_since limit ${openPerRound})
    select
      (select coalesce(json_agg(json_build_object('externalId', external_id, 'ref', ref) order by at desc nulls last, platform_at desc), '[]') from chosen) as posts,
      (select coalesce(json_agg(json_build_object('externalId', external_id, 'ref', ref)), '[]') from waiting) as open`
}
