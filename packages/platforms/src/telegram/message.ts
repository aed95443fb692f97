import { createHash } from 'node:crypto'
import type { Author, Fact } from '@answerback/core/facts'
import { messageFact, postFact } from '../fact.ts'
import { idOf, instantOf, listOf, nameOf, recordOf, textOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { Self } from '../platform.ts'

/** Whoever writes for a group without a name of their own, and Telegram itself. */
const placeholders = new Set(['1087968824', '136817688', '777000'])
/** What a message may hold in place of words. */
const contents = [
  'photo',
  'video',
  'animation',
  'audio',
  'voice',
  'video_note',
  'document',
  'sticker',
  'poll',
  'location',
  'venue',
  'contact',
  'dice',
  'story',
  'paid_media',
  'game',
  'checklist',
]

/** A message's id with its chat's, since messages are numbered in their chat. */
export function messageId(message: JsonRecord): string | null {
  const chat = idOf(recordOf(message.chat).id)
  const id = idOf(message.message_id)
  return chat === null || id === null ? null : `${chat}:${id}`
}

/** Words, or what there is in their place; null for what is no message of anybody (somebody came, a picture of the group was changed). */
export function wordsOf(message: JsonRecord): string | null {
  const words = nameOf(message.text) ?? nameOf(message.caption)
  if (words !== null) return words
  const content = contents.find((each) => message[each] !== undefined && message[each] !== null)
  if (content === undefined) return null
  return nameOf(recordOf(message[content]).emoji) ?? `[${content.replace('_', ' ')}]`
}

/** Edits within one second have one time: the words are part of the version. */
export function versionOf(message: JsonRecord, text: string): string {
  return `${idOf(message.edit_date) ?? '0'}.${createHash('sha256').update(text).digest('base64url').slice(0, 12)}`
}

/** A post of the channel as the group has it: forwarded there by itself, the head of its comments. */
export function readForward(message: JsonRecord, self: Self): Fact | null {
  const origin = recordOf(message.forward_origin)
  const chat = idOf(recordOf(origin.chat).id) ?? idOf(recordOf(message.sender_chat).id)
  const id = idOf(origin.message_id)
  if (message.is_automatic_forward !== true || chat === null || id === null) return null
  return readPost(
    { ...message, chat: { ...recordOf(message.sender_chat), ...recordOf(origin.chat) }, message_id: id, date: origin.date ?? message.date },
    self,
  )
}

/** A post of a channel. */
export function readPost(message: JsonRecord, self: Self): Fact | null {
  const externalId = messageId(message)
  const platformAt = instantOf(message.date)
  const chat = recordOf(message.chat)
  const id = idOf(chat.id)
  if (externalId === null || id === null || platformAt === null) return null
  const { channel, channelName } = self.settings ?? {}
  const ours = id === channel || id === self.accountId || self.ownedIds.includes(id)
  const name = nameOf(chat.username) ?? (id === channel ? (channelName ?? null) : null)
  return postFact({ externalId, ours, text: wordsOf(message) ?? '', url: linkTo(externalId, name), platformAt })
}

/** A message in the group, or one to the bot, as facts; 'ignored' when it concerns nobody here. */
export function readMessage(message: JsonRecord, self: Self, receivedAt: string): Fact[] | 'ignored' | null {
  const externalId = messageId(message)
  const chat = recordOf(message.chat)
  const chatId = idOf(chat.id)
  if (externalId === null || chatId === null) return null
  const { group, groupName, channelName } = self.settings ?? {}
  const direct = chat.type === 'private'
  if (!direct && group !== undefined && chatId !== group) return 'ignored'
  if (message.is_automatic_forward === true) {
    const post = readForward(message, self)
    return post === null ? null : [post]
  }
  const text = wordsOf(message)
  if (text === null) return 'ignored'
  const ours = isOurs(message, self)
  const above = replyTo(message)
  const post = above === null ? null : readForward(above, self)
  const aboveId = above === null ? null : (post?.externalId ?? messageId({ chat, ...above }))
  const mentionsUs = names(message, text, self)
  const kind = direct ? 'direct' : post !== null ? 'comment' : aboveId !== null ? 'reply' : mentionsUs ? 'mention' : null
  if (kind === null) return 'ignored'
  const parentExternalId = aboveId === externalId ? null : aboveId
  const editedAt = instantOf(message.edit_date)
  const fact = messageFact({
    externalId,
    kind,
    ours,
    author: authorOf(message),
    private: direct,
    parentExternalId,
    postExternalId: post?.externalId ?? null,
    mentionsUs: mentionsUs && !ours,
    text,
    language: nameOf(recordOf(message.from).language_code),
    url:
      post && channelName ? commentLink(post.externalId, channelName, externalId) : direct ? null : linkTo(externalId, groupName ?? null),
    platformAt: instantOf(message.date) ?? receivedAt,
    editedAt,
    version: versionOf(message, text),
  })
  return post === null ? [fact] : [post, fact]
}

/** Ours: the bot, the group or its channel speaking as themselves, or somebody who speaks for them. */
export function isOurs(message: JsonRecord, self: Self): boolean {
  const { group, channel, bot, staff = '' } = self.settings ?? {}
  const sender = idOf(recordOf(message.sender_chat).id)
  if (sender !== null) return sender === group || sender === channel || sender === self.accountId || self.ownedIds.includes(sender)
  const from = idOf(recordOf(message.from).id)
  return from !== null && (from === bot || staff.split(',').includes(from))
}

/** Whether the user or chat of an update is one of ours. */
export function isOurActor(update: JsonRecord, self: Self): boolean {
  return isOurs({ from: update.user, sender_chat: update.actor_chat }, self)
}

/** Where a message stands for everybody: by the chat's name, or for its members by number. */
export function linkTo(externalId: string, name: string | null): string | null {
  const [chat = '', id = ''] = externalId.split(':')
  if (!/^\d+$/.test(id)) return null
  if (name !== null) return `https://t.me/${encodeURIComponent(name.toWellFormed())}/${id}`
  return /^-100\d+$/.test(chat) ? `https://t.me/c/${chat.slice('-100'.length)}/${id}` : null
}

/** A comment below its post. */
export function commentLink(postId: string, channelName: string, externalId: string): string | null {
  const link = linkTo(postId, channelName)
  return link === null ? null : `${link}?comment=${encodeURIComponent(externalId.split(':')[1] ?? '')}`
}

/** What a message answers. In a group with topics every message "answers" the one that opened its topic: that is no answer. */
function replyTo(message: JsonRecord): JsonRecord | null {
  const above = recordOf(message.reply_to_message)
  if (idOf(above.message_id) === null) return null
  return above.forum_topic_created === undefined ? above : null
}

function authorOf(message: JsonRecord): Author | null {
  const chat = recordOf(message.sender_chat)
  const from = recordOf(message.from)
  const isChat = idOf(chat.id) !== null
  const id = idOf(isChat ? chat.id : from.id)
  if (id === null || (!isChat && placeholders.has(id))) return null
  const who = isChat ? chat : from
  const handle = nameOf(who.username)
  const name = isChat ? textOf(chat.title) : [textOf(from.first_name), textOf(from.last_name)].filter(Boolean).join(' ')
  const url = handle === null ? null : `https://t.me/${encodeURIComponent(handle.toWellFormed())}`
  return { externalId: id, handle, name: name === '' ? handle : name, avatarUrl: null, url }
}

/** It names the bot, the group or the channel, or tags the bot without a name. */
function names(message: JsonRecord, text: string, self: Self): boolean {
  const { bot, botName, groupName, channelName } = self.settings ?? {}
  const lower = text.toLowerCase()
  for (const name of [botName, groupName, channelName, self.handle]) {
    if (name === undefined || !/^\w+$/.test(name)) continue
    if (new RegExp(`(?<![\\w@/])@${name.toLowerCase()}(?!\\w)`).test(lower)) return true
  }
  const entities = [...listOf(message.entities), ...listOf(message.caption_entities)].map(recordOf)
  return bot !== undefined && entities.some((each) => each.type === 'text_mention' && idOf(recordOf(each.user).id) === bot)
}
