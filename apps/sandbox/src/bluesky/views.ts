import type { Context } from '../context.ts'
import type { Account, Item, JsonObject } from '../world/item.ts'
import { imagesView } from './blobs.ts'
import type { Records } from './records.ts'

/** What renders posts: the world, the brand's records, and whether the caller is signed in. */
export type Viewer = Context & { records: Records; signedIn: boolean }

/** `app.bsky.actor.defs#profileViewBasic`, with `indexedAt` where a full profile view is wanted. */
export function profileView(viewer: Viewer, account: Account): JsonObject {
  return {
    did: account.id,
    handle: account.handle,
    displayName: account.name,
    createdAt: new Date(account.createdAt).toISOString(),
    labels: [],
    ...(viewer.signedIn ? { viewer: { muted: false, blockedBy: false } } : {}),
  }
}

/** `app.bsky.actor.defs#profileViewDetailed`. */
export function profileViewDetailed(viewer: Viewer, account: Account): JsonObject {
  const items = [...viewer.world.items.bluesky.values()]
  const postsCount = items.filter((item) => item.authorId === account.id && item.deletedAt === null).length
  return {
    ...profileView(viewer, account),
    description: account.isBrand ? 'Bags and natural dyes' : '',
    followersCount: account.isBrand ? 4380 : 120,
    followsCount: 85,
    postsCount,
    indexedAt: new Date(account.createdAt).toISOString(),
  }
}

/** `app.bsky.feed.defs#postView`. */
export function postView(viewer: Viewer, item: Item): JsonObject {
  const { world } = viewer
  const likeUri = viewer.records.shownLikeOf(world.brand('bluesky').id, item.id, viewer.faults.quirks['lateViews'] === true)
  const embed = embedView(viewer, item) ?? imagesView(viewer, item)
  return {
    uri: item.id,
    cid: item.cid,
    author: profileView(viewer, world.author(item)),
    record: item.record,
    ...(embed ? { embed } : {}),
    bookmarkCount: 0,
    replyCount: world.replies(item).length,
    repostCount: 0,
    likeCount: item.likes.size,
    quoteCount: quotesOf(viewer, item).length,
    indexedAt: new Date(item.indexedAt).toISOString(),
    ...(viewer.signedIn
      ? {
          viewer: {
            bookmarked: false,
            threadMuted: false,
            replyDisabled: false,
            embeddingDisabled: false,
            ...(likeUri ? { like: likeUri } : {}),
          },
        }
      : {}),
    labels: [],
  }
}

/** Whether a block stands between the brand and who wrote it (`everybodyBlocks`): views leave such posts out. */
export function isBlocked(viewer: Context, item: Item): boolean {
  return viewer.faults.quirks['everybodyBlocks'] === true && item.authorId !== viewer.world.brand('bluesky').id
}

/** The thread around a post: `depth` levels of replies, up to `parentHeight` ancestors. */
export function threadView(viewer: Viewer, item: Item, reach: { depth: number; parentHeight: number }): JsonObject {
  if (isBlocked(viewer, item)) {
    const author = { did: item.authorId, viewer: { blockedBy: true } }
    return { $type: 'app.bsky.feed.defs#blockedPost', uri: item.id, blocked: true, author }
  }
  const hidden = viewer.records.hiddenBelow(viewer.world.brand('bluesky').id, item.rootId)
  return {
    ...branch(viewer, item, reach.depth, hidden),
    ...(reach.parentHeight > 0 ? ancestors(viewer, item, reach.parentHeight) : {}),
  }
}

/** Living posts that quote this one, newest first. */
export function quotesOf(viewer: Context, item: Item): Item[] {
  const quotes: Item[] = []
  for (const other of viewer.world.items.bluesky.values()) if (other.quotedId === item.id && other.deletedAt === null) quotes.push(other)
  return quotes.sort((a, b) => b.indexedAt - a.indexedAt)
}

/** The brand's and strangers' replies that a thread shows: no invalid roots, none hidden by the gate. */
function shownReplies(viewer: Viewer, item: Item, hidden: string[]): Item[] {
  return viewer.world.replies(item).filter((reply) => !reply.hidden && !hidden.includes(reply.id) && !isBlocked(viewer, reply))
}

function branch(viewer: Viewer, item: Item, depth: number, hidden: string[]): JsonObject {
  const replies = shownReplies(viewer, item, hidden)
  return {
    $type: 'app.bsky.feed.defs#threadViewPost',
    post: postView(viewer, item),
    ...(depth > 0 ? { replies: replies.map((reply) => branch(viewer, reply, depth - 1, hidden)) } : {}),
    threadContext: {},
  }
}

function ancestors(viewer: Viewer, item: Item, height: number): JsonObject {
  if (item.parentId === null || height === 0) return {}
  const parent = viewer.world.find('bluesky', item.parentId)
  if (!parent) {
    const uri = item.parentId
    return { parent: { $type: 'app.bsky.feed.defs#notFoundPost', uri, notFound: true } }
  }
  return {
    parent: {
      $type: 'app.bsky.feed.defs#threadViewPost',
      post: postView(viewer, parent),
      ...ancestors(viewer, parent, height - 1),
      threadContext: {},
    },
  }
}

function embedView(viewer: Viewer, item: Item): JsonObject | null {
  if (!item.quotedId) return null
  const quoted = viewer.world.find('bluesky', item.quotedId)
  const record = quoted
    ? {
        $type: 'app.bsky.embed.record#viewRecord',
        uri: quoted.id,
        cid: quoted.cid,
        author: profileView(viewer, viewer.world.author(quoted)),
        value: quoted.record,
        labels: [],
        indexedAt: new Date(quoted.indexedAt).toISOString(),
      }
    : { $type: 'app.bsky.embed.record#viewNotFound', uri: item.quotedId, notFound: true }
  return { $type: 'app.bsky.embed.record#view', record }
}
