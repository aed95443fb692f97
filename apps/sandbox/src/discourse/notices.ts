import type { Context } from '../context.ts'
import type { Happening, Item, JsonObject } from '../world/item.ts'
import { namesBrand, numberOf, postNumberOf, topicIdOf } from './ids.ts'
import { firstOf, iso, slugOf, titleOf } from './views.ts'

/** Kinds of notifications by their numbers. */
const kinds = { mentioned: 1, replied: 2, liked: 5, posted: 9 } as const

/** One notification of the brand. `actorId`: who did it. */
export type Notice = { id: number; kind: number; itemId: string; actorId: string; read: boolean; at: number }

const keptNotices = 20_000

/**
 * The brand's notifications: one a post, a mention before a reply before a new post in a topic of its own, and likes. Those of posts that were
 * deleted are not shown.
 */
export class Notices {
  #context: Context
  #notices: Notice[] = []
  #listeners: ((notice: Notice) => void)[] = []

  constructor(context: Context) {
    this.#context = context
    context.world.listen((happening) => this.#hear(happening))
  }

  /** Calls `listener` for each new one. */
  listen(listener: (notice: Notice) => void): void {
    this.#listeners.push(listener)
  }

  /** All that can still be seen, newest first. */
  list(): Notice[] {
    return this.#notices.filter(({ itemId }) => this.#context.world.find('discourse', itemId)).reverse()
  }

  /** Marks one as read, or all. */
  markRead(id: number | null): void {
    for (const notice of this.#notices) if (id === null || notice.id === id) notice.read = true
  }

  /** Every notification, to be saved. */
  all(): Notice[] {
    return this.#notices
  }

  /** Takes up what was saved. */
  restore(notices: Notice[]): void {
    this.#notices = notices
  }

  /** Forgets all. */
  clear(): void {
    this.#notices = []
  }

  #hear(happening: Happening): void {
    const { item, at } = happening
    if (item.platform !== 'discourse') return
    const { world, faults } = this.#context
    const actorId = happening.kind === 'liked' ? happening.actorId : item.authorId
    const kind = actorId === world.brand('discourse').id ? null : this.#kindOf(happening)
    if (kind === null || (faults.quirks.lostNotifications > 0 && world.random() < faults.quirks.lostNotifications)) return
    const notice = { id: (this.#notices.at(-1)?.id ?? 500) + 1, kind, itemId: item.id, actorId, read: false, at }
    this.#notices.push(notice)
    if (this.#notices.length > keptNotices) this.#notices.splice(0, keptNotices / 10)
    for (const listener of this.#listeners) listener(notice)
  }

  #kindOf({ kind, item }: Happening): number | null {
    const { world } = this.#context
    const brandId = world.brand('discourse').id
    if (kind === 'liked') return item.authorId === brandId ? kinds.liked : null
    if (kind !== 'added') return null
    if (namesBrand(world, item.text)) return kinds.mentioned
    const above = world.items.discourse.get(item.parentId ?? '')
    if (above?.authorId === brandId) return kinds.replied
    return item.parentId !== null && firstOf(this.#context, item).authorId === brandId ? kinds.posted : null
  }
}

/** A notification as the API and the webhook give it. */
export function noticeOf(context: Context, notice: Notice): JsonObject {
  const { world } = context
  const item = world.items.discourse.get(notice.itemId) as Item
  const first = firstOf(context, item)
  const actor = world.accounts.discourse.get(notice.actorId)
  return {
    id: notice.id,
    user_id: Number(world.brand('discourse').id),
    notification_type: notice.kind,
    read: notice.read,
    high_priority: false,
    created_at: iso(notice.at),
    post_number: postNumberOf(item),
    topic_id: topicIdOf(item),
    slug: slugOf(first),
    fancy_title: titleOf(first),
    data: {
      topic_title: titleOf(first),
      original_post_id: numberOf(item),
      original_post_type: 1,
      original_username: actor?.handle,
      revision_number: null,
      display_username: actor?.handle,
    },
  }
}
