import type { Context } from '../context.ts'
import type { Happening, Item } from '../world/item.ts'
import { isComment } from './ids.ts'
import type { Reason } from './things.ts'

type Notice = { itemId: string; reason: Reason; read: boolean }

const keptNotices = 20_000

/** The brand's inbox: comments below its posts, below its comments, and such as name it elsewhere; each once. */
export class Inbox {
  #context: Context
  #notices: Notice[] = []

  constructor(context: Context) {
    this.#context = context
    context.world.listen((happening) => this.#hear(happening))
  }

  /** Everything, newest first, deleted things too: they keep their place, and are shown to nobody. */
  list(): { item: Item; reason: Reason; read: boolean }[] {
    const { items } = this.#context.world
    return this.#notices
      .flatMap(({ itemId, reason, read }) => {
        const item = items.reddit.get(itemId)
        return item ? [{ item, reason, read }] : []
      })
      .reverse()
  }

  /** Marks things as read. */
  mark(ids: readonly string[]): void {
    for (const notice of this.#notices) if (ids.includes(notice.itemId)) notice.read = true
  }

  all(): Notice[] {
    return this.#notices
  }

  restore(notices: Notice[]): void {
    this.#notices = notices
  }

  clear(): void {
    this.#notices = []
  }

  #hear({ kind, item }: Happening): void {
    const { world, faults } = this.#context
    if (kind !== 'added' || item.platform !== 'reddit' || !isComment(item)) return
    const brand = world.brand('reddit')
    if (item.authorId === brand.id) return
    const parent = world.items.reddit.get(item.parentId ?? '')
    const below: Reason | null = parent?.authorId === brand.id ? (isComment(parent) ? 'comment_reply' : 'post_reply') : null
    const reason = below ?? (item.mentionsBrand ? 'username_mention' : null)
    if (!reason || (faults.quirks.lostNotifications > 0 && world.random() < faults.quirks.lostNotifications)) return
    this.#notices.push({ itemId: item.id, reason, read: false })
    if (this.#notices.length > keptNotices) this.#notices.splice(0, keptNotices / 10)
  }
}
