import type { Ids } from '../dialect.ts'
import { dialectOf, perPlatform, platformIds } from '../registry.ts'
import { Files } from './files.ts'
import type { KeptFile } from './files.ts'
import { Journal } from './journal.ts'
import type { Account, Draft, Happening, Item, ItemMedia, PlatformId } from './item.ts'
import { trim } from './trim.ts'

/** What a world is made of. `keepItems` bounds the items kept on each platform. */
export type WorldOptions = {
  now: () => Date
  random: () => number
  keepItems: number
}

type Change = { spoiler?: string; title?: string; rating?: number | null; media?: ItemMedia[]; at?: number }

/**
 * The one state behind all pretend platforms: accounts, posts, comment trees, likes, edits,
 * deletions. It knows nothing of wire shapes; each platform's folder renders it. Bounded: the
 * oldest conversations are forgotten once a platform holds more than `keepItems` items.
 */
export class World {
  readonly now: () => Date
  readonly random: () => number
  readonly journal: Journal
  readonly files = new Files()
  readonly keepItems: number
  readonly skewMs = perPlatform(() => 0)
  accounts = perPlatform(() => new Map<string, Account>())
  items = perPlatform(() => new Map<string, Item>())
  byKey = new Map<string, Item>()
  #ids: Record<PlatformId, Ids> = perPlatform((dialect) => dialect.ids())
  #listeners: ((happening: Happening) => void)[] = []
  #serial = 0

  constructor(options: WorldOptions) {
    this.now = options.now
    this.random = options.random
    this.keepItems = options.keepItems
    this.journal = new Journal(options.now)
  }

  /** The platform's own clock in milliseconds: real time plus the skew scripted for it. */
  clock(platform: PlatformId): number {
    return this.now().getTime() + this.skewMs[platform]
  }

  /** A number never given out before in this world. */
  nextSerial(): number {
    this.#serial += 1
    return this.#serial
  }

  /** Calls `listener` after every change, in order. */
  listen(listener: (happening: Happening) => void): void {
    this.#listeners.push(listener)
  }

  /** Adds an account with a known id, or returns the one that has it. */
  addAccount(account: Account): Account {
    const known = this.accounts[account.platform].get(account.id)
    if (known) return known
    this.accounts[account.platform].set(account.id, account)
    return account
  }

  /** The account with this handle (no leading @), made on first sight. */
  person(platform: PlatformId, name: string, handle: string): Account {
    for (const account of this.accounts[platform].values()) if (account.handle === handle) return account
    const id = this.#ids[platform].mintAccount(this, handle)
    const createdAt = this.clock(platform) - 400 * 86_400_000
    return this.addAccount({ id, platform, name, handle, isBrand: false, createdAt })
  }

  /** Whether the brand has its account there yet. */
  hasBrand(platform: PlatformId): boolean {
    return [...this.accounts[platform].values()].some((account) => account.isBrand)
  }

  /** The brand's own account on this platform. */
  brand(platform: PlatformId): Account {
    for (const account of this.accounts[platform].values()) if (account.isBrand) return account
    throw new Error(`no brand on ${platform}`)
  }

  /** Who wrote the item. */
  author(item: Item): Account {
    const account = this.accounts[item.platform].get(item.authorId)
    if (!account) throw new Error(`no author ${item.authorId} on ${item.platform}`)
    return account
  }

  /** The item with this platform id if it exists and is not deleted. */
  find(platform: PlatformId, id: string | null | undefined): Item | undefined {
    const item = id ? this.items[platform].get(id) : undefined
    return item && item.deletedAt === null ? item : undefined
  }

  /** The living direct replies of an item, oldest first. */
  replies(item: Item): Item[] {
    const replies = item.replyIds.flatMap((id) => this.find(item.platform, id) ?? [])
    return replies.sort((a, b) => a.createdAt - b.createdAt)
  }

  /** Every living item below this one, depth first. */
  descendants(item: Item): Item[] {
    return this.replies(item).flatMap((reply) => [reply, ...this.descendants(reply)])
  }

  /** The files that an item carries, in their order; without those that were forgotten. */
  mediaOf(item: Item): { file: KeptFile; alt: string }[] {
    return item.media.flatMap(({ fileId, alt }) => {
      const file = this.files.find(item.platform, fileId)
      return file ? [{ file, alt }] : []
    })
  }

  /** Living posts that start a thread, newest first; only the brand's if `brandOnly`. */
  posts(platform: PlatformId, brandOnly: boolean): Item[] {
    const brandId = this.brand(platform).id
    const posts: Item[] = []
    for (const item of this.items[platform].values())
      if (item.parentId === null && item.deletedAt === null) if (!brandOnly || item.authorId === brandId) posts.push(item)
    // Reversed first, so that of two written in one millisecond the later comes first too.
    return posts.reverse().sort((a, b) => b.createdAt - a.createdAt)
  }

