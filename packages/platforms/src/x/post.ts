import type { Author, Fact, Media } from '@answerback/core/facts'
import { messageFact, postFact } from '../fact.ts'
import { idOf, instantOf, linkOf, listOf, nameOf, recordOf, textOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { Self } from '../platform.ts'
import { msOf } from './snowflake.ts'

/** What came along with posts: their authors, the posts they refer to, their media, by id. */
export type Included = { users: Map<string, JsonRecord>; posts: Map<string, JsonRecord>; media: Map<string, JsonRecord> }

/** The `includes` of an answer or event. X says tweets or posts. */
export function includedOf(body: JsonRecord): Included {
  const includes = recordOf(body.includes)
  const byId = (list: unknown, name: string): Map<string, JsonRecord> =>
    new Map(
      listOf(list).flatMap((each): [string, JsonRecord][] => {
        const id = idOf(recordOf(each)[name])
        return id === null ? [] : [[id, recordOf(each)]]
      }),
    )
  return {
    users: byId(includes.users, 'id'),
    posts: byId(includes.tweets ?? includes.posts, 'id'),
    media: byId(includes.media, 'media_key'),
  }
}

/** Where posts are shown to people. */
export function webUrlOf(self: Self): string {
  return self.settings?.webUrl ?? 'https://x.com'
}

export function isOwned(id: string | null, self: Self): boolean {
  return id !== null && (id === self.accountId || self.ownedIds.includes(id))
}

/** The ids of a post's versions, oldest first: an edit is a new post, and the first id is what they have in common. */
export function historyOf(post: JsonRecord): string[] {
  const listed = listOf(post.edit_history_tweet_ids ?? post.edit_history_post_ids).flatMap((each) => idOf(each) ?? [])
  const id = idOf(post.id)
  return id === null ? [] : listed.includes(id) ? listed : [...listed, id]
}

/** The post that this one refers to in one way. */
function referenceOf(post: JsonRecord, type: 'replied_to' | 'quoted' | 'retweeted'): string | null {
  const all = listOf(post.referenced_tweets ?? post.referenced_posts).map(recordOf)
  const found = idOf(all.find((each) => textOf(each.type) === type)?.id)
  if (found !== null || type !== 'replied_to') return found
  return idOf(post.in_reply_to_tweet_id) ?? idOf(post.in_reply_to_post_id)
}

type Around = { self: Self; receivedAt: string; included: Included; quotesUs?: boolean }

/**
 * A post as a fact: ours that answers nobody is a post, all others are messages. Null when it is none; `ignored` for a repost. `parent` is the post right above, the root of
 * the thread is its conversation. A comment is what answers our post at the root.
 */
export function readPost(post: JsonRecord, around: Around): Fact | 'ignored' | null {
  const { self, receivedAt, included } = around
  const history = historyOf(post)
  const [externalId] = history
  const id = idOf(post.id)
  const authorId = idOf(post.author_id)
  if (externalId === undefined || id === null || (authorId === null && post.text === undefined)) return null
  if (referenceOf(post, 'retweeted') !== null) return 'ignored'
  const createdAt = instantOf(post.created_at)
  const author = authorOf(authorId, included, self)
  const parentId = referenceOf(post, 'replied_to')
  const conversationId = idOf(post.conversation_id)
  const ours = isOwned(authorId, self)
  const edited = externalId !== id
  const firstMs = edited ? msOf(externalId) : null
  const shared = {
    externalId,
    ours,
    author,
    text: wordsOf(post),
    url: `${webUrlOf(self)}/${author?.handle ?? 'i/web'}/status/${id}`,
    media: mediaOf(post, included),
    platformAt: firstMs === null ? (createdAt ?? receivedAt) : new Date(firstMs).toISOString(),
    ref: { ...(edited && { latestId: id }), ...(conversationId !== null && { conversationId }) },
  }
  if (ours && parentId === null) return postFact({ ...shared, reportedReplies: countOf(recordOf(post.public_metrics).reply_count) })
  const quotedId = referenceOf(post, 'quoted')
  const quoted = quotedId === null ? undefined : included.posts.get(quotedId)
  const quotesUs = around.quotesUs === true || isOwned(idOf(quoted?.author_id), self)
  const mentions = listOf(recordOf(post.entities).mentions).map(recordOf)
  const answersUs = isOwned(idOf(post.in_reply_to_user_id), self)
  const atRoot = parentId === conversationId && answersUs
  return messageFact({
    ...shared,
    kind: parentId === null ? (quotesUs ? 'quote' : 'mention') : atRoot ? 'comment' : 'reply',
    parentExternalId: parentId === externalId ? null : parentId,
    postExternalId: parentId === null ? null : conversationId,
    mentionsUs: quotesUs || mentions.some((each) => isOwned(idOf(each.id), self)),
    tagsExternalId: ours ? (mentions.map((each) => idOf(each.id)).find((each) => each !== null && !isOwned(each, self)) ?? null) : null,
    language: languageOf(post.lang),
    editedAt: edited ? createdAt : null,
    version: id,
  })
}

function authorOf(id: string | null, included: Included, self: Self): Author | null {
  if (id === null) return null
  const user = included.users.get(id) ?? {}
  const handle = nameOf(user.username) ?? (id === self.accountId && self.handle !== '' ? self.handle : null)
  const picture = linkOf(user.profile_image_url)?.replace('_normal.', '_400x400.') ?? null
  return {
    externalId: id,
    handle,
    name: nameOf(user.name) ?? handle,
    avatarUrl: picture,
    url: handle === null ? null : `${webUrlOf(self)}/${handle}`,
  }
}

/** The whole text: more than 280 characters stand in `note_tweet`. Shortened links as they were written, and no links to the post's own pictures. */
function wordsOf(post: JsonRecord): string {
  const note = recordOf(post.note_tweet ?? post.note_post)
  const text = nameOf(note.text) ?? textOf(post.text)
  const urls = [...listOf(recordOf(post.entities).urls), ...listOf(recordOf(note.entities).urls)].map(recordOf)
  let words = unescape(text)
  for (const each of urls) {
    const [short, long] = [nameOf(each.url), linkOf(each.expanded_url)]
    if (short === null || long === null) continue
    words = words.replaceAll(short, () => (nameOf(each.media_key) === null ? long : ''))
  }
  return words.trim()
}

/** X writes `&`, `<` and `>` as entities. The documents do not say so: a text with a bare one in it is taken as it is. */
function unescape(text: string): string {
  if (/[<>]|&(?!amp;|lt;|gt;)/.test(text)) return text
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
}

const kinds: Record<string, Media['kind']> = { photo: 'image', video: 'video', animated_gif: 'video' }

/** The pictures and films of a post, as far as they came along. */
export function mediaOf(post: JsonRecord, included: Included): Media[] {
  return listOf(recordOf(post.attachments).media_keys).flatMap((key): Media[] => {
    const item = included.media.get(idOf(key) ?? '') ?? {}
    const previewUrl = linkOf(item.preview_image_url)
    const url = linkOf(item.url) ?? previewUrl
    return url === null ? [] : [{ kind: kinds[textOf(item.type)] ?? 'other', url, alt: nameOf(item.alt_text), previewUrl }]
  })
}

/** `und`, `qme` and their like are X's ways of saying that there is none. */
function languageOf(value: unknown): string | null {
  const lang = nameOf(value)
  return lang === null || /^(und|zxx|q\w\w)$/.test(lang) ? null : lang
}

function countOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null
}
