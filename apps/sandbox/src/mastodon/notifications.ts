import type { Context } from '../context.ts'
import type { Happening, Item, JsonObject } from '../world/item.ts'
import { accountEntity, statusEntity } from './entities.ts'

/** A notification as it is kept. */
export type Notice = { id: string; type: string; itemId: string; actorId: string; at: number }

const keptNotices = 20_000

/**
 * The brand's notifications: `mention` for a status that names the brand (a reply that dropped the
 * name gets none), `quote`, `favourite`. A deleted status takes its notifications with it.
 */
export class Notifications {
  #context: Context
  #notices: Notice[] = []
  #lastId = 0
  #listeners: ((notice: Notice) => void)[] = []

  constructor(context: Context) {
    this.#context = context
    context.world.listen((happening) => this.#hear(happening))
  }

  /** The notifications that exist now, oldest first, by type. */
  list(types: string[], excluded: string[]): Notice[] {
    return this.#notices.filter((notice) => {
      if (types.length > 0 && !types.includes(notice.type)) return false
      if (excluded.includes(notice.type)) return false
      const item = this.#context.world.find('mastodon', notice.itemId)
      return item !== undefined && (notice.type !== 'favourite' || item.likes.has(notice.actorId))
    })
  }

  /** The Notification entity. */
  entity(notice: Notice): JsonObject {
    const { world } = this.#context
    const item = world.find('mastodon', notice.itemId)
    const actor = world.accounts.mastodon.get(notice.actorId)
    const grouped = notice.type === 'favourite'
    return {
      id: notice.id,
      type: notice.type,
      group_key: grouped ? `favourite-${notice.itemId}-1` : `ungrouped-${notice.id}`,
      created_at: new Date(notice.at).toISOString(),
      account: actor && accountEntity(this.#context, actor),
      ...(item ? { status: statusEntity(this.#context, item) } : {}),
    }
  }

  /** Calls `listener` with every notification that is made from now on. */
  listen(listener: (notice: Notice) => void): void {
    this.#listeners.push(listener)
  }

  /** Takes one notification away. */
  dismiss(id: string): void {
    this.#notices = this.#notices.filter((notice) => notice.id !== id)
  }

  /** Every notification, to be saved. */
  all(): Notice[] {
    return this.#notices
  }

  /** Takes up what was saved. */
  restore(notices: Notice[]): void {
    this.#notices = notices
    this.#lastId = Number(notices.at(-1)?.id ?? 0)
  }

  /** Forgets all. */
  clear(): void {
    this.#notices = []
  }

  #hear(happening: Happening): void {
    const { item, kind, at } = happening
    if (item.platform !== 'mastodon') return
    const brandId = this.#context.world.brand('mastodon').id
    if (kind === 'liked' && item.authorId === brandId && happening.actorId !== brandId)
      return this.#keep({ type: 'favourite', itemId: item.id, actorId: happening.actorId, at })
    if (kind !== 'added' || item.authorId === brandId) return
    const type = this.#typeFor(item, brandId)
    if (type) this.#keep({ type, itemId: item.id, actorId: item.authorId, at: item.indexedAt })
  }

  #typeFor(item: Item, brandId: string): string | null {
    if (item.mentionsBrand) return 'mention'
    const quoted = this.#context.world.find('mastodon', item.quotedId)
    return quoted?.authorId === brandId ? 'quote' : null
  }

  #keep(notice: Omit<Notice, 'id'>): void {
    const { lostNotifications } = this.#context.faults.quirks
    if (lostNotifications > 0 && this.#context.world.random() < lostNotifications) return
    this.#lastId = Math.max(this.#lastId + 1, this.#context.world.now().getTime())
    const made = { ...notice, id: String(this.#lastId) }
    this.#notices.push(made)
    for (const listener of this.#listeners) listener(made)
    if (this.#notices.length > keptNotices) this.#notices.splice(0, keptNotices / 10)
  }
}
