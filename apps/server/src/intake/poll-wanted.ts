import type { PollInput } from '@answerback/platforms/platform'
import type { Context } from '../context.ts'
import type { ToCount } from './ledger.ts'
import type { Claimed } from './poll-claim.ts'

/** Our posts whose threads are read, open turns whose messages are read again, and posts that are counted, each round. */
const postsPerRound = 20
const openPerRound = 50
const countedPerRound = 25
/** Among so many of the workspace's last conversations is looked for posts where something happens. */
const lastConversations = 200
const livelyMinutes = 60

/** `openAfter`: where the round after goes on among the open turns. `count`: posts whose count is due. `unsettled`: there are counts to compare. */
export type Wishes = Pick<PollInput, 'posts' | 'open'> & { openAfter: string | null; count: ToCount[]; unsettled: boolean }

/**
 * What to read besides the notifications, by channel: threads of our posts, those where people wrote within the hour first and then the newest, open messages
 * that may have been edited or deleted meanwhile, each in its turn, and posts to be counted. One question to the database for all of them.
 */
export async function wishesOf(ctx: Context, claimed: Pick<Claimed, 'channel' | 'poll'>[]): Promise<Map<string, Wishes>> {
  const now = ctx.now().toISOString()
  const answers = await ctx.db.readInWorkspaces(
    claimed.map(({ channel, poll }) => ({ workspaceId: channel.workspaceId, text: question(channel.id, poll.openAfter, now) })),
  )
  return new Map(claimed.map(({ channel }, index) => [channel.id, answers[index]![0]!['wishes'] as Wishes]))
}

/** All of it as one JSON value: what is looked up stands in this text, and all of it is ours. The id of a turn begins with that of a message. */
function question(channelId: string, openAfter: string | null, now: string): string {
  const after = /^[\w:.-]*$/.test(openAfter ?? '') ? (openAfter ?? '') : ''
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
    open_turn as (
      select id, message_ids from turn where channel_id = '${channelId}' and state = 'open' and id > '${after}' order by id limit ${openPerRound}),
    waiting as (select m.external_id, m.ref from open_turn t join message m on m.id = any(t.message_ids)),
    due as (
      select p.id, p.external_id, p.ref, p.reported_replies, p.seen_at from post_ledger l join post p on p.id = l.post_id
      where l.channel_id = '${channelId}' and l.due_at <= '${now}'::timestamptz and not (l.unsettled and l.reported is null) order by l.due_at limit ${countedPerRound})
    select json_build_object(
      'posts', (select coalesce(json_agg(json_build_object('externalId', external_id, 'ref', ref) order by at desc nulls last, platform_at desc), '[]') from chosen),
      'open', (select coalesce(json_agg(json_build_object('externalId', external_id, 'ref', ref)), '[]') from waiting),
      'openAfter', (select case when count(*) = ${openPerRound} then max(id) end from open_turn),
      'count', (select coalesce(json_agg(json_build_object('id', id, 'externalId', external_id, 'ref', ref, 'reported', reported_replies, 'seenAt', seen_at)), '[]') from due),
      'unsettled', exists (select from post_ledger where channel_id = '${channelId}' and unsettled)) as wishes`
}
