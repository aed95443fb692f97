import type { FastifyRequest } from 'fastify'
import type { Context } from '../context.ts'
import { queryFields } from '../http/body.ts'
import { pageLimit } from '../http/paging.ts'
import type { Item, JsonObject } from '../world/item.ts'
import { DiscordError, invalidForm, missingAccess, unknown } from './errors.ts'
import { beginsThread, channelOf } from './ids.ts'
import { archivedAt, channelIdOf, inThread, isArchived, message, thread, threadStarter } from './views.ts'

/** A channel by its id: one of the server's own, or a thread with the item that it began with. */
export type Channel =
  | { id: string; kind: 'announcements' | 'general' | 'forum' | 'voice'; root?: undefined }
  | { id: string; kind: 'thread'; root: Item }

/** The channel with this id. Throws `10003`, or `50001` for the one that the bot does not see. */
export function channelBy(context: Context, id: string): Channel {
  const { announcementsId, generalId, forumId, voiceId, staffRoomId } = context.secrets.discord
  if (id === staffRoomId) throw missingAccess()
  if (id === announcementsId) return { id, kind: 'announcements' }
  if (id === generalId) return { id, kind: 'general' }
  if (id === forumId) return { id, kind: 'forum' }
  if (id === voiceId) return { id, kind: 'voice' }
  const root = context.world.items.discord.get(id)
  // A thread outlives the message that it began with.
  if (root && beginsThread(root)) return { id, kind: 'thread', root }
  throw unknown(10003, 'Channel')
}

/** The living messages of a channel, newest first. */
export function messagesIn(context: Context, channel: Channel): Item[] {
  const { world } = context
  if (channel.kind === 'forum') throw new DiscordError(400, 50024, 'Cannot execute action on this channel type')
  if (channel.kind === 'voice') return []
  const { root } = channel
  const all = root
    ? [...inThread(context, root), ...(channelOf(root) === root.id ? [root] : [])]
    : [...world.items.discord.values()].filter((item) => channelOf(item) === channel.kind)
  return all.filter(({ deletedAt }) => deletedAt === null).sort(byIdDown)
}

/** `GET /channels/{id}/messages`: newest first; `after` gives those right behind it, `around` half on either side. */
export function listMessages(context: Context, request: FastifyRequest, channel: Channel): JsonObject[] {
  const query = queryFields(request)
  const limit = limitOf(query['limit'], { least: 1, usual: 50, most: 100 })
  const shown = messagesIn(context, channel).map((item) => ({ id: item.id, view: () => message(context, item) }))
  const { root } = channel
  if (root && channelOf(root) === 'announcements')
    shown.push({ id: String(BigInt(root.id) + 1n), view: () => threadStarter(context, root) })
  shown.sort(byIdDown)
  return cut(shown, query, limit).map(({ view }) => view())
}

function cut<T extends { id: string }>(entries: T[], query: Record<string, string>, limit: number): T[] {
  const [before, after, around] = ['before', 'after', 'around'].map((name) => snowflakeIn(query, name))
  if (around !== undefined) {
    const at = entries.findIndex(({ id }) => BigInt(id) <= around)
    const start = Math.max(0, (at < 0 ? entries.length : at) - Math.floor(limit / 2))
    return entries.slice(start, start + limit)
  }
  if (before !== undefined) return entries.filter(({ id }) => BigInt(id) < before).slice(0, limit)
  if (after !== undefined) return entries.filter(({ id }) => BigInt(id) > after).slice(-limit)
  return entries.slice(0, limit)
}

function snowflakeIn(query: Record<string, string>, name: string): bigint | undefined {
  const text = query[name]
  if (text === undefined) return undefined
  if (!/^\d{1,20}$/.test(text)) throw invalidForm([name], 'NUMBER_TYPE_COERCE', `Value "${text}" is not snowflake.`)
  return BigInt(text)
}

function limitOf(text: string | undefined, { least, usual, most }: { least: number; usual: number; most: number }): number {
  if (text === undefined) return usual
  const value = Number(text)
  if (!Number.isInteger(value)) throw invalidForm(['limit'], 'NUMBER_TYPE_COERCE', `Value "${text}" is not int.`)
  if (value > most) throw invalidForm(['limit'], 'NUMBER_TYPE_MAX', `int value should be less than or equal to ${most}.`)
  if (value < least) throw invalidForm(['limit'], 'NUMBER_TYPE_MIN', `int value should be greater than or equal to ${least}.`)
  return value
}

