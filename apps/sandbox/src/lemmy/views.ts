import type { Context } from '../context.ts'
import type { Account, Item, JsonObject } from '../world/item.ts'

/** The instance that all accounts are of. */
export const instance = 'lemmy.example'

/**
 * The id of a post or comment: its place on the instance, with the number that the API gives. Numbers alone would not do, because posts and comments
 * count apart on a real one.
 */
export function placeId(type: 'post' | 'comment', number: number | string): string {
  return `${instance}/${type}/${number}`
}

/** The number in such an id. */
export function numberOf(id: string): number {
  return Number(id.slice(id.lastIndexOf('/') + 1))
}

/** Comments have their place below a post; one that stands alone here is below a stranger's post, of which there is only the number. */
export function isComment(item: Item): boolean {
  return item.id.startsWith(placeId('comment', ''))
}

/** The number of the post that an item is, or stands below. */
export function postNumberOf(context: Context, item: Item): number {
  const root = context.world.items.lemmy.get(item.rootId)
  return root && isComment(root) ? Number(root.extra['post']) : numberOf(item.rootId)
}

/** The longest comment, in characters. */
export const maxCharacters = 10_000

/** `PersonView.person` and every `creator`. */
export function personView(context: Context, account: Account): JsonObject {
  return {
    id: Number(account.id),
    name: account.handle,
    display_name: account.name,
    avatar: `${context.publicUrl()}/lemmy/picture.svg`,
    banned: false,
    published: iso(account.createdAt),
    actor_id: `https://${instance}/u/${account.handle}`,
    local: true,
    deleted: false,
    bot_account: false,
    instance_id: 1,
  }
}

/** `PostView`: the post, who wrote it, where, and its numbers. */
export function postView(context: Context, item: Item): JsonObject {
  const { world } = context
  const below = world.descendants(item)
  return {
    post: post(context, item),
    creator: personView(context, world.author(item)),
    community,
    creator_banned_from_community: false,
    banned_from_community: false,
    creator_is_moderator: false,
    creator_is_admin: false,
    counts: {
      post_id: numberOf(item.id),
      comments: below.length,
      score: item.likes.size + 1,
      upvotes: item.likes.size + 1,
      downvotes: 0,
      published: iso(item.createdAt),
      newest_comment_time: iso(Math.max(item.createdAt, ...below.map((each) => each.createdAt))),
    },
    subscribed: 'NotSubscribed',
    saved: false,
    read: false,
    hidden: false,
    creator_blocked: false,
    unread_comments: below.length,
    my_vote: item.likes.has(world.brand('lemmy').id) ? 1 : undefined,
  }
}

/** `CommentView`; a deleted comment keeps its place, with empty words. */
export function commentView(context: Context, item: Item): JsonObject {
  const { world } = context
  const root = world.items.lemmy.get(item.rootId)
  return {
    comment: {
      id: numberOf(item.id),
      creator_id: Number(item.authorId),
      post_id: postNumberOf(context, item),
      content: item.deletedAt === null ? item.text : '',
      removed: item.hidden,
      published: iso(item.createdAt),
      ...(item.editedAt === null ? {} : { updated: iso(item.editedAt) }),
      deleted: item.deletedAt !== null,
      ap_id: `https://${item.id}`,
      local: true,
      path: pathOf(context, item),
      distinguished: false,
      language_id: 0,
    },
    creator: personView(context, world.author(item)),
    ...(root ? { post: isComment(root) ? strangersPost(context, root) : post(context, root) } : {}),
    community,
    counts: {
      comment_id: numberOf(item.id),
      score: item.likes.size + 1,
      upvotes: item.likes.size + 1,
      downvotes: 0,
      published: iso(item.createdAt),
      child_count: world.descendants(item).length,
    },
    creator_banned_from_community: false,
    banned_from_community: false,
    creator_is_moderator: false,
    creator_is_admin: false,
    subscribed: 'NotSubscribed',
    saved: false,
    creator_blocked: false,
    my_vote: item.likes.has(world.brand('lemmy').id) ? 1 : undefined,
  }
}

/** `0.` and the ids from the top comment down to this one. */
function pathOf(context: Context, item: Item): string {
  const numbers: number[] = []
  for (let each: Item | undefined = item; each && isComment(each); each = context.world.items.lemmy.get(each.parentId ?? ''))
    numbers.unshift(numberOf(each.id))
  return [0, ...numbers].join('.')
}

/** What the brand was mentioned below: written by nobody whom this world knows. */
function strangersPost(context: Context, root: Item): JsonObject {
  const number = postNumberOf(context, root)
  return {
    id: number,
    name: 'Which bag for a week by train?',
    creator_id: 2,
    community_id: community.id,
    removed: false,
    locked: false,
    published: iso(root.createdAt - 3_600_000),
    deleted: false,
    nsfw: false,
    ap_id: `https://${placeId('post', number)}`,
    local: true,
    language_id: 0,
    featured_community: false,
    featured_local: false,
  }
}

function post(context: Context, item: Item): JsonObject {
  return {
    id: numberOf(item.id),
    name: item.title || item.text.slice(0, 200),
    ...(item.title === '' && item.text.length <= 200 ? {} : { body: item.text }),
    creator_id: Number(item.authorId),
    community_id: community.id,
    removed: false,
    locked: false,
    published: iso(item.createdAt),
    ...(item.editedAt === null ? {} : { updated: iso(item.editedAt) }),
    deleted: item.deletedAt !== null,
    nsfw: false,
    ap_id: `https://${item.id}`,
    local: true,
    language_id: 0,
    featured_community: false,
    featured_local: false,
  }
}

const community = {
  id: 3,
  name: 'makers',
  title: 'Makers',
  actor_id: `https://${instance}/c/makers`,
  local: true,
  removed: false,
  deleted: false,
}

function iso(at: number): string {
  return new Date(at).toISOString().replace('Z', '000Z')
}
