import type { Context } from '../context.ts'
import type { Happening, Item, JsonObject } from '../world/item.ts'
import { graphTime } from '../graph/time.ts'
import { isReply } from './ids.ts'
import { fileAddress } from '../pages/files.ts'
import { fromOf, permalink } from './node.ts'

/** One change of a webhook entry. */
export type Change = { field: 'feed' | 'mention'; value: JsonObject }

/**
 * What Facebook tells a Page's subscribers of something that happened: nothing, or one change of
 * field `feed` or `mention`. The Page's own comments and likes are told too, with `from.id` the Page's.
 */
export function changeOf(context: Context, happening: Happening): Change | null {
  const { item } = happening
  if (item.platform !== 'facebook') return null
  if (!item.rootId.startsWith(`${context.secrets.facebook.pageId}_`)) return mentionChange(context, happening)
  if (happening.kind === 'liked' || happening.kind === 'unliked') return reactionChange(context, happening)
  if (item.parentId === null) return postChange(context, happening)
  return commentChange(context, happening)
}

function commentChange(context: Context, { kind, item, at }: Happening): Change {
  const post = context.world.find('facebook', item.rootId)
  const removed = kind === 'removed'
  const [photo] = context.world.mediaOf(item)
  return feed({
    item: 'comment',
    verb: verbOf(kind),
    post_id: item.rootId,
    parent_id: isReply(item) ? item.parentId : item.rootId,
    comment_id: item.id,
    from: fromOf(context, item),
    // A comment that is a photo alone has no message.
    ...(removed || (item.text === '' && photo) ? {} : { message: item.text }),
    ...(removed ? {} : { ...(photo && { photo: fileAddress(context, photo.file) }), post: post && postOf(context, post) }),
    created_time: seconds(removed ? at : item.createdAt),
    ...(kind === 'edited' ? { edited_time: seconds(at) } : {}),
    ...(kind === 'hidden' ? { is_hidden: true } : {}),
  })
}

function postChange(context: Context, { kind, item, at }: Happening): Change {
  const removed = kind === 'removed'
  return feed({
    item: removed ? 'post' : 'status',
    verb: verbOf(kind),
    post_id: item.id,
    from: fromOf(context, item),
    ...(removed ? {} : { message: item.text, published: 1, post: postOf(context, item) }),
    created_time: seconds(removed ? at : item.createdAt),
  })
}

function reactionChange(context: Context, happening: Happening): Change | null {
  if (happening.kind !== 'liked' && happening.kind !== 'unliked') return null
  const { item, actorId, at } = happening
  const actor = context.world.accounts.facebook.get(actorId)
  return feed({
    item: 'reaction',
    verb: happening.kind === 'liked' ? 'add' : 'remove',
    reaction_type: 'like',
    post_id: item.rootId,
    parent_id: isReply(item) ? item.parentId : item.rootId,
    ...(item.parentId === null ? {} : { comment_id: item.id }),
    from: actor && { id: actor.id, name: actor.name },
    created_time: seconds(at),
  })
}

function mentionChange(context: Context, { kind, item }: Happening): Change | null {
  if (!item.mentionsBrand || item.authorId === context.world.brand('facebook').id) return null
  if (kind !== 'added' && kind !== 'edited' && kind !== 'removed') return null
  return {
    field: 'mention',
    value: {
      item: item.parentId === null ? 'post' : 'comment',
      verb: verbOf(kind),
      post_id: item.rootId,
      ...(item.parentId === null ? {} : { comment_id: item.id }),
      ...(kind === 'removed' ? {} : { message: item.text }),
      created_time: seconds(item.createdAt),
    },
  }
}

function verbOf(kind: Happening['kind']): string {
  if (kind === 'added') return 'add'
  if (kind === 'removed') return 'remove'
  if (kind === 'hidden') return 'hide'
  return kind === 'unhidden' ? 'unhide' : 'edited'
}

function postOf(context: Context, post: Item): JsonObject {
  return {
    id: post.id,
    status_type: 'mobile_status_update',
    is_published: true,
    promotion_status: 'inactive',
    permalink_url: permalink(context, post),
    updated_time: graphTime(post.editedAt ?? post.createdAt),
  }
}

function feed(value: JsonObject): Change {
  return { field: 'feed', value }
}

function seconds(at: number): number {
  return Math.floor(at / 1000)
}
