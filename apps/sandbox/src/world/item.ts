/** The three pretend platforms. */
export const platformIds = ['facebook', 'bluesky', 'mastodon'] as const

/** One of the three pretend platforms. */
export type PlatformId = (typeof platformIds)[number]

/** Mastodon's four audiences. The other platforms know only public. */
export type Visibility = 'public' | 'unlisted' | 'private' | 'direct'

/** Any JSON object, kept as it came. */
export type JsonObject = { [name: string]: unknown }

/** Somebody on one platform. `id` is the platform's own id of them, `handle` has no leading @. */
export type Account = {
  id: string
  platform: PlatformId
  name: string
  handle: string
  isBrand: boolean
  createdAt: number
}

/**
 * A post, comment, reply, mention or quote, on one platform. Instants are milliseconds since 1970:
 * `createdAt` is what the platform claims, `indexedAt` when it really learned of it.
 * `key` is short and unique over all platforms and names the item on the public pages.
 */
export type Item = {
  key: string
  platform: PlatformId
  id: string
  authorId: string
  parentId: string | null
  rootId: string
  quotedId: string | null
  mentionsBrand: boolean
  text: string
  lang: string
  createdAt: number
  indexedAt: number
  editedAt: number | null
  earlier: { text: string; at: number; spoiler: string }[]
  deletedAt: number | null
  hidden: boolean
  replyIds: string[]
  likes: Map<string, number>
  visibility: Visibility
  spoiler: string
  record: JsonObject | null
  cid: string
  writer: string | null
}

/** What somebody wants to write. Times default to now, the language to English. */
export type Draft = {
  platform: PlatformId
  authorId: string
  text: string
  parentId?: string | null
  quotedId?: string | null
  mentionsBrand?: boolean
  lang?: string
  createdAt?: number
  indexedAt?: number
  visibility?: Visibility
  spoiler?: string
  writer?: string | null
  id?: string
  record?: JsonObject
}

/** Something that happened, told to every listener after the world has changed. */
export type Happening =
  | { kind: 'added' | 'edited' | 'removed' | 'hidden' | 'unhidden'; item: Item; at: number }
  | { kind: 'liked' | 'unliked'; item: Item; actorId: string; at: number }

/** A write that a platform's API accepted, or answered from an earlier one (`repeated`). */
export type LedgerEntry = {
  seq: number
  at: string
  platform: PlatformId
  method: string
  endpoint: string
  key: string | null
  externalId: string | null
  inReplyTo: string | null
  text: string | null
  repeated: boolean
}
