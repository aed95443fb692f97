import type { Context } from '../context.ts'
import type { Happening, Item, JsonObject } from '../world/item.ts'
import type { World } from '../world/world.ts'
import { invalid } from './errors.ts'
import { activityOf } from './ids.ts'
import { fieldOf, pageIn, textIn } from './restli.ts'
import type { Value } from './restli.ts'
import type { LinkedIn } from './routes.ts'

/** What LinkedIn tells an administrator of: the same in webhooks and in the finder. */
export type Notification = JsonObject & { notificationId: number; action: string; sourcePost: string; lastModifiedAt: number }

export const actions = ['LIKE', 'COMMENT', 'SHARE', 'SHARE_MENTION', 'ADMIN_COMMENT', 'COMMENT_EDIT', 'COMMENT_DELETE']

const keptDays = 60

/** One number for one happening, whoever asks: a webhook and the finder tell the same. */
const told = new WeakMap<Happening, Notification | null>()

/** What becomes of a happening: one notification, or null where LinkedIn says nothing. */
export function notificationOf(context: Context, happening: Happening): Notification | null {
  const known = told.get(happening)
  if (known !== undefined) return known
  const made = make(context, happening)
  told.set(happening, made)
  return made
}

function make(context: Context, happening: Happening): Notification | null {
  const { world, secrets } = context
  const { item, at } = happening
  const action = item.platform === 'linkedin' ? actionOf(context, happening) : null
  if (action === null) return null
  const isMention = action === 'SHARE_MENTION'
  const source = isMention ? item : world.items.linkedin.get(action === 'SHARE' ? (item.quotedId ?? '') : item.rootId)
  if (!source) return null
  const isGone = action === 'COMMENT_DELETE'
  const urn = item.parentId === null ? 'share' : 'comment'
  return {
    notificationId: 99_000_000_000 + world.nextSerial(),
    organizationalEntity: world.brand('linkedin').id,
    action,
    sourcePost: source.id,
    ...(isMention ? {} : { decoratedSourcePost: decorated(source) }),
    generatedActivity: happening.kind === 'liked' ? `urn:li:reaction:(${happening.actorId},${activityOf(world, item)})` : item.id,
    // What is gone is told by its id alone.
    ...(isGone || happening.kind === 'liked' ? {} : { decoratedGeneratedActivity: { [urn]: decorated(item) } }),
    lastModifiedAt: at,
    subscriber: memberOf(secrets.linkedin),
  }
}

function decorated(item: Item): JsonObject {
  return { entity: item.id, owner: item.authorId, text: item.text }
}

/** The member who looks after the page. */
export function memberOf({ memberId }: { memberId: string }): string {
  return `urn:li:person:${memberId}`
}

/** Below a post of the page, where somebody shares it on, and where the page is tagged in somebody's post. Nothing tells of a tag in a comment elsewhere, of hiding, or of a like taken back. */
function actionOf({ world }: Context, { kind, item, ...rest }: Happening): string | null {
  const brandId = world.brand('linkedin').id
  const root = world.items.linkedin.get(item.rootId)
  const isOurs = root?.authorId === brandId
  if (kind === 'added' && item.parentId === null) return item.authorId === brandId ? null : sharedBy(world, item)
  if (!isOurs || item.parentId === null) return kind === 'liked' && isOurs && likedBy(rest) !== brandId ? 'LIKE' : null
  if (kind === 'added') return item.authorId === brandId ? 'ADMIN_COMMENT' : 'COMMENT'
  if (kind === 'edited') return 'COMMENT_EDIT'
  return kind === 'removed' ? 'COMMENT_DELETE' : null
}

function sharedBy(world: World, item: Item): string | null {
  const quoted = world.items.linkedin.get(item.quotedId ?? '')
  if (quoted?.authorId === world.brand('linkedin').id) return 'SHARE'
  return item.mentionsBrand ? 'SHARE_MENTION' : null
}

function likedBy(rest: object): unknown {
  return 'actorId' in rest ? rest.actorId : undefined
}

/** `GET /organizationalEntityNotifications?q=criteria`: newest first, of the last 60 days. */
export function findNotifications(linkedin: LinkedIn, query: Record<string, Value>): JsonObject {
  const { world, notifications } = linkedin
  if (query['q'] !== 'criteria') throw invalid("Parameter 'q' must be criteria")
  if (textIn(query['organizationalEntity'], 'organizationalEntity') !== world.brand('linkedin').id) return { paging: {}, elements: [] }
  const asked = query['actions'] ?? actions
  if (!Array.isArray(asked)) throw invalid("Parameter 'actions' must be a list")
  const wrong = asked.find((action) => !actions.includes(String(action)))
  if (wrong !== undefined) throw invalid(`${String(wrong)} is not an enum symbol`)
  const range = query['timeRange']
  if (range !== undefined && !/^\d+$/.test(fieldOf(range, 'start'))) throw invalid("Parameter 'timeRange' must have a start")
  const oldest = world.clock('linkedin') - keptDays * 86_400_000
  const [start, end] = [Number(fieldOf(range, 'start') || 0), Number(fieldOf(range, 'end') || Number.MAX_SAFE_INTEGER)]
  const found = [...notifications.values()]
    .filter(({ lastModifiedAt: at }) => at >= Math.max(start, oldest) && at < end)
    .filter(({ action, sourcePost }) => asked.includes(action) && (query['sourcePost'] ?? sourcePost) === sourcePost)
    .toReversed()
  const { page, paging } = pageIn(query, found)
  return { paging: { ...paging, total: found.length }, elements: page }
}
