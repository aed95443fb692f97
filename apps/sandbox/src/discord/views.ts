import type { Context } from '../context.ts'
import type { Account, Item, JsonObject } from '../world/item.ts'
import { attachmentsOf } from './attachments.ts'
import { beginsThread, channelOf, namedIn, timeOfId, toWire } from './ids.ts'

/** The bot as a user: bots keep their four digits. */
export function botUser({ secrets }: Context): JsonObject {
  return user(secrets.discord.botId, { username: 'fieldnote', globalName: null, bot: true })
}

/** Who of the brand's people writes there by hand. */
export function staffUser({ secrets }: Context): JsonObject {
  return user(secrets.discord.staffId, { username: 'fieldnote.team', globalName: 'Fieldnote', bot: false })
}

/** Anybody as a user. */
export function userOf(context: Context, account: Account): JsonObject {
  if (account.isBrand) return botUser(context)
  return user(account.id, { username: account.handle, globalName: account.name, bot: false })
}

function user(id: string, who: { username: string; globalName: string | null; bot: boolean }): JsonObject {
  return {
    id,
    username: who.username,
    discriminator: who.bot ? '0420' : '0',
    global_name: who.globalName,
    avatar: null,
    banner: null,
    accent_color: null,
    public_flags: 0,
    flags: 0,
    ...(who.bot ? { bot: true } : {}),
  }
}

/** Whoever wrote an item: what the brand writes by hand comes from its people, not from its bot. */
export function authorOf(context: Context, item: Item): JsonObject {
  const author = context.world.author(item)
  return author.isBrand && item.extra['bot'] !== true ? staffUser(context) : userOf(context, author)
}

/** The id of the channel in which an item stands. */
export function channelIdOf({ secrets }: Context, item: Item): string {
  const channel = channelOf(item)
  if (channel === 'announcements') return secrets.discord.announcementsId
  return channel === 'general' ? secrets.discord.generalId : channel
}

/** A message as REST shows it: neither guild nor member are in it. */
export function message(context: Context, item: Item, nested = false): JsonObject {
  const { world, faults, secrets } = context
  const answered = item.parentId === null ? undefined : world.items.discord.get(item.parentId)
  // Nobody points at the post in its own thread: they just write.
  const above = answered && (!beginsThread(answered) || item.extra['points'] === true) ? answered : undefined
  const mentioned = mentionsOf(context, item, above)
  const silent =
    faults.quirks['withoutMessageContent'] === true &&
    item.extra['bot'] !== true &&
    !mentioned.some(({ id }) => id === secrets.discord.botId)
  return {
    id: item.id,
    channel_id: channelIdOf(context, item),
    type: above ? 19 : 0,
    content: silent ? '' : toWire(world, item.text),
    timestamp: instant(timeOfId(item.id)),
    edited_timestamp: item.editedAt === null ? null : instant(item.editedAt),
    author: authorOf(context, item),
    mentions: mentioned,
    mention_roles: [],
    mention_everyone: false,
    attachments: silent ? [] : attachmentsOf(context, item),
    embeds: [],
    components: [],
    flags: channelOf(item) === 'announcements' && beginsThread(item) ? 32 : 0,
    pinned: false,
    tts: false,
    ...reactionsOf(context, item),
    ...(above ? { message_reference: referenceTo(context, above) } : {}),
    ...(above && !nested ? { referenced_message: above.deletedAt === null ? message(context, above, true) : null } : {}),
    ...(channelOf(item) === 'announcements' && beginsThread(item) && !nested ? { thread: thread(context, item) } : {}),
  }
}

/** Where a reply points. */
function referenceTo(context: Context, above: Item): JsonObject {
  return { type: 0, message_id: above.id, channel_id: channelIdOf(context, above), guild_id: context.secrets.discord.guildId }
}

/** Those it names, and, unless told otherwise, whom it answers. */
function mentionsOf(context: Context, item: Item, above: Item | undefined): JsonObject[] {
  const { world } = context
  const named = item.extra['namesNobody'] === true ? [] : namedIn(world, item.text).map((account) => userOf(context, account))
  const answered = above && item.extra['pingsNobody'] !== true && above.authorId !== item.authorId ? [authorOf(context, above)] : []
  return [...answered, ...named.filter(({ id }) => id !== answered[0]?.['id'])]
}

