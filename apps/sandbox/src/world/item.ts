import type { dialects } from '../registry.ts'

/** One of the pretend platforms. */
export type PlatformId = (typeof dialects)[number]['id']

/** Mastodon's four audiences. Elsewhere public, and `direct` for what only the brand can read. */
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
  /** Of a video, a topic, a review; empty where there are none. */
  title: string
  text: string
  /** Stars of a review, 1 to 5. */
  rating: number | null
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
  /** What only this platform knows of it: a topic's number, a video's id. Plain JSON. */
  extra: JsonObject
  /** Pictures and the like that it carries, in their order. */
  media: ItemMedia[]
  /** What the brand told its writer alone, where that is no item of its own. */
  toldPrivately: string[]
  writer: string | null
}

/** A file that an item carries: the platform's id of it (`World.files`), and its description, '' where there is none. */
export type ItemMedia = { fileId: string; alt: string }

/** What somebody wants to write. Times default to now, the language to English. */
export type Draft = {
  platform: PlatformId
  authorId: string
  text: string
  title?: string
  rating?: number | null
  extra?: JsonObject
  parentId?: string | null
  quotedId?: string | null
  mentionsBrand?: boolean
  lang?: string
  createdAt?: number
  indexedAt?: number
  visibility?: Visibility
  spoiler?: string
  media?: ItemMedia[]
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
