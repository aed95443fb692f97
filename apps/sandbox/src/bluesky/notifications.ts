import type { Context } from '../context.ts'
import type { Happening, Item, JsonObject } from '../world/item.ts'
import { cidOf, tidClock } from './ids.ts'
import { profileView } from './views.ts'
import type { Viewer } from './views.ts'

type Reason = 'reply' | 'mention' | 'quote' | 'like'
type Notice = {
  seq: number
  uri: string
  cid: string | null
  itemId: string
  actorId: string
  reason: Reason
  subject: string | null
  record: JsonObject | null
  sortAt: number
  indexedAt: number
}

const keptNotices = 20_000
/** Replies climb to ancestors less than this many levels above them. */
const replyDepth = 5

/**
 * The brand's notifications: one for a post, as mention before quote before reply, ordered by the
 * earlier of the claimed and the real time. Replies five levels or more below the brand's post, and
 * the share that the quirk loses, never get one.
 */
export class Notifications {
  #context: Context
  #notices: Notice[] = []
  #lastSeq = 0
  #nextTid = tidClock()

  constructor(context: Context) {
    this.#context = context
    context.world.listen((happening) => this.#hear(happening))
  }

  /** One page for `listNotifications`; the reasons filter runs after the limit. */
  page(viewer: Viewer, query: { limit: number; cursor?: string; reasons: string[] }): JsonObject {
    const { cursor } = query
    const shown = this.#notices
      .filter((notice) => this.#isShown(viewer, notice))
      .sort((a, b) => (placeOf(a) < placeOf(b) ? 1 : -1))
      .filter((notice) => cursor === undefined || placeOf(notice) < cursor)
    const limit = viewer.faults.quirks.shortPages ? Math.ceil(query.limit / 2) : query.limit
    const page = shown.slice(0, limit)
    const last = page.at(-1)
    const wanted = page.filter(({ reason }) => query.reasons.length === 0 || query.reasons.includes(reason))
    return {
      notifications: wanted.map((notice) => noticeView(viewer, notice)),
      ...(last && page.length === limit ? { cursor: placeOf(last) } : {}),
      priority: false,
    }
  }

  /** Every notification, to be saved. */
  all(): Notice[] {
    return this.#notices
  }

  /** Takes up what was saved. */
  restore(notices: Notice[]): void {
    this.#notices = notices
    this.#lastSeq = notices.at(-1)?.seq ?? 0
  }

  /** Forgets all. */
  clear(): void {
    this.#notices = []
  }

  #hear(happening: Happening): void {
    const { item, kind } = happening
    if (item.platform !== 'bluesky') return
    const { world } = this.#context
    const brandId = world.brand('bluesky').id
    if (kind === 'liked' && item.authorId === brandId && happening.actorId !== brandId) {
      const { actorId, at } = happening
      const subject = { uri: item.id, cid: item.cid }
      const createdAt = new Date(at).toISOString()
      const record = { $type: 'app.bsky.feed.like', subject, createdAt }
      const uri = `at://${actorId}/app.bsky.feed.like/${this.#nextTid(world.now().getTime())}`
      const cid = cidOf({ ...record, uri })
      const where = { uri, cid, record, itemId: item.id, subject: item.id }
      return this.#keep({ ...where, actorId, reason: 'like', sortAt: at, indexedAt: at })
    }
    if (kind !== 'added' || item.authorId === brandId || item.hidden) return
    const found = this.#reasonFor(item, brandId)
    if (!found) return
    this.#keep({
      ...found,
      uri: item.id,
      cid: null,
      itemId: item.id,
      actorId: item.authorId,
      record: null,
      sortAt: Math.min(item.createdAt, item.indexedAt),
      indexedAt: item.indexedAt,
    })
  }

  #reasonFor(item: Item, brandId: string): { reason: Reason; subject: string | null } | null {
    const { world } = this.#context
    if (item.mentionsBrand) return { reason: 'mention', subject: null }
    const quoted = world.find('bluesky', item.quotedId)
    if (quoted?.authorId === brandId) return { reason: 'quote', subject: quoted.id }
    let ancestor = world.find('bluesky', item.parentId)
    for (let height = 1; ancestor && height < replyDepth; height += 1) {
      if (ancestor.authorId === brandId) return { reason: 'reply', subject: ancestor.id }
      ancestor = world.find('bluesky', ancestor.parentId)
    }
    return null
  }

  #keep(notice: Omit<Notice, 'seq'>): void {
    const { lostNotifications } = this.#context.faults.quirks
    if (lostNotifications > 0 && this.#context.world.random() < lostNotifications) return
    this.#lastSeq += 1
    this.#notices.push({ ...notice, seq: this.#lastSeq })
    if (this.#notices.length > keptNotices) this.#notices.splice(0, keptNotices / 10)
  }

  #isShown(viewer: Viewer, notice: Notice): boolean {
    const item = viewer.world.find('bluesky', notice.itemId)
    if (!item) return false
    if (notice.reason === 'like') return item.likes.has(notice.actorId)
    const brandId = viewer.world.brand('bluesky').id
    return !viewer.records.hiddenBelow(brandId, item.rootId).includes(item.id)
  }
}

function noticeView(viewer: Viewer, notice: Notice): JsonObject {
  const item = viewer.world.find('bluesky', notice.itemId)
  const actor = viewer.world.accounts.bluesky.get(notice.actorId)
  const indexedAt = new Date(notice.indexedAt).toISOString()
  return {
    uri: notice.uri,
    cid: notice.cid ?? item?.cid,
    author: actor && { ...profileView(viewer, actor), indexedAt },
    reason: notice.reason,
    ...(notice.subject ? { reasonSubject: notice.subject } : {}),
    record: notice.record ?? item?.record,
    isRead: false,
    indexedAt,
    labels: [],
  }
}

function placeOf(notice: Notice): string {
  return `${new Date(notice.sortAt).toISOString()}::${String(notice.seq).padStart(12, '0')}`
}
