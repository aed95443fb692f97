import type { Author, Fact, Media } from '@answerback/core/facts'
import { messageFact, postFact } from '../fact.ts'
import { instantOf, linkOf, listOf, nameOf, recordOf, textOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { Self } from '../platform.ts'
import { plainText } from './facets.ts'
import { defaultWebUrl, didOf, postUrl } from './uri.ts'

/** `ownParts`: uris of our posts and the parts of our self-threads; a reply there stands directly on our post. */
export type Around = { self: Self; receivedAt: string; ownParts: ReadonlySet<string>; reason?: string; webUrl?: string }

/** Is this account one of ours? */
export function isOwned(did: string | null, self: Self): boolean {
  return did !== null && (did === self.accountId || self.ownedIds.includes(did))
}

/** Parent and root uris of a post view; null when it is no reply. */
export function replyRefs(view: JsonRecord): { parent: string; root: string; rootCid: string } | null {
  const reply = recordOf(recordOf(view.record).reply)
  const [parent, root] = [textOf(recordOf(reply.parent).uri), textOf(recordOf(reply.root).uri)]
  if (didOf(parent) === null || didOf(root) === null) return null
  return { parent, root, rootCid: textOf(recordOf(reply.root).cid) }
}

/** Ours, and either no reply, or on our own post or self-thread: a post, not an answer to anybody. */
export function isOwnPart(view: JsonRecord, { self, ownParts }: Pick<Around, 'self' | 'ownParts'>): boolean {
  if (!isOwned(didOf(textOf(view.uri)), self)) return false
  const refs = replyRefs(view)
  return refs === null || (isOwned(didOf(refs.root), self) && (refs.parent === refs.root || ownParts.has(refs.parent)))
}

/**
 * A post view or notification (`app.bsky.feed.defs#postView`, `listNotifications`) as a fact; null when it is no post. The version is the cid; the time is
 * the server's `indexedAt`, and `createdAt` is kept as the author's own claim.
 */
export function readPost(view: JsonRecord, around: Around): Fact | null {
  const uri = textOf(view.uri)
  const cid = nameOf(view.cid)
  const did = didOf(uri)
  const record = recordOf(view.record)
  if (did === null || cid === null || typeof record.text !== 'string') return null
  const { self, receivedAt } = around
  const refs = replyRefs(view)
  const createdAt = instantOf(record.createdAt)
  const platformAt = instantOf(view.indexedAt) ?? createdAt ?? receivedAt
  const shared = {
    externalId: uri,
    ours: isOwned(did, self),
    author: authorOf(view, did, around.webUrl),
    text: plainText(record.text, record.facets),
    url: postUrl(uri, around.webUrl),
    media: mediaOf(view, did),
    platformAt,
    ref: { cid, rootUri: refs?.root ?? uri, rootCid: refs === null ? cid : refs.rootCid },
  }
  if (isOwnPart(view, around)) {
    const { replyCount } = view
    const reportedReplies = typeof replyCount === 'number' && Number.isSafeInteger(replyCount) && replyCount >= 0 ? replyCount : null
    return postFact({ ...shared, reportedReplies, parentExternalId: refs?.parent ?? null, postExternalId: refs?.root ?? null })
  }
  const quotes = around.reason === 'quote' || isOwned(didOf(quotedUri(record)), self)
  const mentions = around.reason === 'mention' || mentionedDids(record).some((each) => isOwned(each, self))
  const onOurPost = refs !== null && (around.ownParts.has(refs.parent) || (refs.parent === refs.root && isOwned(didOf(refs.root), self)))
  return messageFact({
    ...shared,
    kind: refs !== null ? (onOurPost ? 'comment' : 'reply') : quotes ? 'quote' : 'mention',
    parentExternalId: refs?.parent ?? null,
    postExternalId: refs?.root ?? null,
    mentionsUs: quotes || mentions,
    tagsExternalId: mentionedDids(record).find((each) => !isOwned(each, self)) ?? null,
    language: nameOf(listOf(record.langs)[0]),
    authorAt: createdAt === platformAt ? null : createdAt,
    version: cid,
  })
}

function authorOf(view: JsonRecord, did: string, webUrl = defaultWebUrl): Author {
  const author = recordOf(view.author)
  return {
    externalId: did,
    handle: nameOf(author.handle),
    name: nameOf(author.displayName),
    avatarUrl: linkOf(author.avatar),
    url: `${webUrl}/profile/${did}`,
  }
}

function quotedUri(record: JsonRecord): string {
  const embed = recordOf(record.embed)
  const quoted = recordOf(embed.record)
  return textOf(quoted.uri) || textOf(recordOf(quoted.record).uri)
}

function mentionedDids(record: JsonRecord): string[] {
  const features = listOf(record.facets).flatMap((facet) => listOf(recordOf(facet).features).map(recordOf))
  return features.flatMap((feature) => (feature.$type === 'app.bsky.richtext.facet#mention' ? (nameOf(feature.did) ?? []) : []))
}

/** Pictures, video and link card of a view. A notification carries only the record, so its links are made from the blobs, as the view's would be. */
export function mediaOf(view: JsonRecord, did: string): Media[] {
  const embed = recordOf(view.embed ?? recordOf(view.record).embed)
  const inner = embed.media === undefined ? embed : recordOf(embed.media)
  const images = listOf(inner.images).flatMap((each): Media[] => {
    const image = recordOf(each)
    const blob = nameOf(recordOf(recordOf(image.image).ref).$link)
    const url = linkOf(image.fullsize) ?? (blob && cdnUrl('feed_fullsize', did, blob))
    const previewUrl = linkOf(image.thumb) ?? (blob && cdnUrl('feed_thumbnail', did, blob))
    return url === null ? [] : [{ kind: 'image', url, alt: nameOf(image.alt), previewUrl }]
  })
  const playlist = linkOf(inner.playlist)
  const video: Media[] =
    playlist === null ? [] : [{ kind: 'video', url: playlist, alt: nameOf(inner.alt), previewUrl: linkOf(inner.thumbnail) }]
  const card = recordOf(inner.external)
  const link = linkOf(card.uri)
  return [
    ...images,
    ...video,
    ...(link === null ? [] : [{ kind: 'link' as const, url: link, alt: nameOf(card.title), previewUrl: linkOf(card.thumb) }]),
  ]
}

function cdnUrl(size: string, did: string, blob: string): string {
  return `https://cdn.bsky.app/img/${size}/plain/${did}/${blob}@jpeg`
}
