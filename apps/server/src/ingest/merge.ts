import type { HiddenFact, LikeFact, MessageFact, RemovalFact } from '@answerback/core/facts'
import type { StoredVersion, message } from '../db/tables/message.ts'

/** When a fact reached us, and whether it shows the present (a polled page) or tells of the past (a webhook, possibly late). */
export type Seen = { receivedAt: Date; current: boolean }

/** The columns of a message that come from facts. */
export type Merged = Pick<
  typeof message.$inferSelect,
  | 'externalId'
  | 'kind'
  | 'ours'
  | 'automated'
  | 'parentExternalId'
  | 'postExternalId'
  | 'mentionsUs'
  | 'tagsExternalId'
  | 'private'
  | 'text'
  | 'media'
  | 'language'
  | 'rating'
  | 'url'
  | 'ref'
  | 'version'
  | 'editedAt'
  | 'versionFirstAt'
  | 'versionLastAt'
  | 'versionRankAt'
  | 'otherVersions'
  | 'platformAt'
  | 'authorAt'
  | 'receivedAt'
  | 'seenAt'
  | 'removedAt'
  | 'removedBy'
  | 'absentAt'
  | 'hidden'
  | 'hiddenAt'
  | 'liked'
  | 'likedAt'
>

const kindOrder = ['review', 'direct', 'comment', 'reply', 'quote', 'mention'] as const
const causeOrder = ['us', 'author', 'parent', 'unknown'] as const

/**
 * Joins one more sighting of a message to what is known. Commutative, associative and idempotent over facts, so that duplicates, replays and any order
 * give one state: the earliest times win, the latest version wins, what is known beats what is not.
 */
export function mergeMessage(known: Merged | null, fact: MessageFact, seen: Seen): Merged {
  const versions = mergeVersion(known ? [...known.otherVersions, currentVersion(known)] : [], versionOf(fact, seen))
  const current = versions.at(-1)!
  return {
    externalId: fact.externalId,
    kind: known ? first(kindOrder, known.kind, fact.kind) : fact.kind,
    ours: fact.ours || (known?.ours ?? false),
    automated: fact.automated || (known?.automated ?? false),
    parentExternalId: either(known?.parentExternalId, fact.parentExternalId),
    postExternalId: either(known?.postExternalId, fact.postExternalId),
    mentionsUs: fact.mentionsUs || (known?.mentionsUs ?? false),
    tagsExternalId: either(known?.tagsExternalId, fact.tagsExternalId),
    private: fact.private || (known?.private ?? false),
    text: current.text,
    media: current.media,
    version: current.version,
    editedAt: current.editedAt === null ? null : new Date(current.editedAt),
    versionFirstAt: new Date(current.firstAt),
    versionLastAt: new Date(current.lastAt),
    versionRankAt: current.rankAt === null ? null : new Date(current.rankAt),
    otherVersions: versions.slice(0, -1),
    language: current.language,
    rating: current.rating ?? null,
    url: either(known?.url, fact.url),
    ref: current.ref,
    platformAt: earliest(known?.platformAt ?? null, new Date(fact.platformAt))!,
    authorAt: earliest(known?.authorAt ?? null, fact.authorAt === null ? null : new Date(fact.authorAt)),
    receivedAt: earliest(known?.receivedAt ?? null, seen.receivedAt)!,
    seenAt: seen.current ? latest(known?.seenAt ?? null, seen.receivedAt) : (known?.seenAt ?? null),
    removedAt: known?.removedAt ?? null,
    removedBy: known?.removedBy ?? null,
    absentAt: known?.absentAt ?? null,
    hidden: known?.hidden ?? false,
    hiddenAt: known?.hiddenAt ?? null,
    liked: known?.liked ?? false,
    likedAt: known?.likedAt ?? null,
  }
}

/** A removal that the platform told is final, at the earliest time told. A mere absence stands until the message is seen again. */
export function mergeRemoval(known: Merged, fact: RemovalFact, seen: Seen): Merged {
  if (fact.platformAt === null && fact.by === 'unknown') return { ...known, absentAt: latest(known.absentAt, seen.receivedAt) }
  const at = fact.platformAt === null ? seen.receivedAt : new Date(fact.platformAt)
  return {
    ...known,
    removedAt: earliest(known.removedAt, at),
    removedBy: known.removedBy === null ? fact.by : first(causeOrder, known.removedBy, fact.by),
  }
}

