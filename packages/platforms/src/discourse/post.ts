import { createHash } from 'node:crypto'
import type { Author, Fact } from '@answerback/core/facts'
import { messageFact, postFact, removalFact } from '../fact.ts'
import { idOf, instantOf, linkOf, nameOf, textOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import { plainText } from '../plain-text.ts'
import type { Self } from '../platform.ts'
import { splitPictures } from '../markdown-image.ts'
import { externalIdOf } from './names.ts'
import { picturesIn } from './pictures.ts'

/**
 * The topic around a post, as far as it is known. Ids are external ones. `posts`: by post number. `opensWith`: the first post's id, and whether it is ours. `oursAt`: numbers of posts of
 * ours. `told`: ids of posts that a notification calls a mention.
 */
export type Around = {
  self: Self
  receivedAt: string
  posts: ReadonlyMap<number, string>
  opensWith: { id: string; ours: boolean } | null
  oursAt: ReadonlySet<number>
  told: ReadonlySet<string>
  topic: JsonRecord
}

/** The number of the first post, which is the topic's own text. */
const first = 1

/** A user's lasting id. Forums count users apart, so it has the forum's host. */
export function accountIdOf(user: JsonRecord, host: string): string | null {
  const id = idOf(user.user_id)
  return id === null || host === '' ? null : `${id}@${host}`
}

/** Ours by id, or by the name that this channel answers with. */
export function isOwned(post: JsonRecord, self: Self): boolean {
  const id = accountIdOf(post, self.host)
  if (id !== null && (id === self.accountId || self.ownedIds.includes(id))) return true
  const name = nameOf(post.username)?.toLowerCase()
  return name !== undefined && name === self.handle.toLowerCase()
}

/** A post's number in its topic; null when it says none. */
export function numberOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : null
}

/** A post as facts; null when it is none, 'ignored' when it does not concern us. */
export function readPost(post: JsonRecord, around: Around): Fact[] | 'ignored' | null {
  const postId = idOf(post.id)
  const number = numberOf(post.post_number)
  if (postId === null || (number === null && nameOf(post.username) === null)) return null
  const { self, receivedAt, topic, opensWith } = around
  const id = externalIdOf(postId, self)
  // 2 and 3 tell of what moderators did, 4 is for staff alone.
  if (post.post_type !== undefined && post.post_type !== 1) return 'ignored'
  if (nameOf(post.deleted_at) !== null) return [removalFact(id, instantOf(post.deleted_at))]
  if (post.user_deleted === true) return [{ ...removalFact(id), by: 'author' }]
  const ours = isOwned(post, self)
  const raw = wordsOf(post)
  const title = number === first ? (nameOf(post.topic_title) ?? nameOf(topic.title) ?? '') : ''
  const whole = title === '' || raw.startsWith(title) ? raw : `${title}\n\n${raw}`
  // What goes with our words is shown beside them.
  const text = ours ? splitPictures(whole).text : whole
  const shared = {
    externalId: id,
    ours,
    author: authorOf(post, self),
    text,
    url: linkTo(post, topic, self),
    media: picturesIn(post, baseOf(self)),
    platformAt: instantOf(post.created_at) ?? receivedAt,
    ref: refOf(post, topic),
  }
  if (number === first && ours) return [postFact({ ...shared, reportedReplies: repliesIn(topic) })]
  const parent = parentOf(post, around)
  const inOurs = number !== first && opensWith?.ours === true
  const mentionsUs = names(post, raw, self.handle) || around.told.has(id)
  const kind = kindOf(post, { ours, number, inOurs, parent, mentionsUs, raw, around })
  if (kind === null) return 'ignored'
  return [
    messageFact({
      ...shared,
      ref: { ...shared.ref, ...(parent.id !== null && { above: parent.id }), ...(opensWith !== null && { op: opensWith.id }) },
      kind,
      parentExternalId: parent.id === id ? null : parent.id,
      postExternalId: number === first || opensWith?.id === id ? null : (opensWith?.id ?? null),
      mentionsUs,
      editedAt: typeof post.version === 'number' && post.version > 1 ? instantOf(post.updated_at) : null,
      version: versionOf(post, whole),
    }),
  ]
}

/** Edits within minutes of posting do not count as a version there: the words are part of ours. */
export function versionOf(post: JsonRecord, text: string): string {
  const version = typeof post.version === 'number' ? post.version : 1
  return `${version}.${createHash('sha256').update(text).digest('base64url').slice(0, 12)}`
}

