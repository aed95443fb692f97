import type { Context } from '../context.ts'
import type { Account, Item, JsonObject } from '../world/item.ts'
import { isDiscussion, numberOf } from './ids.ts'

const platform = 'github'

/** The repository with the brand's discussions. */
export function repositoryOf({ secrets }: Pick<Context, 'secrets'>): { owner: string; name: string } {
  const [owner = '', name = ''] = secrets[platform].repository.split('/')
  return { owner, name }
}

/** The address of a discussion, a comment, or what somebody says in an issue elsewhere. */
export function urlOf(context: Context, item: Item): string {
  const base = `${context.publicUrl()}/github`
  const root = context.world.items[platform].get(item.rootId) ?? item
  if (!isDiscussion(root))
    return `${base}/elsewhere/bags/issues/${numberOf(root, 'databaseId')}#issuecomment-${numberOf(item, 'databaseId')}`
  const page = `${base}/${context.secrets[platform].repository}/discussions/${numberOf(root, 'number')}`
  return item === root ? page : `${page}#discussioncomment-${numberOf(item, 'databaseId')}`
}

/** When somebody last wrote or changed something in a discussion. */
export function updatedAt({ world }: Context, item: Item): number {
  const own = item.editedAt ?? item.createdAt
  return isDiscussion(item) ? Math.max(own, ...world.descendants(item).map((each) => each.editedAt ?? each.createdAt)) : own
}

/** People as REST and webhooks show them. */
export function userView({ publicUrl }: Context, account: Account): JsonObject {
  return {
    login: account.handle,
    id: Number(account.id),
    node_id: `U_kgDO${account.id}`,
    avatar_url: `${publicUrl()}/github/picture.svg`,
    html_url: `${publicUrl()}/github/${account.handle}`,
    type: 'User',
    site_admin: false,
  }
}

/** A comment as webhooks show it. `parent_id` is the number of the comment that it answers. */
export function commentView(context: Context, item: Item): JsonObject {
  const { world } = context
  const root = world.items[platform].get(item.rootId)
  const above = world.items[platform].get(item.parentId ?? '')
  const author = world.author(item)
  return {
    id: numberOf(item, 'databaseId'),
    node_id: item.id,
    html_url: urlOf(context, item),
    parent_id: above && above !== root ? numberOf(above, 'databaseId') : null,
    discussion_id: root ? numberOf(root, 'databaseId') : null,
    author_association: author.isBrand ? 'OWNER' : 'NONE',
    user: userView(context, author),
    body: item.text,
    child_comment_count: world.replies(item).length,
    created_at: seconds(item.createdAt),
    updated_at: seconds(item.editedAt ?? item.createdAt),
    reactions: { '+1': item.likes.size, total_count: item.likes.size },
  }
}

/** A discussion as webhooks show it. */
export function discussionView(context: Context, item: Item): JsonObject {
  const author = context.world.author(item)
  return {
    id: numberOf(item, 'databaseId'),
    node_id: item.id,
    number: numberOf(item, 'number'),
    title: item.title || item.text.slice(0, 60),
    html_url: urlOf(context, item),
    state: 'open',
    locked: false,
    comments: context.world.descendants(item).length,
    author_association: author.isBrand ? 'OWNER' : 'NONE',
    user: userView(context, author),
    body: item.text,
    created_at: seconds(item.createdAt),
    updated_at: seconds(updatedAt(context, item)),
    category: { id: 1, name: 'Announcements', slug: 'announcements', is_answerable: false },
  }
}

/** GitHub tells whole seconds. */
export function seconds(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`
}