/** The latest word on hiding wins; at the same instant, hidden does. */
export function mergeHidden(known: Merged, fact: HiddenFact, seen: Seen): Merged {
  const at = fact.platformAt === null ? seen.receivedAt : new Date(fact.platformAt)
  const wins = known.hiddenAt === null || at > known.hiddenAt || (at.getTime() === known.hiddenAt.getTime() && fact.hidden)
  return wins ? { ...known, hidden: fact.hidden, hiddenAt: at } : known
}

/** The latest word on our like wins; at the same instant, liked does. */
export function mergeLike(known: Merged, fact: LikeFact, seen: Seen): Merged {
  const at = fact.platformAt === null ? seen.receivedAt : new Date(fact.platformAt)
  const wins = known.likedAt === null || at > known.likedAt || (at.getTime() === known.likedAt.getTime() && fact.liked)
  return wins ? { ...known, liked: fact.liked, likedAt: at } : known
}

function versionOf(fact: MessageFact, seen: Seen): StoredVersion {
  const receivedAt = seen.receivedAt.toISOString()
  const editedAt = fact.editedAt === null ? null : new Date(fact.editedAt).toISOString()
  return {
    version: fact.version,
    text: fact.text,
    media: fact.media,
    editedAt,
    rankAt: seen.current ? receivedAt : editedAt === null || editedAt <= receivedAt ? editedAt : receivedAt,
    firstAt: receivedAt,
    lastAt: receivedAt,
    language: fact.language,
    rating: fact.rating ?? null,
    ref: fact.ref,
  }
}

function currentVersion(known: Merged): StoredVersion {
  return {
    version: known.version,
    text: known.text,
    media: known.media,
    editedAt: known.editedAt?.toISOString() ?? null,
    firstAt: known.versionFirstAt.toISOString(),
    lastAt: known.versionLastAt.toISOString(),
    rankAt: known.versionRankAt?.toISOString() ?? null,
    language: known.language,
    rating: known.rating,
    ref: known.ref,
  }
}

/** Oldest first: by rank, then by when last seen, then by name so that the order is total. */
function mergeVersion(versions: StoredVersion[], seen: StoredVersion): StoredVersion[] {
  const same = versions.find((each) => each.version === seen.version)
  const merged = same ? sameVersion(same, seen) : seen
  return [...versions.filter((each) => each !== same), merged].toSorted(
    (a, b) => compare(a.rankAt ?? '', b.rankAt ?? '') || compare(a.lastAt, b.lastAt) || compare(a.version, b.version),
  )
}

/** Two sightings of one version: the later one's words (addresses of pictures expire), and all that either knows. */
function sameVersion(a: StoredVersion, b: StoredVersion): StoredVersion {
  const [older, newer] = (compare(a.lastAt, b.lastAt) || compare(content(a), content(b))) <= 0 ? [a, b] : [b, a]
  return {
    version: newer.version,
    text: newer.text,
    media: newer.media,
    // A text that was changed and changed back is as new as its last edit.
    editedAt: greater(a.editedAt, b.editedAt),
    rankAt: greater(a.rankAt, b.rankAt),
    firstAt: compare(a.firstAt, b.firstAt) <= 0 ? a.firstAt : b.firstAt,
    lastAt: newer.lastAt,
    language: either(a.language, b.language),
    rating: most(a.rating, b.rating),
    ref: mergeRef(older.ref, newer.ref),
  }
}

function content(version: StoredVersion): string {
  return JSON.stringify([version.text, version.media.map(({ kind, url, alt, previewUrl }) => [kind, url, alt, previewUrl])])
}

/** Key by key, in the order of keys, since jsonb keeps none. */
function mergeRef(a: Record<string, string>, b: Record<string, string>): Record<string, string> {
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])].toSorted(compare)
  return Object.fromEntries(keys.map((key) => [key, either(a[key], b[key])!]))
}

/** What is known beats what is not. Where both are, and differ, the greater: any rule will do that asks nobody who came first. */
function either(a: string | null | undefined, b: string | null | undefined): string | null {
  return greater(a ?? null, b ?? null)
}

function most(a: number | null | undefined, b: number | null | undefined): number | null {
  return a == null || b == null ? (a ?? b ?? null) : Math.max(a, b)
}

function greater(a: string | null, b: string | null): string | null {
  return a === null ? b : b === null || a >= b ? a : b
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function first<T extends string>(order: readonly T[], a: T, b: T): T {
  return order.indexOf(a) <= order.indexOf(b) ? a : b
}

function earliest(a: Date | null, b: Date | null): Date | null {
  return a === null ? b : b === null || a <= b ? a : b
}

function latest(a: Date | null, b: Date): Date {
  return a !== null && a >= b ? a : b
}
