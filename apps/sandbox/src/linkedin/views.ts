import type { Context } from '../context.ts'
import type { Account, Item, JsonObject } from '../world/item.ts'
import { activityOf, isReply, numberOf } from './ids.ts'
import { contentOf } from './images.ts'

/** A comment or reply as the API shows it. Names come along only where a projection asks for the actor itself. */
export function comment(context: Context, item: Item, projection = ''): JsonObject {
  const { world, faults } = context
  const replies = world.replies(item)
  const urn = faults.quirks['saysDollarUrn'] === true ? { $URN: item.id } : { commentUrn: item.id }
  const at = (time: number): JsonObject => ({ actor: item.authorId, time })
  return {
    id: numberOf(item),
    ...urn,
    actor: item.authorId,
    ...(projection.includes('actor~') ? { 'actor~': actor(context, world.author(item)) } : {}),
    object: activityOf(world, item),
    message: { text: item.text, attributes: [] },
    ...contentOf(context, item),
    created: at(item.createdAt),
    lastModified: at(item.editedAt ?? item.createdAt),
    likesSummary: {
      selectedLikes: [],
      totalLikes: item.likes.size,
      aggregatedTotalLikes: item.likes.size,
      likedByCurrentUser: item.likes.has(world.brand('linkedin').id),
    },
    ...(isReply(item)
      ? { parentComment: item.parentId }
      : { commentsSummary: { selectedComments: [], totalFirstLevelComments: replies.length, aggregatedTotalComments: replies.length } }),
  }
}

/** Who wrote something: an organization by its name, a member by first and last, unless nobody is to be named. */
function actor({ faults }: Context, account: Account): JsonObject {
  if (account.isBrand) return { id: idOf(account.id), localizedName: account.name, vanityName: account.handle }
  if (faults.quirks['namelessMembers'] === true) return { id: idOf(account.id) }
  const [first = '', ...rest] = account.name.split(' ')
  return { id: idOf(account.id), localizedFirstName: first, localizedLastName: rest.join(' ') }
}

/** What follows the last colon of a URN. */
export function idOf(urn: string): string {
  return urn.slice(urn.lastIndexOf(':') + 1)
}

/** A post as the Posts API shows it. */
export function post(item: Item): JsonObject {
  return {
    id: item.id,
    author: item.authorId,
    commentary: item.text,
    createdAt: item.createdAt,
    publishedAt: item.createdAt,
    lastModifiedAt: item.editedAt ?? item.createdAt,
    lifecycleState: 'PUBLISHED',
    lifecycleStateInfo: { isEditedByAuthor: item.editedAt !== null },
    visibility: 'PUBLIC',
    distribution: { feedDistribution: 'MAIN_FEED', thirdPartyDistributionChannels: [] },
    isReshareDisabledByAuthor: false,
  }
}

/** What is counted below a post or comment, and whether comments are taken. */
export function metadata({ world }: Context, item: Item, urn: string): JsonObject {
  const all = world.descendants(item).length
  const likes = item.likes.size
  return {
    entity: urn,
    commentsState: item.extra['commentsState'] ?? 'OPEN',
    reactionSummaries: likes > 0 ? { LIKE: { reactionType: 'LIKE', count: likes } } : {},
    commentSummary: { count: all, topLevelCount: world.replies(item).length },
  }
}

/** The page of the organization. */
export function organization({ world, publicUrl }: Context): JsonObject {
  const { id, name, handle } = world.brand('linkedin')
  return {
    id: Number(idOf(id)),
    $URN: id,
    vanityName: handle,
    localizedName: name,
    name: { localized: { en_US: name }, preferredLocale: { country: 'US', language: 'en' } },
    localizedWebsite: `${publicUrl()}/linkedin`,
    primaryOrganizationType: 'NONE',
  }
}
