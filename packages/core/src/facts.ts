/**
 * What a platform told us, in our words. An adapter's `normalize` turns one delivery into facts; ingest folds facts into rows.
 * Folding is idempotent and order-free, so every fact carries what decides which of two wins. Instants are ISO 8601 in UTC.
 */
export type Fact = PostFact | MessageFact | RemovalFact | HiddenFact | LikeFact

/** A person out there. `externalId` is the platform's stable id, never the handle (handles change). */
export type Author = {
  externalId: string
  handle: string | null
  name: string | null
  avatarUrl: string | null
  url: string | null
}

export type Media = { kind: 'image' | 'video' | 'audio' | 'link' | 'other'; url: string; alt: string | null; previewUrl: string | null }

/** Something published that people react to. `ours` is true when an owned account published it. */
export type PostFact = {
  fact: 'post'
  externalId: string
  ours: boolean
  author: Author | null
  text: string
  url: string | null
  media: Media[]
  platformAt: string
  /** What the platform itself says it holds below the post; approximate. Null when it does not say. */
  reportedReplies: number | null
  /** What it stands under, and the post at the top, where it is a part of our own thread or a comment of ours. Absent or null: nothing. */
  parentExternalId?: string | null
  postExternalId?: string | null
  /** What a reply to this post needs again (a cid, a root); opaque to everyone but the adapter. */
  ref: Record<string, string>
}

/** `comment`: directly on our post. `reply`: under another message. The order of kinds when one message is several: reply, quote, mention. */
export type MessageKind = 'comment' | 'reply' | 'mention' | 'quote' | 'review' | 'direct'

/** One version of one item. The same message seen again, or edited, is another fact with the same `externalId`. */
export type MessageFact = {
  fact: 'message'
  externalId: string
  kind: MessageKind
  /** Sent by an owned account. Ours, whoever of us wrote it. */
  ours: boolean
  /** Ours, and sent by automation: never an answer. */
  automated: boolean
  /** Null when the platform hides the author: the message then gets an anonymous contact of its own. */
  author: Author | null
  /** The message or post directly above; null for a mention or quote that stands alone. */
  parentExternalId: string | null
  /** The post under which it stands, ours or not; null when the platform did not say. */
  postExternalId: string | null
  /** It tags or quotes one of our accounts. */
  mentionsUs: boolean
  /** For our own native answers where the thread is all that is named: the tagged handle's stable id. */
  tagsExternalId: string | null
  private: boolean
  /** Stars of a review, 1 to 5; absent or null where there are none. Other stars are another `version`. */
  rating?: number | null
  text: string
  language: string | null
  url: string | null
  media: Media[]
  /** The server's time where the platform has one. Clamped to `receivedAt` when folded. */
  platformAt: string
  /** The author's own claim, kept where it differs (Bluesky's createdAt). */
  authorAt: string | null
  /** When this version was made; null when never edited or the platform does not say. */
  editedAt: string | null
  /** Names this version on the platform (a cid, an edit time, or a hash of text and media). Equal versions are the same version. */
  version: string
  ref: Record<string, string>
}

/** A message or post that is gone. `us`: an owned account or its staff ordered it. `parent`: it went with what it stood under. */
export type RemovalFact = {
  fact: 'removal'
  externalId: string
  by: 'author' | 'us' | 'parent' | 'unknown'
  /** The platform's time, or null when only the absence was seen. */
  platformAt: string | null
}

/** Hidden or shown again by us on the platform. */
export type HiddenFact = { fact: 'hidden'; externalId: string; hidden: boolean; platformAt: string | null }

/** One of our accounts liked a message (or took the like back): an acknowledgement, never an answer. */
export type LikeFact = { fact: 'like'; externalId: string; liked: boolean; platformAt: string | null }
