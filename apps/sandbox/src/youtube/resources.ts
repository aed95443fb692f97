import type { Context } from '../context.ts'
import type { Account, Item, JsonObject } from '../world/item.ts'
import { displayName, isReply } from './ids.ts'

/** Where a comment stands with the channel's moderators. */
export type Moderation = 'published' | 'heldForReview' | 'likelySpam' | 'rejected'

/** How a comment is asked for: plain text or HTML, and whether the answer says how it is moderated (not when asked for by id). */
export type View = { plain: boolean; tellsModeration: boolean }

/** Where the comment stands now. */
export function moderationOf(item: Item): Moderation {
  return item.hidden ? ((item.extra['moderation'] as Moderation | undefined) ?? 'heldForReview') : 'published'
}

/** `youtube#comment`. The words as written (`textOriginal`) are told to their author alone. */
export function comment(context: Context, item: Item, { plain, tellsModeration }: View): JsonObject {
  const { world } = context
  const author = world.author(item)
  const brand = world.brand('youtube')
  return {
    kind: 'youtube#comment',
    etag: etag(item),
    id: item.id,
    snippet: {
      channelId: brand.id,
      videoId: item.rootId,
      ...(isReply(item) ? { parentId: item.parentId } : {}),
      textDisplay: plain ? item.text : inHtml(item.text),
      ...(author.isBrand ? { textOriginal: item.text } : {}),
      authorDisplayName: displayName(author),
      authorProfileImageUrl: `${context.publicUrl()}/youtube/picture.svg`,
      authorChannelUrl: `http://www.youtube.com/${displayName(author)}`,
      ...(isHidden(context, author) ? {} : { authorChannelId: { value: author.id } }),
      canRate: true,
      viewerRating: 'none',
      likeCount: item.likes.size,
      ...(tellsModeration ? { moderationStatus: moderationOf(item) } : {}),
      publishedAt: instant(item.createdAt),
      updatedAt: instant(item.editedAt ?? item.createdAt),
    },
  }
}

/** `youtube#commentThread` with the parts asked for; `replies` are those that come along. */
export function thread(
  context: Context,
  top: Item,
  view: View & { parts: ReadonlySet<string>; replies: Item[]; total: number },
): JsonObject {
  const { parts, replies, total } = view
  const snippet = {
    channelId: context.world.brand('youtube').id,
    videoId: top.rootId,
    topLevelComment: comment(context, top, view),
    canReply: context.world.items.youtube.get(top.rootId)?.extra['commentsDisabled'] !== true,
    totalReplyCount: total,
    isPublic: true,
  }
  return {
    kind: 'youtube#commentThread',
    etag: etag(top),
    id: top.id,
    ...(parts.has('snippet') ? { snippet } : {}),
    ...(parts.has('replies') && replies.length > 0 ? { replies: { comments: replies.map((reply) => comment(context, reply, view)) } } : {}),
  }
}

/** `youtube#video`. Numbers are texts. */
export function video(context: Context, item: Item, parts: ReadonlySet<string>): JsonObject {
  const { world } = context
  const below = world.descendants(item).filter((each) => !each.hidden)
  const statistics = {
    viewCount: String(140 + 37 * item.likes.size + 11 * below.length),
    likeCount: String(item.likes.size),
    favoriteCount: '0',
    commentCount: String(below.length),
  }
  return {
    kind: 'youtube#video',
    etag: etag(item),
    id: item.id,
    ...(parts.has('snippet') ? { snippet: { ...videoSnippet(context, item), categoryId: '26', liveBroadcastContent: 'none' } } : {}),
    ...(parts.has('statistics') ? { statistics } : {}),
    ...(parts.has('status') ? { status: { uploadStatus: 'processed', privacyStatus: 'public', madeForKids: false } } : {}),
  }
}

/** `youtube#playlistItem` of the list of uploads. */
export function upload(
  context: Context,
  item: Item,
  place: { parts: ReadonlySet<string>; playlistId: string; position: number },
): JsonObject {
  const { parts, playlistId, position } = place
  const resourceId = { kind: 'youtube#video', videoId: item.id }
  return {
    kind: 'youtube#playlistItem',
    etag: etag(item),
    id: Buffer.from(`${playlistId}.${item.id}`).toString('base64url'),
    ...(parts.has('snippet') ? { snippet: { ...videoSnippet(context, item), playlistId, position, resourceId } } : {}),
    ...(parts.has('contentDetails') ? { contentDetails: { videoId: item.id, videoPublishedAt: instant(item.createdAt) } } : {}),
  }
}

/** `youtube#channel`. */
export function channel(context: Context, account: Account, parts: ReadonlySet<string>): JsonObject {
  const snippet = {
    title: account.name,
    description: '',
    customUrl: `@${account.handle}`,
    publishedAt: instant(account.createdAt),
    thumbnails: thumbnails(context),
  }
  const statistics = { viewCount: '48120', subscriberCount: '1730', hiddenSubscriberCount: false, videoCount: '4' }
  return {
    kind: 'youtube#channel',
    etag: account.id,
    id: account.id,
    ...(parts.has('snippet') ? { snippet } : {}),
    ...(parts.has('contentDetails') ? { contentDetails: { relatedPlaylists: { likes: '', uploads: uploadsOf(account) } } } : {}),
    ...(parts.has('statistics') ? { statistics } : {}),
  }
}

/** The list that holds everything a channel uploaded. */
export function uploadsOf({ id }: Account): string {
  return id.replace(/^UC/, 'UU')
}

function videoSnippet(context: Context, item: Item): JsonObject {
  const { id, name } = context.world.brand('youtube')
  // A video always has a title: of one that was given none, the words are it.
  const titled = item.title !== '' || item.text.length > 100
  return {
    publishedAt: instant(item.createdAt),
    channelId: id,
    title: item.title || item.text.slice(0, 100),
    description: titled ? item.text : '',
    thumbnails: thumbnails(context),
    channelTitle: name,
  }
}

function thumbnails(context: Context): JsonObject {
  return { default: { url: `${context.publicUrl()}/youtube/picture.svg`, width: 120, height: 90 } }
}

/** People whose channel is gone have a name and no id. */
function isHidden({ faults }: Context, { id, isBrand }: Account): boolean {
  const share = faults.quirks.anonymousAuthors
  return !isBrand && share > 0 && ((id.charCodeAt(5) + id.charCodeAt(9)) % 10) / 10 < share
}

function instant(at: number): string {
  return new Date(at).toISOString().replace(/\.\d{3}Z$/, 'Z')
}

function etag(item: Item): string {
  return `${item.key}-${(item.editedAt ?? item.createdAt).toString(36)}`
}

function inHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
    .replaceAll('\n', '<br>')
}
