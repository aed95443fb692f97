import type { Context } from '../context.ts'
import type { Account, Item, JsonObject } from '../world/item.ts'
import { filesOf } from './files.ts'
import { groupMessageIdOf, isPost } from './ids.ts'

/** Placeholders that stand as senders where a chat speaks. */
const anonymousAdmin = { id: 1_087_968_824, is_bot: true, first_name: 'Group', username: 'GroupAnonymousBot' }
const channelBot = { id: 136_817_688, is_bot: true, first_name: 'Channel', username: 'Channel_Bot' }
const telegram = { id: 777_000, is_bot: false, first_name: 'Telegram' }

export const channelName = 'fieldnote'
export const groupName = 'fieldnote_chat'

/** The channel as a chat. */
export function channelChat({ secrets }: Context): JsonObject {
  return { id: Number(secrets.telegram.channelId), type: 'channel', title: 'Fieldnote', username: channelName }
}

/** The group that is linked to it. */
export function groupChat({ secrets }: Context): JsonObject {
  return { id: Number(secrets.telegram.groupId), type: 'supergroup', title: 'Fieldnote chat', username: groupName }
}

/** The bot as a user. */
export function botUser(context: Context): JsonObject {
  const { botId, botName } = context.secrets.telegram
  return { id: Number(botId), is_bot: true, first_name: 'Fieldnote', username: botName }
}

/** A person as a user: not everybody has a last name or a user name. */
export function userOf(account: Account, lang = 'en'): JsonObject {
  const [first, ...rest] = account.name.split(' ')
  return {
    id: Number(account.id),
    is_bot: false,
    first_name: first,
    ...(rest.length > 0 ? { last_name: rest.join(' ') } : {}),
    ...(Number(account.id) % 4 === 0 ? {} : { username: account.handle }),
    language_code: lang,
  }
}

/** A post as it stands in the channel. */
export function channelPost(context: Context, item: Item): JsonObject {
  return {
    message_id: Number(item.extra['messageId']),
    sender_chat: channelChat(context),
    chat: channelChat(context),
    date: dateOf(item),
    ...contentOf(context, item),
  }
}

/** The same post as it was forwarded into the group. */
export function forwardedPost(context: Context, item: Item): JsonObject {
  return {
    message_id: groupMessageIdOf(item),
    from: telegram,
    sender_chat: channelChat(context),
    chat: groupChat(context),
    date: dateOf(item),
    forward_origin: { type: 'channel', chat: channelChat(context), message_id: Number(item.extra['messageId']), date: dateOf(item) },
    is_automatic_forward: true,
    ...contentOf(context, item),
  }
}

/** A message in the group, with what it answers one level deep. */
export function groupMessage(context: Context, item: Item): JsonObject {
  const { world } = context
  const above = item.parentId === null ? undefined : world.items.telegram.get(item.parentId)
  const root = world.items.telegram.get(item.rootId)
  return {
    ...bare(context, item),
    ...(above && root ? { message_thread_id: groupMessageIdOf(root) } : {}),
    ...(above && above.deletedAt === null
      ? { reply_to_message: isPost(above) ? forwardedPost(context, above) : bare(context, above) }
      : {}),
  }
}

function bare(context: Context, item: Item): JsonObject {
  return {
    message_id: groupMessageIdOf(item),
    ...senderOf(context, item),
    chat: groupChat(context),
    date: dateOf(item),
    ...contentOf(context, item),
  }
}

/** The brand speaks by its bot, as the channel, or, with a quirk, as an admin who hides behind the group. */
function senderOf(context: Context, item: Item): JsonObject {
  const author = context.world.author(item)
  if (!author.isBrand) return { from: userOf(author, item.lang) }
  if (item.extra['bot'] === true) return { from: botUser(context) }
  if (context.faults.quirks['staffHidesBehindGroup'] === true) return { from: anonymousAdmin, sender_chat: groupChat(context) }
  return { from: channelBot, sender_chat: channelChat(context) }
}

/** The words, or a file with its caption. */
function contentOf(context: Context, item: Item): JsonObject {
  const entities = entitiesOf(item.text)
  const files = filesOf(context, item)
  const named = entities.length > 0 ? entities : undefined
  const words = item.media.length === 0 ? { text: item.text, ...(named && { entities: named }) } : {}
  const caption = item.media.length > 0 && item.text !== '' ? { caption: item.text, ...(named && { caption_entities: named }) } : {}
  return {
    ...files,
    ...words,
    ...caption,
    ...(item.editedAt === null ? {} : { edit_date: Math.floor(item.editedAt / 1000) }),
  }
}

/** Mentions and links by their places in UTF-16 units. */
function entitiesOf(text: string): JsonObject[] {
  return [...text.matchAll(/@[A-Za-z]\w{3,31}|https?:\/\/[^\s<>"]+/g)].map((match) => ({
    type: match[0].startsWith('@') ? 'mention' : 'url',
    offset: match.index,
    length: match[0].length,
  }))
}

function dateOf(item: Item): number {
  return Math.floor(item.createdAt / 1000)
}
