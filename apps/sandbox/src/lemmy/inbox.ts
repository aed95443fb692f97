import type { Context } from '../context.ts'
import type { Happening, Item, JsonObject } from '../world/item.ts'
import { commentView, instance, isComment, numberOf, personView } from './views.ts'

type Notice = { id: number; kind: 'reply' | 'mention'; itemId: string; read: boolean; at: number }

const keptNotices = 20_000

/**
 * The brand's inbox: a reply for a comment right below something of its own, a mention for a comment that names it elsewhere, never both. Posts that name
 * it are told of by version 4 of the API only.
 */
export class Inbox {
  #context: Context
  #notices: Notice[] = []

  constructor(context: Context) {
    this.#context = context
    context.world.listen((happening) => this.#hear(happening))
  }

  /** Replies or mentions, newest first. */
  list(kind: Notice['kind'], unreadOnly: boolean): Notice[] {
    const all = this.#notices.filter((notice) => notice.kind === kind && !(unreadOnly && notice.read))
    return all.filter((notice) => this.#context.world.items.lemmy.has(notice.itemId)).reverse()
  }

  /** `CommentReplyView` or `PersonMentionView`. */
  view(notice: Notice): JsonObject {
    const { world } = this.#context
    const item = world.items.lemmy.get(notice.itemId)
    const brand = world.brand('lemmy')
    const told = {
      id: notice.id,
      recipient_id: Number(brand.id),
      comment_id: numberOf(notice.itemId),
      read: notice.read,
      published: new Date(notice.at).toISOString(),
    }
    return {
      ...(notice.kind === 'reply' ? { comment_reply: told } : { person_mention: told }),
      ...(item ? commentView(this.#context, item) : {}),
      recipient: personView(this.#context, brand),
    }
  }

  /** Marks one as read or unread; undefined when there is none. */
  mark(kind: Notice['kind'], id: number, read: boolean): Notice | undefined {
    const notice = this.#notices.find((each) => each.kind === kind && each.id === id)
    if (notice) notice.read = read
    return notice
  }

  /** Every notice, to be saved. */
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

  #hear({ kind, item, at }: Happening): void {
    const { world, faults } = this.#context
    if (kind !== 'added' || item.platform !== 'lemmy' || !isComment(item)) return
    const brand = world.brand('lemmy')
    if (item.authorId === brand.id) return
    const told = this.#kindFor(item, brand.id)
    if (!told || (faults.quirks.lostNotifications > 0 && world.random() < faults.quirks.lostNotifications)) return
    this.#notices.push({ id: (this.#notices.at(-1)?.id ?? 0) + 1, kind: told, itemId: item.id, read: false, at })
    if (this.#notices.length > keptNotices) this.#notices.splice(0, keptNotices / 10)
  }

  #kindFor(item: Item, brandId: string): Notice['kind'] | null {
    const parent = this.#context.world.items.lemmy.get(item.parentId ?? '')
    if (parent?.authorId === brandId) return 'reply'
    const { handle } = this.#context.world.brand('lemmy')
    return item.text.toLowerCase().includes(`@${handle}@${instance}`) ? 'mention' : null
  }
}
