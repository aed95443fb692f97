import { createHash } from 'node:crypto'
import { PlatformError } from '../error.ts'
import { idOf, instantOf, listOf, recordOf, textOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { FindInput, FindResult, Io, ReplyInput, ReplySent } from '../platform.ts'
import { sameText } from '../same-text.ts'
import { callApi } from './api.ts'
import { carries, filesOf } from './files.ts'
import { readMessage } from './message.ts'
import { messagePath } from './poll.ts'
import { isNewer, isSnowflake, snowflakeAt } from './snowflake.ts'

/** Nobody is pinged but the one who is answered. */
const allowedMentions = { parse: [], replied_user: true }
const thumb = encodeURIComponent('👍')

/**
 * Answers below the message, which must still be there. `nonce` is our key: for some minutes Discord gives back the same message for it instead of writing
 * another ("Create Message", `enforce_nonce`); after that `find` looks.
 */
export async function reply(io: Io, { target, text, key, media }: ReplyInput): Promise<ReplySent> {
  const channel = channelOf(target.ref)
  const { body: attached, files } = await filesOf(media)
  const body = {
    ...attached,
    content: text,
    message_reference: { message_id: target.externalId, channel_id: channel, fail_if_not_exists: true },
    allowed_mentions: allowedMentions,
    nonce: createHash('sha256').update(key).digest('base64url').slice(0, 25),
    enforce_nonce: true,
  }
  const { json } = await callApi(io, { method: 'POST', path: `/channels/${encodeURIComponent(channel)}/messages`, body, files })
  return sentReply(io, recordOf(json), target)
}

function channelOf(ref: Record<string, string>): string {
  if (!ref.channel) throw new PlatformError('rejected', 'It is not known in which channel this stands', { notSent: true })
  return ref.channel
}

type Target = Pick<ReplyInput['target'], 'externalId' | 'postExternalId' | 'ref'>

function sentReply(io: Io, message: JsonRecord, target: Target | null): ReplySent {
  const externalId = idOf(message.id)
  if (externalId === null) throw new PlatformError('unavailable', 'Discord took the message and did not name it')
  const guildId = io.settings.guildId ?? ''
  const channel = idOf(message.channel_id) ?? target?.ref.channel ?? ''
  const isThread = target?.postExternalId === channel
  const given = { ...message, channel_id: channel, author: { ...recordOf(message.author), id: io.self.accountId } }
  const fact = readMessage(given, { self: io.self, receivedAt: io.now().toISOString(), guildId, isThread })
  const facts =
    fact !== null && fact !== 'ignored' && fact.fact === 'message'
      ? [{ ...fact, ...(target && { parentExternalId: target.externalId }) }]
      : []
  return { externalId, url: `https://discord.com/channels/${guildId}/${channel}/${externalId}`, facts }
}

const maxPages = 5
const slackMs = 60_000

/** Looks through what came after the target for a message of the bot with the same words and files that refers to it. Not seen is `unsure`. */
export async function find(io: Io, { target, text, media, since }: FindInput): Promise<FindResult> {
  const channel = channelOf(target.ref)
  const started = snowflakeAt(new Date(Date.parse(since) - slackMs))
  let after = isSnowflake(target.externalId) && isNewer(target.externalId, started) ? target.externalId : started
  for (let page = 0; page < maxPages; page += 1) {
    const path = `/channels/${encodeURIComponent(channel)}/messages`
    const { json } = await callApi(io, { path, params: { after, limit: '100' } })
    if (!Array.isArray(json)) throw new PlatformError('unavailable', 'Discord did not list the messages')
    const messages = listOf(json).map(recordOf)
    const landed = messages.find(
      (message) =>
        idOf(recordOf(message.author).id) === io.self.accountId &&
        idOf(recordOf(message.message_reference).message_id) === target.externalId &&
        instantOf(message.timestamp) !== null &&
        sameText(textOf(message.content), text) &&
        carries(message, { text, media }),
    )
    if (landed) return { found: 'landed', sent: sentReply(io, landed, target) }
    const newest = messages
      .flatMap((each) => idOf(each.id) ?? [])
      .filter(isSnowflake)
      .reduce((a, b) => (isNewer(b, a) ? b : a), after)
    if (newest === after) break
    after = newest
  }
  return { found: 'unsure' }
}

type Message = { externalId: string; ref: Record<string, string> }

/** A thumbs-up of the bot, or none. */
export async function like(io: Io, { externalId, ref, liked }: Message & { liked: boolean }): Promise<void> {
  const path = `${messagePath(channelOf(ref), externalId)}/reactions/${thumb}/@me`
  await callApi(io, { method: liked ? 'PUT' : 'DELETE', path })
}

/** The bot's own, and others' where it may manage messages. */
export async function remove(io: Io, { externalId, ref }: Message): Promise<void> {
  await callApi(io, { method: 'DELETE', path: messagePath(channelOf(ref), externalId) }).catch((error: unknown) => {
    if (!(error instanceof PlatformError) || error.kind !== 'gone') throw error
  })
}

/** Other words for a message of the bot; its files stay, because nothing is said of them. */
export async function editReply(io: Io, { externalId, ref, text }: Message & { text: string }): Promise<ReplySent> {
  const body = { content: text, allowed_mentions: allowedMentions }
  const { json } = await callApi(io, { method: 'PATCH', path: messagePath(channelOf(ref), externalId), body })
  return sentReply(io, recordOf(json), null)
}