/** The living message with this id in this channel. Throws `10008`. */
export function messageBy(context: Context, channel: Channel, id: string): Item {
  const item = context.world.find('discord', id)
  if (!item || channelIdOf(context, item) !== channel.id) throw unknown(10008, 'Message')
  return item
}

/** `GET /guilds/{id}/threads/active`: those of all channels, newest first. */
export function activeThreads(context: Context): JsonObject {
  const threads = threadRoots(context).filter((root) => !isArchived(context, root))
  return { threads: threads.map((root) => thread(context, root)), members: [] }
}

/** `GET /channels/{id}/threads/archived/public`: last put away first. */
export function archivedThreads(context: Context, request: FastifyRequest, channel: Channel): JsonObject {
  const query = queryFields(request)
  const limit = pageLimit(context, limitOf(query['limit'], { least: 2, usual: 50, most: 100 }))
  const before = query['before'] === undefined ? Number.POSITIVE_INFINITY : Date.parse(query['before'])
  if (Number.isNaN(before)) throw invalidForm(['before'], 'DATETIME_TYPE_PARSE', 'Could not parse. Should be ISO8601.')
  const all = threadRoots(context)
    .filter((root) => isArchived(context, root) && (channelOf(root) === 'announcements') === (channel.kind === 'announcements'))
    .filter(() => channel.kind === 'announcements' || channel.kind === 'forum')
    .map((root) => ({ root, at: archivedAt(context, root) }))
    .filter(({ at }) => at < before)
    .sort((a, b) => b.at - a.at)
  return { threads: all.slice(0, limit).map(({ root }) => thread(context, root)), members: [], has_more: all.length > limit }
}

/** What threads begin with, newest first. */
export function threadRoots({ world }: Context): Item[] {
  return [...world.items.discord.values()].filter(beginsThread).sort(byIdDown)
}

/** A channel as `GET /channels/{id}` shows it. */
export function channelView(context: Context, channel: Channel): JsonObject {
  if (channel.root) return thread(context, channel.root)
  const { announcementsId, generalId, forumId, voiceId } = context.secrets.discord
  const lastIn = (kind: 'announcements' | 'general'): string | null => messagesIn(context, { id: channel.id, kind })[0]?.id ?? null
  const plain = (type: number, position: number, name: string): JsonObject => ({
    id: channel.id,
    type,
    guild_id: context.secrets.discord.guildId,
    name,
    position,
    parent_id: null,
    nsfw: false,
    flags: 0,
    permission_overwrites: [],
    rate_limit_per_user: 0,
  })
  const words = { topic: null, last_pin_timestamp: null }
  if (channel.id === announcementsId) return { ...plain(5, 0, 'announcements'), ...words, last_message_id: lastIn('announcements') }
  if (channel.id === generalId) return { ...plain(0, 1, 'general'), ...words, last_message_id: lastIn('general') }
  if (channel.id === voiceId)
    return { ...plain(2, 4, 'sewing-room'), bitrate: 64_000, user_limit: 0, rtc_region: null, last_message_id: null }
  return {
    ...plain(15, 2, 'ask-the-workshop'),
    topic: null,
    last_message_id: threadRoots(context).find((root) => channelOf(root) === root.id && channel.id === forumId)?.id ?? null,
    available_tags: [],
    default_reaction_emoji: null,
    default_sort_order: null,
    default_forum_layout: 0,
    default_auto_archive_duration: 4_320,
  }
}

/** `GET /guilds/{id}/channels`: all of them, also the one that the bot does not see into; no threads. */
export function guildChannels(context: Context): JsonObject[] {
  const { announcementsId, generalId, forumId, voiceId, staffRoomId, guildId } = context.secrets.discord
  const seen = [announcementsId, generalId, forumId, voiceId].map((id) => channelView(context, channelBy(context, id)))
  const hidden = {
    ...channelView(context, { id: generalId, kind: 'general' }),
    id: staffRoomId,
    name: 'staff-room',
    position: 3,
    last_message_id: null,
    permission_overwrites: [{ id: guildId, type: 0, allow: '0', deny: '1024' }],
  }
  return [...seen, hidden]
}

function byIdDown(a: { id: string }, b: { id: string }): number {
  return BigInt(a.id) < BigInt(b.id) ? 1 : -1
}
