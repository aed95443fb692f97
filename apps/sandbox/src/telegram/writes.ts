import type { FastifyRequest } from 'fastify'
import { textOf } from '../http/body.ts'
import type { Item, ItemMedia, JsonObject } from '../world/item.ts'
import { chatOf } from './chat.ts'
import type { Params } from './chat.ts'
import { TelegramError, badRequest } from './errors.ts'
import { takeFile } from './files.ts'
import type { Carried } from './files.ts'
import { groupMessageIdOf, inGroup, isPost } from './ids.ts'
import { channelPost, groupMessage } from './messages.ts'
import type { Telegram } from './routes.ts'

const longest = 4096
const longestCaption = 1024
/** Messages of a bot into one group a minute. */
const messagesAMinute = 20

/** `sendMessage`: into the group, below what it answers; into the channel it is a post. */
export function sendMessage(telegram: Telegram, params: Params, request: FastifyRequest): JsonObject {
  return send(telegram, params, request, { text: wordsOf(params), media: [] })
}

/** `sendPhoto` and its like: a file with a caption, or with none. */
export function sendFile(carried: Carried): typeof sendMessage {
  return (telegram, params, request) => {
    chatOf(telegram, params)
    const text = captionOf(params)
    return send(telegram, params, request, { text, media: takeFile(telegram, params, request, carried) })
  }
}

function send(
  telegram: Telegram,
  params: Params,
  request: FastifyRequest,
  { text, media }: { text: string; media: ItemMedia[] },
): JsonObject {
  const { world } = telegram
  const chat = chatOf(telegram, params)
  const authorId = world.brand('telegram').id
  if (chat === 'channel') {
    const post = world.write({ platform: 'telegram', authorId, text, media })
    note(telegram, request, { id: post.id, text, inReplyTo: null })
    return channelPost(telegram, post)
  }
  const parent = parentOf(telegram, params)
  const use = telegram.windows.use('group', messagesAMinute, 60)
  const seconds = Math.max(1, Math.ceil((use.resetAt - world.clock('telegram')) / 1000))
  if (use.over) throw new TelegramError(429, `Too Many Requests: retry after ${seconds}`, { retry_after: seconds })
  const item = world.write({ platform: 'telegram', authorId, text, media, parentId: parent?.id ?? null, extra: { bot: true } })
  note(telegram, request, { id: item.id, text, inReplyTo: parent?.id ?? null })
  return groupMessage(telegram, item)
}

function parentOf(telegram: Telegram, params: Params): Item | undefined {
  const given = params['reply_parameters']
  const reply = typeof given === 'object' && given !== null ? (given as JsonObject) : { message_id: params['reply_to_message_id'] }
  const number = textOf(reply['message_id'])
  if (number === undefined) return undefined
  const found = inGroup(telegram, Number(number))
  if (!found && textOf(reply['allow_sending_without_reply']) !== 'true') throw badRequest('message to be replied not found')
  return found
}

/** The words after their markup: at most 4096 UTF-16 units, at least one that can be seen. */
function wordsOf(params: Params): string {
  const text = withoutMarkup(params, 'text')
  if (text === '') throw badRequest('message text is empty')
  if (text.length > longest) throw badRequest('message is too long')
  return text
}

/** The words below a file: at most 1024 UTF-16 units, or none. */
function captionOf(params: Params): string {
  const text = withoutMarkup(params, 'caption')
  if (text.length > longestCaption) throw badRequest('message caption is too long')
  return text
}

function withoutMarkup(params: Params, name: string): string {
  const given = textOf(params[name]) ?? ''
  const mode = (textOf(params['parse_mode']) ?? '').toLowerCase()
  return (mode === 'html' ? withoutTags(given) : given).trim()
}

const knownTags = /^\/?(b|strong|i|em|u|ins|s|strike|del|a|code|pre|blockquote|tg-spoiler|tg-emoji|span)$/i

function withoutTags(html: string): string {
  const text = html.replaceAll(/<([^>\s]*)[^>]*>/g, (_, tag: string, at: number) => {
    if (!knownTags.test(tag)) throw badRequest(`can't parse entities: Unsupported start tag "${tag}" at byte offset ${at}`)
    return ''
  })
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&')
}

/** `editMessageText`: of the bot's own messages; the same words again are refused. */
export function editMessageText(telegram: Telegram, params: Params, request: FastifyRequest): JsonObject {
  return edit(telegram, params, request, false)
}

/** `editMessageCaption`: the words below a file of the bot's own. */
export function editMessageCaption(telegram: Telegram, params: Params, request: FastifyRequest): JsonObject {
  return edit(telegram, params, request, true)
}

function edit(telegram: Telegram, params: Params, request: FastifyRequest, caption: boolean): JsonObject {
  const item = messageIn(telegram, params, 'message to edit not found')
  if (item.extra['bot'] !== true) throw badRequest("message can't be edited")
  const carries = item.media.length > 0
  if (carries !== caption) throw badRequest(`there is no ${caption ? 'caption' : 'text'} in the message to edit`)
  const text = caption ? captionOf(params) : wordsOf(params)
  if (text === item.text) {
    const words = 'specified new message content and reply markup are exactly the same as a current content and reply markup of the message'
    throw badRequest(`message is not modified: ${words}`)
  }
  telegram.world.edit(item, text)
  note(telegram, request, { id: item.id, text, inReplyTo: null })
  return groupMessage(telegram, item)
}

/** `deleteMessage`: anybody's, because the bot is an admin with that right. */
export function deleteMessage(telegram: Telegram, params: Params, request: FastifyRequest): true {
  const item = messageIn(telegram, params, 'message to delete not found')
  telegram.world.remove(item)
  note(telegram, request, { id: item.id, text: item.text, inReplyTo: null })
  return true
}

/** `setMessageReaction`: one reaction of the bot, or none; setting it again changes nothing. */
export function setMessageReaction(telegram: Telegram, params: Params, request: FastifyRequest): true {
  const item = messageIn(telegram, params, 'message to react not found')
  const reaction = params['reaction']
  if (Array.isArray(reaction) && reaction.length > 1) throw badRequest('REACTIONS_TOO_MANY')
  const brandId = telegram.world.brand('telegram').id
  if (Array.isArray(reaction) && reaction.length === 1) telegram.world.like(item, brandId)
  else telegram.world.unlike(item, brandId)
  note(telegram, request, { id: item.id, text: null, inReplyTo: null })
  return true
}

function messageIn(telegram: Telegram, params: Params, otherwise: string): Item {
  const number = Number(textOf(params['message_id']) ?? Number.NaN)
  const inChannel = chatOf(telegram, params) === 'channel'
  const item = inChannel
    ? [...telegram.world.items.telegram.values()].find(
        (each) => isPost(each) && each.deletedAt === null && each.extra['messageId'] === number,
      )
    : inGroup(telegram, number)
  if (!item || (!inChannel && groupMessageIdOf(item) !== number)) throw badRequest(otherwise)
  return item
}

function note(telegram: Telegram, request: FastifyRequest, wrote: { id: string; text: string | null; inReplyTo: string | null }): void {
  // The token is in the address; the ledger need not know it.
  const endpoint = (request.raw.url ?? '').replace(/^.*\/bot[^/]+/, '').split('?')[0] ?? ''
  const { id: externalId, text, inReplyTo } = wrote
  telegram.world.journal.record({ platform: 'telegram', method: request.method, endpoint, key: null, externalId, inReplyTo, text })
}
