import type { MessageFact } from '@answerback/core/facts'
import { PlatformError } from '../error.ts'
import { messageFact } from '../fact.ts'
import { instantOf, recordOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { FindResult, Io, ReplyInput, ReplySent } from '../platform.ts'
import { callApi, refusalOf } from './api.ts'
import type { ApiCall } from './api.ts'
import { messageCall } from './carried.ts'
import { commentLink, linkTo, messageId, versionOf, wordsOf } from './message.ts'

type Place = { chat_id: number; message_id: number }

/** Answers in the thread of what it answers, as plain text, with a file if there is one. A group that has become a supergroup has another number, which the refusal names. */
export async function reply(io: Io, input: ReplyInput): Promise<ReplySent> {
  const { target } = input
  const { chat_id, message_id } = placeOf(target.externalId)
  const call = await messageCall(input.text, input.media)
  const send = (chat: number): Promise<JsonRecord> =>
    callApi(io, {
      ...call,
      write: true,
      params: { chat_id: chat, ...call.params, reply_parameters: { message_id, allow_sending_without_reply: false } },
    }).then(({ result }) => recordOf(result))
  const sent = await send(chat_id).catch((error: unknown) => {
    const moved = refusalOf(error)?.migratedTo
    if (moved === null || moved === undefined) throw error
    return send(Number(moved))
  })
  const externalId = messageId(sent)
  if (externalId === null) throw new PlatformError('unavailable', 'Telegram took the reply and did not name it')
  const { channelName, groupName } = io.self.settings ?? io.settings
  const below = target.postExternalId !== null && target.parentExternalId === target.postExternalId
  const url =
    below && channelName
      ? commentLink(target.postExternalId!, channelName, externalId)
      : target.private
        ? null
        : linkTo(externalId, groupName ?? null)
  const fact = ownFact(io, sent, input.text, {
    externalId,
    kind: target.private ? 'direct' : 'reply',
    private: target.private,
    parentExternalId: target.externalId,
    postExternalId: target.postExternalId,
    url,
  })
  return { externalId, url, facts: [fact] }
}

function ownFact(
  io: Io,
  sent: JsonRecord,
  text: string,
  known: Pick<MessageFact, 'externalId' | 'kind'> & Partial<MessageFact>,
): MessageFact {
  const { botName, bot = '' } = io.self.settings ?? io.settings
  const words = wordsOf(sent) ?? text
  const hasFile = carriesFile(sent) || known.ref?.file === 'yes'
  return messageFact({
    ours: true,
    author: { externalId: bot || io.self.accountId, handle: botName ?? null, name: botName ?? io.self.handle, avatarUrl: null, url: null },
    text: words,
    platformAt: instantOf(sent.date) ?? io.now().toISOString(),
    editedAt: instantOf(sent.edit_date),
    version: versionOf(sent, words),
    ...known,
    ref: {
      ...(known.parentExternalId && { above: known.parentExternalId }),
      ...(known.postExternalId && { post: known.postExternalId }),
      ...(known.private && { direct: 'yes' }),
      ...(hasFile && { file: 'yes' }),
    },
  })
}

/** Its words are a caption then, which is edited by another call. */
function carriesFile(message: JsonRecord): boolean {
  return ['photo', 'video', 'animation', 'document'].some((kind) => message[kind] !== undefined)
}

/** Bots cannot look at what was said, not even by themselves. Only the way there is tried. */
export async function find(io: Io): Promise<FindResult> {
  await callApi(io, { method: 'getMe' })
  return { found: 'unsure' }
}

/** A thumb, which is the bot's one reaction; setting the same again changes nothing. */
export async function like(io: Io, { externalId, liked }: { externalId: string; liked: boolean }): Promise<void> {
  const reaction = liked ? [{ type: 'emoji', emoji: '👍' }] : []
  await callApi(io, { method: 'setMessageReaction', write: true, params: { ...placeOf(externalId), reaction } })
}

/** Deletes a message, ours or, as an administrator may, anybody's. */
export async function remove(io: Io, { externalId }: { externalId: string }): Promise<void> {
  try {
    await callApi(io, { method: 'deleteMessage', write: true, params: placeOf(externalId) })
  } catch (error) {
    if (!(error instanceof PlatformError) || error.kind !== 'gone') throw error
  }
}

/** Other words for a message of the bot. The same words again are no error. */
export async function editReply(io: Io, input: { externalId: string; ref: Record<string, string>; text: string }): Promise<ReplySent> {
  const { externalId, ref, text } = input
  const place = placeOf(externalId)
  const call: ApiCall =
    ref.file === 'yes'
      ? { method: 'editMessageCaption', params: { ...place, caption: text } }
      : { method: 'editMessageText', params: { ...place, text, link_preview_options: { is_disabled: true } } }
  const edited = await callApi(io, { ...call, write: true }).then(
    ({ result }) => recordOf(result),
    (error: unknown) => {
      if (!/message is not modified/i.test(refusalOf(error)?.description ?? '')) throw error
      return { edit_date: Math.floor(io.now().getTime() / 1000) } satisfies JsonRecord
    },
  )
  const fact = ownFact(io, edited, text, {
    externalId,
    kind: ref.direct === 'yes' ? 'direct' : 'reply',
    private: ref.direct === 'yes',
    parentExternalId: ref.above ?? null,
    postExternalId: ref.post ?? null,
    ref,
  })
  return { externalId, url: null, facts: [fact] }
}

/** The chat and the number in it. */
function placeOf(externalId: string): Place {
  const [, chat = '', id = ''] = /^(-?\d{1,15}):(\d{1,15})$/.exec(externalId) ?? []
  if (id === '') throw new PlatformError('rejected', `"${externalId.slice(0, 60)}" is no message of Telegram`, { notSent: true })
  return { chat_id: Number(chat), message_id: Number(id) }
}