/** A post's address, or null without a forum's address to begin it. */
export function linkTo(post: JsonRecord, topic: JsonRecord, self: Pick<Self, 'host' | 'settings'>): string | null {
  const topicId = idOf(post.topic_id) ?? idOf(topic.id)
  const number = numberOf(post.post_number)
  if (topicId === null || number === null) return null
  const slug = nameOf(post.topic_slug) ?? nameOf(topic.slug)
  return linkOf(`${baseOf(self)}/t/${slug === null ? '' : `${encodeURIComponent(slug.toWellFormed())}/`}${topicId}/${number}`)
}

/** What a reply needs: the topic, and the number in it. Of messages also what stands above and the first post (`above`, `op`: external ids), for the day that they are edited. */
export function refOf(post: JsonRecord, topic: JsonRecord): Record<string, string> {
  const known = { topic: idOf(post.topic_id) ?? idOf(topic.id), number: idOf(post.post_number) }
  return Object.fromEntries(Object.entries(known).filter((entry): entry is [string, string] => entry[1] !== null))
}

/** A user's picture, from the template that leaves the size open; relative to the forum. */
export function avatarOf(user: JsonRecord, base: string): string | null {
  const template = nameOf(user.avatar_template)?.replace('{size}', '96')
  if (template === undefined) return null
  if (template.startsWith('//')) return linkOf(`https:${template}`)
  return linkOf(template.startsWith('/') ? `${base}${template}` : template)
}

/** The words as written, or the HTML as text where only that is given. */
export function wordsOf(post: JsonRecord): string {
  return typeof post.raw === 'string' ? post.raw : plainText(textOf(post.cooked))
}

/** The forum's address. */
export function baseOf({ host, settings }: Pick<Self, 'host' | 'settings'>): string {
  return linkOf(settings?.url) ?? `https://${host}`
}

function authorOf(post: JsonRecord, self: Self): Author | null {
  const externalId = accountIdOf(post, self.host)
  const handle = nameOf(post.username)
  if (externalId === null || handle === null) return null
  const base = baseOf(self)
  const url = linkOf(`${base}/u/${encodeURIComponent(handle.toWellFormed())}`)
  return { externalId, handle, name: nameOf(post.name) ?? handle, avatarUrl: avatarOf(post, base), url }
}

/** What stands directly above: the post that is answered, or the topic's first. One that is no longer there leaves its place to the first. */
function parentOf(post: JsonRecord, { posts, opensWith }: Around): { id: string | null; number: number | null } {
  if (numberOf(post.post_number) === first) return { id: null, number: null }
  const above = numberOf(post.reply_to_post_number)
  const id = above === null || above === first ? null : posts.get(above)
  return id === undefined || id === null ? { id: opensWith?.id ?? null, number: first } : { id, number: above }
}

type Seen = {
  ours: boolean
  number: number | null
  inOurs: boolean
  parent: { number: number | null }
  mentionsUs: boolean
  raw: string
  around: Around
}

function kindOf(post: JsonRecord, seen: Seen): 'comment' | 'reply' | 'quote' | 'mention' | null {
  const { ours, number, inOurs, parent, mentionsUs, raw, around } = seen
  if (inOurs) return numberOf(post.reply_to_post_number) === null || parent.number === first ? 'comment' : 'reply'
  if (ours) return number === first ? null : 'reply'
  if (number !== first && parent.number !== null && around.oursAt.has(parent.number)) return 'reply'
  if (raw.toLowerCase().includes(`[quote="${around.self.handle.toLowerCase()},`)) return 'quote'
  return mentionsUs ? 'mention' : null
}

function names(post: JsonRecord, raw: string, handle: string): boolean {
  const name = handle.toLowerCase().replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  if (new RegExp(`(?<![\\p{L}\\p{N}_/])@${name}(?![\\p{L}\\p{N}_]|[.-][\\p{L}\\p{N}])`, 'iu').test(raw)) return true
  return textOf(post.cooked).toLowerCase().includes(`class="mention" href="/u/${handle.toLowerCase()}"`)
}

function repliesIn({ posts_count: count }: JsonRecord): number | null {
  return typeof count === 'number' && Number.isSafeInteger(count) && count > 0 ? count - 1 : null
}
