import { createHash } from 'node:crypto'
import type { Author, Fact, Media, MessageFact, MessageKind } from '@answerback/core/facts'
import { messageFact, postFact } from '../fact.ts'
import { idOf, instantOf, linkOf, listOf, nameOf, parseJson, recordOf, textOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import { plainText } from '../plain-text.ts'
import type { Normalized, RawDelivery, Self } from '../platform.ts'
import { sourceOf, wholeId } from './source.ts'
import { eventsOf } from './webhook.ts'

/** One body of the source as facts. Ids are the source's own, with its name before them: two sources may count alike. */
export function normalize(delivery: RawDelivery, self: Self): Normalized {
  const result: Normalized = { facts: [], unknown: [], ignored: 0 }
  const refuse = (index: number, reason: string): void => void result.unknown.push({ index, reason })
  const body = delivery.kind === 'webhook' ? recordOf(parseJson(delivery.body)) : {}
  if (delivery.kind !== 'webhook') refuse(-1, `unknown kind "${delivery.kind}"`)
  else if (typeof body.type !== 'string') refuse(-1, 'the body has no "type"')
  else
    eventsOf(body).forEach((each, index) => {
      const event = recordOf(each)
      const read = readers[textOf(event.type)]
      if (typeof event.type !== 'string') return refuse(index, 'an event without a "type"')
      if (known.has(event.type)) return void (result.ignored += 1)
      if (!read) return refuse(index, `unknown type "${event.type.slice(0, 100)}"`)
      const facts = read(recordOf(event.data), { at: instantOf(event.timestamp), receivedAt: delivery.receivedAt, source: sourceOf(self) })
      if (typeof facts === 'string') refuse(index, `${event.type}: ${facts}`)
      else result.facts.push(...facts)
    })
  return result
}

type Told = { at: string | null; receivedAt: string; source: string }
/** Facts, or what is wrong with it. */
type Read = (data: JsonRecord, told: Told) => Fact[] | string

/** Counts of likes and views: who they are of is not said, and our books have no place for them. A ping says that somebody is there. */
const known = new Set(['comment.reacted', 'post.metrics', 'source.ping'])

const readers: Partial<Record<string, Read>> = {
  'comment.created': readMessage,
  'comment.updated': readMessage,
  'reply.created': readMessage,
  'comment.deleted': readRemoval,
  'post.published': (data, told) => readPost(data, told, true) ?? 'no id',
}

const maxIdLength = 256

function ownId(value: unknown): string | null {
  const id = idOf(value)
  return id !== null && id.length <= maxIdLength ? id : null
}

function readRemoval(data: JsonRecord, { at, source }: Told): Fact[] | string {
  const id = ownId(data.id)
  if (id === null) return 'no id'
  return [{ fact: 'removal', externalId: wholeId(source, id), by: 'unknown', platformAt: instantOf(data.deleted_at) ?? at }]
}

function readPost(post: JsonRecord, { at, receivedAt, source }: Told, ours: boolean): Fact[] | null {
  const id = ownId(post.id)
  if (id === null) return null
  return [
    postFact({
      externalId: wholeId(source, id),
      ours,
      text: nameOf(post.text) ?? nameOf(post.title) ?? '',
      url: linkOf(post.url),
      media: mediaOf(post.attachments),
      platformAt: instantOf(post.published_at) ?? instantOf(post.created_at) ?? at ?? receivedAt,
      ref: { id },
    }),
  ]
}

function readMessage(data: JsonRecord, told: Told): Fact[] | string {
  const { at, receivedAt, source } = told
  const post = recordOf(data.post)
  const id = ownId(data.id)
  const postId = ownId(data.thread_id) ?? ownId(post.id)
  const parentId = ownId(data.parent_id)
  if (id === null) return 'no id, or one of more than 256 characters'
  if (id === postId || id === parentId)
    return 'its id is that of what it stands under: ids are one row in a source, posts and comments together'
  const kind = kindOf(data.kind, parentId !== null && parentId !== postId)
  if (kind === null) return `unknown kind "${textOf(data.kind).slice(0, 100)}"`
  const whole = (part: string | null): string | null => (part === null ? null : wholeId(source, part))
  const author = authorOf(recordOf(data.author), source)
  const onPost = kind === 'comment' || kind === 'reply'
  const text = nameOf(data.text) ?? plainText(textOf(data.html))
  const media = mediaOf(data.attachments)
  const stars = typeof data.rating === 'number' ? Math.min(Math.max(Math.round(data.rating), 1), 5) : null
  const rating = kind === 'review' ? stars : null
  const reply = recordOf(data.reply)
  const message = messageFact({
    externalId: wholeId(source, id),
    kind,
    ours: recordOf(data.author).is_brand === true,
    author,
    parentExternalId: whole(parentId ?? (onPost ? postId : null)),
    postExternalId: whole(postId),
    mentionsUs: kind === 'mention',
    private: kind === 'direct' || data.visibility === 'private' || data.visibility === 'direct',
    rating,
    text,
    language: nameOf(data.lang),
    url: linkOf(data.url),
    media,
    platformAt: instantOf(data.created_at) ?? at ?? receivedAt,
    editedAt: instantOf(data.updated_at),
    version: versionOf({ text, media, rating }),
    ref: {
      id,
      ...(postId !== null && { thread: postId }),
      ...(reply.can_reply === false && { canReply: 'no' }),
      ...(typeof reply.max_length === 'number' && { maxLength: String(reply.max_length) }),
      ...(typeof data.client_ref === 'string' && { clientRef: data.client_ref.slice(0, maxIdLength) }),
    },
  })
  return [...(readPost(post, told, kind !== 'mention') ?? []), message]
}

/** Whether it is a comment or a reply, its place says. */
function kindOf(value: unknown, below: boolean): MessageKind | null {
  if (value === 'mention' || value === 'review') return value
  if (value === 'message') return 'direct'
  if (value === undefined || value === null || value === 'comment' || value === 'reply') return below ? 'reply' : 'comment'
  return null
}

function authorOf(author: JsonRecord, source: string): Author | null {
  const id = ownId(author.id)
  if (id === null) return null
  return {
    externalId: wholeId(source, id),
    handle: nameOf(author.handle),
    name: nameOf(author.name),
    avatarUrl: linkOf(author.avatar_url),
    url: linkOf(author.url),
  }
}

/** What a message of the source carries, or an answer to one of ours. */
export function mediaOf(attachments: unknown): Media[] {
  return listOf(attachments).flatMap((each) => {
    const { type, url, alt, preview_url: preview } = recordOf(each)
    const link = linkOf(url)
    const kind = type === 'image' || type === 'video' || type === 'audio' || type === 'link' ? type : 'other'
    return link === null ? [] : [{ kind, url: link, alt: nameOf(alt), previewUrl: linkOf(preview) }]
  })
}

/** Names a version by what it says, so that the same words sent again are the same version. */
export function versionOf({ text, media, rating }: Pick<MessageFact, 'text' | 'media'> & { rating: number | null }): string {
  const said = JSON.stringify([text, rating, media.map((each) => each.url)])
  return createHash('sha256').update(said).digest('base64url').slice(0, 22)
}