function reactionsOf({ world }: Context, item: Item): JsonObject {
  if (item.likes.size === 0) return {}
  const me = item.likes.has(world.brand('discord').id)
  const own = me ? String(item.extra['reaction'] ?? thumb) : thumb
  const others = item.likes.size - Number(me)
  const rows = own === thumb ? [[thumb, others + Number(me), me] as const] : [[thumb, others, false] as const, [own, 1, true] as const]
  const reactions = rows
    .filter(([, count]) => count > 0)
    .map(([name, count, mine]) => ({
      emoji: { id: null, name },
      count,
      count_details: { burst: 0, normal: count },
      burst_colors: [],
      me_burst: false,
      me: mine,
      burst_me: false,
      burst_count: 0,
    }))
  return { reactions }
}

export const thumb = '👍'

/** The first thing in a thread that was begun at an announcement: a pointer to it, without words of its own. */
export function threadStarter(context: Context, root: Item): JsonObject {
  const { guildId, announcementsId } = context.secrets.discord
  return {
    ...message(context, root, true),
    id: String(BigInt(root.id) + 1n),
    channel_id: root.id,
    type: 21,
    content: '',
    edited_timestamp: null,
    flags: 0,
    mentions: [],
    message_reference: { type: 0, channel_id: announcementsId, message_id: root.id, guild_id: guildId },
    referenced_message: root.deletedAt === null ? message(context, root, true) : null,
  }
}

/** Messages of a thread, in no order, without the one it began with. */
export function inThread({ world }: Context, root: Item): Item[] {
  return [...world.items.discord.values()].filter((item) => item !== root && channelOf(item) === root.id)
}

const archiveMinutes = 4_320

/** Nobody wrote in it for three days, or somebody closed it, and nobody wrote since. */
export function isArchived(context: Context, root: Item): boolean {
  const { closedAt = 0, openedAt = 0 } = root.extra as { closedAt?: number; openedAt?: number }
  const last = Math.max(lastAt(context, root), Number(openedAt))
  return Number(closedAt) > last || context.world.clock('discord') - last > archiveMinutes * 60_000
}

function lastAt(context: Context, root: Item): number {
  return inThread(context, root).reduce((latest, item) => Math.max(latest, timeOfId(item.id)), timeOfId(root.id))
}

/** When a thread was last put away or taken up again, in milliseconds. */
export function archivedAt(context: Context, root: Item): number {
  const { closedAt = 0, openedAt = 0 } = root.extra as { closedAt?: number; openedAt?: number }
  if (!isArchived(context, root)) return Math.max(timeOfId(root.id), Number(openedAt))
  return Number(closedAt) > lastAt(context, root) ? Number(closedAt) : lastAt(context, root) + archiveMinutes * 60_000
}

/** A thread as a channel: its id is that of the message it began with. */
export function thread(context: Context, root: Item): JsonObject {
  const { guildId, announcementsId, forumId } = context.secrets.discord
  const announced = channelOf(root) === 'announcements'
  const all = inThread(context, root)
  const alive = all.filter(({ deletedAt }) => deletedAt === null)
  const newest = alive.reduce((last, { id }) => (BigInt(id) > BigInt(last) ? id : last), root.id)
  return {
    id: root.id,
    type: announced ? 10 : 11,
    guild_id: guildId,
    parent_id: announced ? announcementsId : forumId,
    owner_id: authorOf(context, root)['id'],
    name: root.title || String(root.extra['name'] ?? root.text.slice(0, 60)),
    last_message_id: newest,
    message_count: alive.length,
    total_message_sent: all.length,
    member_count: Math.min(50, 1 + new Set(alive.map(({ authorId }) => authorId)).size),
    rate_limit_per_user: 0,
    bitrate: 64_000,
    user_limit: 0,
    rtc_region: null,
    flags: 0,
    ...(announced ? {} : { applied_tags: [] }),
    thread_metadata: {
      archived: isArchived(context, root),
      archive_timestamp: instant(archivedAt(context, root)),
      auto_archive_duration: archiveMinutes,
      locked: root.extra['locked'] === true,
      create_timestamp: instant(timeOfId(root.id)),
    },
  }
}

/** An instant as Discord writes it: microseconds and a zone of numbers. */
export function instant(at: number): string {
  return new Date(at).toISOString().replace('Z', '000+00:00')
}
