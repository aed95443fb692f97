import type { Context } from '../context.ts'
import { windowOf } from './connection.ts'
import type { Account, Item } from '../world/item.ts'
import { GraphError, noNode } from './errors.ts'
import { kindOf, numberOf } from './ids.ts'
import { mutations } from './mutations.ts'
import { Thing } from './run.ts'
import type { Args, Field, Types } from './run.ts'
import { repositoryOf, seconds, updatedAt, urlOf } from './views.ts'

const platform = 'github'

/** What a caller can ask for. `left`: points left of the hour, told by `rateLimit`. */
export function typesOf(context: Context, left: () => { left: number; resetAt: number }): Types {
  const { world } = context
  const brand = (): Account => world.brand(platform)
  const person = (item: Item): Thing | null => (isNameless(context, item) ? null : new Thing('User', world.author(item)))
  const votes = (item: Item): object => ({
    upvoteCount: item.likes.size,
    viewerHasUpvoted: item.likes.has(brand().id),
  })
  const written: Record<string, Field<Item>> = {
    id: (item) => item.id,
    databaseId: (item) => numberOf(item, 'databaseId'),
    fullDatabaseId: (item) => String(numberOf(item, 'databaseId')),
    body: wordsOf,
    bodyText: wordsOf,
    bodyHTML: (item) =>
      `<p dir="auto">${wordsOf(item).replaceAll(/[<>&]/g, (char) => ({ '<': '&lt;', '>': '&gt;', '&': '&amp;' })[char] ?? '')}</p>`,
    url: (item) => urlOf(context, item),
    resourcePath: (item) => new URL(urlOf(context, item)).pathname.replace(/^\/github/, ''),
    createdAt: (item) => seconds(item.createdAt),
    publishedAt: (item) => seconds(item.createdAt),
    updatedAt: (item) => seconds(updatedAt(context, item)),
    lastEditedAt: (item) => (item.editedAt === null ? null : seconds(item.editedAt)),
    includesCreatedEdit: (item) => item.editedAt !== null,
    author: (item) => (item.deletedAt === null ? person(item) : null),
    authorAssociation: (item) => (world.author(item).isBrand ? 'OWNER' : 'NONE'),
    viewerDidAuthor: (item) => world.author(item).isBrand,
    viewerCanDelete: () => true,
    viewerCanUpdate: (item) => world.author(item).isBrand,
    viewerCanReact: () => true,
    viewerCanUpvote: () => true,
    viewerCanMinimize: () => true,
    upvoteCount: (item) => Reflect.get(votes(item), 'upvoteCount'),
    viewerHasUpvoted: (item) => Reflect.get(votes(item), 'viewerHasUpvoted'),
    reactionGroups: (item) => reactionsOf(item).map((each) => new Thing('ReactionGroup', each)),
  }
  const reactionsOf = (item: Item): { content: string; users: string[]; viewer: boolean }[] =>
    ['THUMBS_UP', 'HEART'].map((content) => {
      const users = content === 'THUMBS_UP' ? [...item.likes.keys()] : []
      return { content, users, viewer: users.includes(brand().id) }
    })
  const discussions = (args: Args): Thing => {
    const { field = 'UPDATED_AT', direction = 'DESC' } = (args['orderBy'] ?? {}) as { field?: string; direction?: string }
    const at = (item: Item): number => (field === 'CREATED_AT' ? item.createdAt : updatedAt(context, item))
    const sorted = world.posts(platform, true).toSorted((a, b) => (direction === 'ASC' ? at(a) - at(b) : at(b) - at(a)))
    return windowOf(context, 'Discussion', 'discussions', sorted, args)
  }
  const nodeOf = (id: unknown): Thing => {
    const item = shown(world.items[platform].get(String(id)), world.replies.bind(world))
    if (!item) throw noNode(id)
    return new Thing(kindOf(world, item), item)
  }
  const below = (item: Item): Item[] => {
    const replies = item.replyIds.flatMap((id) => shown(world.items[platform].get(id), world.replies.bind(world)) ?? [])
    return replies.sort((a, b) => a.createdAt - b.createdAt)
  }
  const commentsOf = (item: Item): Item[] =>
    context.faults.quirks['flatDiscussionComments'] ? below(item).flatMap((each) => [each, ...below(each)]) : below(item)

  const types: Record<string, Record<string, Field<never>>> = {
    Query: {
      viewer: () => new Thing('User', brand()),
      repository: (_of, { owner, name }: Args) => {
        const known = repositoryOf(context)
        if (String(owner).toLowerCase() !== known.owner || String(name).toLowerCase() !== known.name)
          throw new GraphError('NOT_FOUND', `Could not resolve to a Repository with the name '${String(owner)}/${String(name)}'.`)
        return new Thing('Repository', known)
      },
      node: (_of, { id }: Args) => nodeOf(id),
      nodes: (_of, { ids }: Args) =>
        (Array.isArray(ids) ? ids : []).map((id) => {
          try {
            return nodeOf(id)
          } catch (error) {
            if (error instanceof GraphError) return error
            throw error
          }
        }),
      user: (_of, { login }: Args) => {
        for (const account of world.accounts[platform].values()) if (account.handle === login) return new Thing('User', account)
        throw new GraphError('NOT_FOUND', `Could not resolve to a User with the login of '${String(login)}'.`)
      },
      rateLimit: () => new Thing('RateLimit', left()),
    },
    Mutation: mutations(context, nodeOf),
    RateLimit: {
      limit: () => 5_000,
      cost: () => 1,
      remaining: (of: { left: number }) => of.left,
      used: (of: { left: number }) => 5_000 - of.left,
      resetAt: (of: { resetAt: number }) => seconds(of.resetAt),
    } as Record<string, Field<never>>,
    Repository: {
      id: () => 'R_kgDO77',
      databaseId: () => 77,
      name: (of: { name: string }) => of.name,
      nameWithOwner: (of: { owner: string; name: string }) => `${of.owner}/${of.name}`,
      url: (of: { owner: string; name: string }) => `${context.publicUrl()}/github/${of.owner}/${of.name}`,
      hasDiscussionsEnabled: () => true,
      isPrivate: () => false,
      viewerPermission: () => 'MAINTAIN',
      owner: () => new Thing('User', brand()),
      discussions: (_of, args: Args) => discussions(args),
      discussion: (_of, { number }: Args) => {
        const item = world.posts(platform, true).find((each) => numberOf(each, 'number') === Number(number))
        if (!item) throw new GraphError('NOT_FOUND', `Could not resolve to a Discussion with the number of ${String(number)}.`)
        return new Thing('Discussion', item)
      },
    } as Record<string, Field<never>>,
    User: {
      id: (of: Account) => `U_kgDO${of.id}`,
      databaseId: (of: Account) => Number(of.id),
      login: (of: Account) => of.handle,
      name: (of: Account) => of.name,
      avatarUrl: () => `${context.publicUrl()}/github/picture.svg`,
      url: (of: Account) => `${context.publicUrl()}/github/${of.handle}`,
      resourcePath: (of: Account) => `/${of.handle}`,
    } as Record<string, Field<never>>,
    Discussion: {
      ...written,
      number: (item: Item) => numberOf(item, 'number'),
      title: (item: Item) => item.title || item.text.slice(0, 60),
      locked: () => false,
      closed: () => false,
      isAnswered: () => false,
      category: () => new Thing('DiscussionCategory', null),
      repository: () => new Thing('Repository', repositoryOf(context)),
      comments: (item: Item, args: Args) => windowOf(context, 'DiscussionComment', 'comments', commentsOf(item), args),
    } as Record<string, Field<never>>,
    DiscussionCategory: { id: () => 'DIC_kwDO1', name: () => 'Announcements', slug: () => 'announcements', isAnswerable: () => false },
    DiscussionComment: {
      ...written,
      deletedAt: (item: Item) => (item.deletedAt === null ? null : seconds(item.deletedAt)),
      isMinimized: (item: Item) => item.hidden,
      minimizedReason: (item: Item) => (item.hidden ? String(item.extra['minimized'] ?? 'spam') : null),
      isAnswer: () => false,
      replyTo: (item: Item) => {
        const above = world.items[platform].get(item.parentId ?? '')
        return above && above.parentId !== null ? new Thing('DiscussionComment', above) : null
      },
      replies: (item: Item, args: Args) => windowOf(context, 'DiscussionComment', 'replies', below(item), args),
      discussion: (item: Item) => {
        const root = world.items[platform].get(item.rootId)
        return root ? new Thing('Discussion', root) : null
      },
    } as Record<string, Field<never>>,
    IssueComment: { ...written, repository: () => new Thing('Repository', { owner: 'elsewhere', name: 'issues' }) } as Record<
      string,
      Field<never>
    >,
    ReactionGroup: {
      content: (of: { content: string }) => of.content,
      viewerHasReacted: (of: { viewer: boolean }) => of.viewer,
      reactors: (of: { users: string[] }) => new Thing('Counted', of.users.length),
      users: (of: { users: string[] }) => new Thing('Counted', of.users.length),
    } as Record<string, Field<never>>,
    Counted: { totalCount: (of: number) => of } as Record<string, Field<never>>,
    Payload: Object.fromEntries(
      ['comment', 'subject', 'minimizedComment', 'unminimizedComment', 'clientMutationId'].map((name) => [
        name,
        (of: Record<string, unknown>) => of[name] ?? null,
      ]),
    ) as Record<string, Field<never>>,
  }
  return { ...types, ...connectionTypes }
}

