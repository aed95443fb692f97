import type { FastifyRequest } from 'fastify'
import type { Context } from '../context.ts'
import { bodyFields, textOf } from '../http/body.ts'
import type { Item, JsonObject } from '../world/item.ts'
import type { Kept } from '../world/kept.ts'
import { keepFiles, keptFiles, messageFields, readFiles } from './attachments.ts'
import type { Channel } from './channels.ts'
import { messageBy } from './channels.ts'
import { DiscordError, invalidForm, missingPermissions } from './errors.ts'
import { fromWire } from './ids.ts'
import { isArchived, message, thread } from './views.ts'

const longest = 2_000
const nonceMs = 5 * 60_000

/** What was written under which nonce, and when. */
export type Nonces = Kept<{ id: string; at: number }>

/** `POST /channels/{id}/messages`. With `enforce_nonce` the message that was made with the same nonce some minutes ago is answered in its place. */
export function createMessage(context: Context, nonces: Nonces, request: FastifyRequest, channel: Channel): JsonObject {
  const form = messageFields(request)
  const { world } = context
  const { quirks } = context.faults
  if (channel.kind === 'forum') throw new DiscordError(400, 50024, 'Cannot execute action on this channel type')
  const nonce = nonceOf(form['nonce'])
  const now = world.clock('discord')
  const known = nonce !== undefined && form['enforce_nonce'] === true ? nonces.get(nonce) : undefined
  const made = known && now - known.at < nonceMs ? world.find('discord', known.id) : undefined
  if (made) return answer(context, request, made, nonce, true)
  if (quirks['botMayOnlyRead'] === true) throw missingPermissions()
  const files = readFiles(request, form)
  const text = wordsOf(context, form, files.length > 0)
  const above = referenced(context, form, channel)
  if (channel.root?.extra['locked'] === true) throw new DiscordError(403, 160005, 'Thread is locked')
  if (quirks['refusesArchived'] === true && channel.root && isArchived(context, channel.root)) throw archived()
  if (quirks['autoModerates'] === true) throw new DiscordError(400, 200000, 'Message was blocked by automatic moderation')
  if (quirks['slowmode'] === true)
    throw new DiscordError(429, 20016, 'This action cannot be performed due to slowmode rate limit', { headers: { 'retry-after': '5' } })
  const allowed = form['allowed_mentions'] as { parse?: string[]; replied_user?: boolean } | null | undefined
  const item = world.write({
    platform: 'discord',
    authorId: world.brand('discord').id,
    text,
    media: keepFiles(context, files),
    parentId: above?.id ?? channel.root?.id ?? null,
    extra: {
      bot: true,
      channel: channel.root?.id ?? channel.kind,
      ...(above ? { points: true } : {}),
      ...(allowed && !allowed.parse?.includes('users') ? { namesNobody: true } : {}),
      ...(allowed && allowed.replied_user !== true ? { pingsNobody: true } : {}),
    },
  })
  if (nonce !== undefined) nonces.set(nonce, { id: item.id, at: now })
  return answer(context, request, item, nonce, false)
}

function answer(context: Context, request: FastifyRequest, item: Item, nonce: string | undefined, repeated: boolean): JsonObject {
  note(context, request, { item, key: nonce ?? null, text: item.text, repeated })
  return { ...message(context, item), ...(nonce === undefined ? {} : { nonce }) }
}

function nonceOf(given: unknown): string | undefined {
  const nonce = textOf(given)
  if (nonce !== undefined && nonce.length > 25) throw invalidForm(['nonce'], 'BASE_TYPE_MAX_LENGTH', 'Must be 25 or fewer in length.')
  return nonce
}

/** At most 2,000; whether code points or UTF-16 units are counted is not documented, so the stricter way is the usual one. */
function wordsOf(context: Context, form: JsonObject, withFiles: boolean): string {
  const text = (textOf(form['content']) ?? '').trim()
  if (text === '' && !withFiles) throw new DiscordError(400, 50006, 'Cannot send an empty message')
  const length = context.faults.quirks['countsCodePoints'] === true ? [...text.matchAll(/./gsu)].length : text.length
  if (length > longest) throw invalidForm(['content'], 'BASE_TYPE_MAX_LENGTH', `Must be ${longest} or fewer in length.`)
  return fromWire(context.world, text)
}