  /** Writes a post, comment or reply. A parent that was never here is kept as a bare id. */
  write(wanted: Draft): Item {
    const { platform } = wanted
    const target = wanted.parentId ? this.items[platform].get(wanted.parentId) : undefined
    const parent = target && (dialectOf(platform).place?.(this, target) ?? target)
    const draft = { ...wanted, parentId: parent?.id ?? wanted.parentId }
    const at = this.clock(platform)
    const minted = this.#ids[platform].mint(this, draft, draft.createdAt ?? at)
    const id = draft.id ?? minted.id
    const item: Item = {
      key: `${platform.slice(0, 1)}${this.nextSerial().toString(36)}${Math.floor(at / 1000).toString(36)}`,
      platform,
      id,
      authorId: draft.authorId,
      parentId: draft.parentId ?? null,
      rootId: parent?.rootId ?? draft.parentId ?? id,
      quotedId: draft.quotedId ?? null,
      mentionsBrand: draft.mentionsBrand ?? minted.mentionsBrand ?? false,
      title: draft.title ?? '',
      text: draft.text,
      rating: draft.rating ?? null,
      lang: draft.lang ?? 'en',
      createdAt: draft.createdAt ?? at,
      indexedAt: draft.indexedAt ?? at,
      editedAt: null,
      earlier: [],
      deletedAt: null,
      hidden: false,
      replyIds: [],
      likes: new Map(),
      visibility: draft.visibility ?? 'public',
      spoiler: draft.spoiler ?? '',
      record: draft.record ?? minted.record ?? null,
      cid: minted.cid ?? '',
      extra: { ...minted.extra, ...draft.extra },
      media: draft.media ?? [],
      toldPrivately: [],
      writer: draft.writer ?? null,
    }
    this.items[platform].set(id, item)
    this.byKey.set(item.key, item)
    parent?.replyIds.push(id)
    this.#tell({ kind: 'added', item, at })
    trim(this, platform)
    return item
  }

  /** Changes the text (and spoiler, title, stars, media), keeping the earlier version. */
  edit(item: Item, text: string, change: Change = {}): Item {
    const at = change.at ?? this.clock(item.platform)
    const versionAt = item.editedAt ?? item.createdAt
    item.earlier.push({ text: item.text, at: versionAt, spoiler: item.spoiler })
    item.text = text
    item.spoiler = change.spoiler ?? item.spoiler
    item.title = change.title ?? item.title
    item.rating = change.rating ?? item.rating
    item.media = change.media ?? item.media
    item.editedAt = at
    const shaped = this.#ids[item.platform].reshape?.(this, item)
    if (shaped) Object.assign(item, shaped)
    this.#tell({ kind: 'edited', item, at })
    return item
  }

  /** Deletes an item; where the platform does so, everything below it goes too. Deleting twice does nothing. */
  remove(item: Item, at = this.clock(item.platform)): void {
    if (item.deletedAt !== null) return
    if (dialectOf(item.platform).removalTakesReplies) for (const reply of this.replies(item)) this.remove(reply, at)
    item.deletedAt = at
    this.#tell({ kind: 'removed', item, at })
  }

  /** Hides or shows a comment to the public. */
  hide(item: Item, hidden: boolean): void {
    if (item.hidden === hidden) return
    item.hidden = hidden
    this.#tell({ kind: hidden ? 'hidden' : 'unhidden', item, at: this.clock(item.platform) })
  }

  /** Somebody likes an item. Liking twice does nothing. */
  like(item: Item, actorId: string, at = this.clock(item.platform)): void {
    if (item.likes.has(actorId)) return
    item.likes.set(actorId, at)
    this.#tell({ kind: 'liked', item, actorId, at })
  }

  /** Takes a like back. */
  unlike(item: Item, actorId: string): void {
    if (!item.likes.delete(actorId)) return
    this.#tell({ kind: 'unliked', item, actorId, at: this.clock(item.platform) })
  }

  /** Takes up items that were saved, as they were; listeners hear nothing of it. */
  restore(items: Item[], serial: number): void {
    for (const item of items) {
      this.items[item.platform].set(item.id, item)
      this.byKey.set(item.key, item)
    }
    this.#serial = Math.max(this.#serial, serial)
  }

  /** Forgets everything but its listeners, which hear nothing of it. */
  clear(): void {
    this.accounts = perPlatform(() => new Map<string, Account>())
    this.items = perPlatform(() => new Map<string, Item>())
    this.byKey = new Map()
    this.journal.clear()
    this.files.clear()
    for (const platform of platformIds) this.skewMs[platform] = 0
  }

  #tell(happening: Happening): void {
    for (const listener of this.#listeners) listener(happening)
  }
}
