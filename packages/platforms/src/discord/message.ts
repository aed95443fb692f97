import { createHash } from 'node:crypto'
import type { Author, Fact, Media } from '@answerback/core/facts'
import { messageFact, postFact } from '../fact.ts'
import { idOf, instantOf, linkOf, listOf, nameOf, recordOf, textOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { Self } from '../platform.ts'

export type Place = { self: Self; receivedAt: string; guildId: string; isThread: boolean }

/** Default and reply; all other types are the platform's own notices (Discord, "Message Types"). */
const spoken = new Set([0, 19])

/**
 * A message as a fact; null for one without an id, 'ignored' for notices and for other bots. In a thread what refers to nothing stands below the thread's first message, whose id is the
 * thread's. What the brand says by itself is a post.
 */
export function readMessage(message: JsonRecord, place: Place): Fact | 'ignored' | null {
  const { self, receivedAt, guildId, isThread } = place
  const id = idOf(message.id)
  const channel = idOf(message.channel_id)
  if (id === null || channel === null) return null
  if (!spoken.has(typeof message.type === 'number' ? message.type : 0)) return 'ignored'
  const person = recordOf(message.author)
  const authorId = idOf(person.id)
  const ours = authorId !== null && isOurs(authorId, self)
  if (!ours && (person.bot === true || idOf(message.webhook_id) !== null)) return 'ignored'
  const text = plain(textOf(message.content), message.mentions)
  const url = `https://discord.com/channels/${guildId || '@me'}/${channel}/${id}`
  const media = mediaOf(message.attachments)
  const platformAt = instantOf(message.timestamp) ?? receivedAt
  const ref = { channel, guild: guildId }
  const author = authorId === null ? null : authorOf(person, authorId, recordOf(message.member))
  const above = idOf(recordOf(message.message_reference).message_id)
  const isStarter = isThread && id === channel
  if (ours && above === null && (isStarter || !isThread))
    return postFact({ externalId: id, ours: true, author, text, url, media, platformAt, ref })
  const parent = above === id ? null : (above ?? (isThread && !isStarter ? channel : null))
  const referred = recordOf(message.referenced_message)
  const onPost = parent !== null && (isThread ? parent === channel : isOwnPost(referred, self))
  const names = listOf(message.mentions).some((each) => idOf(recordOf(each).id) === self.accountId)
  return messageFact({
    externalId: id,
    kind: parent === null ? (names ? 'mention' : 'comment') : onPost ? 'comment' : 'reply',
    ours,
    author,
    parentExternalId: parent,
    postExternalId: isThread && !isStarter ? channel : onPost ? parent : null,
    mentionsUs: names,
    text,
    url,
    media,
    platformAt,
    editedAt: instantOf(message.edited_timestamp),
    version: versionOf(textOf(message.content), media),
    ref,
  })
}

/** The bot, another account of ours, or one of the staff who answer by hand. */
function isOurs(authorId: string, { accountId, ownedIds, settings }: Self): boolean {
  return authorId === accountId || ownedIds.includes(authorId) || (settings?.staffIds ?? '').split(' ').includes(authorId)
}

function isOwnPost(message: JsonRecord, self: Self): boolean {
  const author = idOf(recordOf(message.author).id)
  return author !== null && isOurs(author, self) && idOf(recordOf(message.message_reference).message_id) === null
}

function authorOf(person: JsonRecord, id: string, member: JsonRecord): Author {
  const handle = nameOf(person.username)
  const picture = nameOf(person.avatar)
  return {
    externalId: id,
    handle,
    name: nameOf(member.nick) ?? nameOf(person.global_name) ?? handle,
    avatarUrl:
      picture === null
        ? null
        : linkOf(`https://cdn.discordapp.com/avatars/${encodeURIComponent(id)}/${encodeURIComponent(picture)}.webp?size=64`),
    url: null,
  }
}

/** Mentions as names; custom emoji as `:name:`. */
function plain(content: string, mentions: unknown): string {
  const names = new Map(listOf(mentions).map((each) => [idOf(recordOf(each).id), nameOf(recordOf(each).username)]))
  return content
    .replace(/<@!?(\d{1,20})>/g, (whole, id: string) => (names.get(id) ? `@${names.get(id)}` : whole))
    .replace(/<a?(:\w{1,40}:)\d{1,20}>/g, '$1')
}

function mediaOf(attachments: unknown): Media[] {
  return listOf(attachments).flatMap((each) => {
    const { url, content_type: type, description } = recordOf(each)
    const link = linkOf(url)
    const kind = /^(image|video|audio)\//.exec(textOf(type))?.[1] as 'image' | 'video' | 'audio' | undefined
    return link === null ? [] : [{ kind: kind ?? 'other', url: link, alt: nameOf(description), previewUrl: null }]
  })
}

/** Addresses of attachments are signed anew each time: only their path counts. */
function versionOf(content: string, media: Media[]): string {
  const said = JSON.stringify([content, media.map(({ url }) => url.split('?')[0])])
  return createHash('sha256').update(said).digest('base64url').slice(0, 22)
}