const connection: Record<string, Field<{ nodes: Thing[]; cursors: string[]; total: number; hasNext: boolean; hasPrevious: boolean }>> = {
  nodes: (of) => of.nodes,
  edges: (of) => of.nodes.map((node, index) => new Thing('Edge', { node, cursor: of.cursors[index] })),
  totalCount: (of) => of.total,
  pageInfo: (of) => new Thing('PageInfo', of),
}

const connectionTypes = {
  DiscussionConnection: connection,
  DiscussionCommentConnection: connection,
  Edge: { node: (of: { node: Thing }) => of.node, cursor: (of: { cursor: string }) => of.cursor },
  PageInfo: {
    hasNextPage: (of: { hasNext: boolean }) => of.hasNext,
    hasPreviousPage: (of: { hasPrevious: boolean }) => of.hasPrevious,
    startCursor: (of: { cursors: string[] }) => of.cursors[0] ?? null,
    endCursor: (of: { cursors: string[] }) => of.cursors.at(-1) ?? null,
  },
} as Types

/** A deleted comment that was answered keeps its place, without words. */
function shown(item: Item | undefined, repliesOf: (item: Item) => Item[]): Item | undefined {
  return item && (item.deletedAt === null || (item.parentId !== null && repliesOf(item).length > 0)) ? item : undefined
}

function wordsOf(item: Item): string {
  return item.deletedAt === null ? item.text : ''
}

/** Whoever left GitHub is nobody. */
function isNameless({ world, faults }: Context, item: Item): boolean {
  const author = world.author(item)
  return !author.isBrand && (Number(author.id) % 100) / 100 < faults.quirks.anonymousAuthors
}