/** What the message points at, in its own channel. Without it there, the message is refused, or stands alone if the caller prefers that. */
function referenced(context: Context, form: JsonObject, channel: Channel): Item | undefined {
  const reference = form['message_reference'] as JsonObject | null | undefined
  if (!reference) return undefined
  try {
    return messageBy(context, channel, textOf(reference['message_id']) ?? '')
  } catch {
    if (reference['fail_if_not_exists'] === false) return undefined
    throw invalidForm(['message_reference'], 'REPLIES_UNKNOWN_MESSAGE', 'Unknown message')
  }
}

/** `PATCH /channels/{id}/messages/{id}`: the bot's own words alone. Files stay, unless `attachments` names others. */
export function editMessage(context: Context, request: FastifyRequest, channel: Channel, id: string): JsonObject {
  const item = messageBy(context, channel, id)
  if (item.extra['bot'] !== true) throw new DiscordError(403, 50005, 'Cannot edit a message authored by another user')
  if (channel.root && isArchived(context, channel.root)) throw archived()
  const form = messageFields(request)
  const media = keptFiles(item, form)
  const text = form['content'] === undefined ? item.text : wordsOf(context, form, media.length > 0)
  if (text !== item.text || JSON.stringify(media) !== JSON.stringify(item.media)) context.world.edit(item, text, { media })
  note(context, request, { item, key: null, text, repeated: false })
  return message(context, item)
}

/** `DELETE /channels/{id}/messages/{id}`: anybody's, because the bot may manage messages. */
export function deleteMessage(context: Context, request: FastifyRequest, channel: Channel, id: string): void {
  const item = messageBy(context, channel, id)
  if (context.faults.quirks['botMayOnlyRead'] === true && item.extra['bot'] !== true) throw missingPermissions()
  context.world.remove(item)
  note(context, request, { item, key: null, text: null, repeated: false })
}

/** `PUT` and `DELETE .../reactions/{emoji}/@me`. */
export function react(
  context: Context,
  request: FastifyRequest,
  channel: Channel,
  params: { id: string; emoji: string; on: boolean },
): void {
  const item = messageBy(context, channel, params.id)
  const { world } = context
  if (context.faults.quirks['botMayOnlyRead'] === true) throw missingPermissions()
  // Emoji of servers are known by name and number; this server has none.
  if (!/^\p{Extended_Pictographic}/u.test(params.emoji)) throw new DiscordError(400, 10014, 'Unknown Emoji')
  const brandId = world.brand('discord').id
  if (params.on) {
    item.extra['reaction'] = params.emoji
    world.like(item, brandId)
  } else world.unlike(item, brandId)
  note(context, request, { item, key: null, text: null, repeated: false })
}

/** `PATCH /channels/{thread}`: put away and taken up again, locked or not. */
export function changeThread(context: Context, request: FastifyRequest, channel: Channel): JsonObject {
  const { root } = channel
  if (!root) throw missingPermissions()
  const form = bodyFields(request)
  const now = context.world.clock('discord')
  if (form['archived'] === true) root.extra['closedAt'] = now
  if (form['archived'] === false) Object.assign(root.extra, { openedAt: now, closedAt: 0 })
  if (typeof form['locked'] === 'boolean') root.extra['locked'] = form['locked']
  note(context, request, { item: root, key: null, text: null, repeated: false })
  return thread(context, root)
}

/** `GET .../reactions/{emoji}`: who reacted so, by id. */
export function reactors(context: Context, channel: Channel, id: string): string[] {
  return [...messageBy(context, channel, id).likes.keys()]
}

function archived(): DiscordError {
  return new DiscordError(400, 50083, 'Thread is archived')
}

function note(
  { world }: Context,
  request: FastifyRequest,
  { item, key, text, repeated }: { item: Item; key: string | null; text: string | null; repeated: boolean },
): void {
  const endpoint = (request.raw.url ?? '').replace(/^\/discord/, '').split('?')[0] ?? ''
  const inReplyTo = item.extra['points'] === true ? item.parentId : null
  world.journal.record({ platform: 'discord', method: request.method, endpoint, key, externalId: item.id, inReplyTo, text, repeated })
}
