import type { Ids } from '../dialect.ts'
import type { Draft, JsonObject } from '../world/item.ts'
import type { World } from '../world/world.ts'
import { cidOf, didOf, tidClock } from './ids.ts'

/** The collection of posts; replies, mentions and quotes are posts too. */
export const postCollection = 'app.bsky.feed.post'

/** Bluesky's ids and records: at-uris with TIDs, a post record with facets, reply and embed, a cid. */
export function blueskyIds(nextTid = tidClock()): Ids {
  return {
    mint: (world, draft, createdAt) => {
      const record = draft.record ?? recordOf(world, draft, createdAt)
      const id = draft.id ?? `at://${draft.authorId}/${postCollection}/${nextTid(world.now().getTime())}`
      const mentionsBrand = mentionedDids(record).includes(world.brand('bluesky').id)
      return { id, record, cid: cidOf(record), mentionsBrand }
    },
    mintAccount: (_world, handle) => didOf(handle),
    reshape: (world, item) => {
      const record = { ...item.record, text: item.text, facets: facetsOf(world, item.text) }
      return { record, cid: cidOf(record) }
    },
  }
}

/** The DIDs that a record's facets mention; facets of a wrong shape are passed over. */
export function mentionedDids(record: JsonObject): string[] {
  const facets = Array.isArray(record['facets']) ? (record['facets'] as unknown[]) : []
  return facets.flatMap((facet) => {
    const features = (facet as { features?: unknown } | null)?.features
    if (!Array.isArray(features)) return []
    return features.flatMap((feature: { $type?: unknown; did?: unknown } | null) =>
      feature?.$type === 'app.bsky.richtext.facet#mention' && typeof feature.did === 'string' ? [feature.did] : [],
    )
  })
}

/** Facets for the mentions of known handles and the links in a text, in UTF-8 byte offsets. */
export function facetsOf(world: World, text: string): JsonObject[] {
  const facets: JsonObject[] = []
  const add = (start: number, length: number, feature: JsonObject) => {
    const byteStart = Buffer.byteLength(text.slice(0, start))
    const byteEnd = byteStart + Buffer.byteLength(text.slice(start, start + length))
    facets.push({ index: { byteStart, byteEnd }, features: [feature] })
  }
  const handles = new Map([...world.accounts.bluesky.values()].map(({ handle, id }) => [handle, id]))
  for (const match of text.matchAll(/@([a-z0-9-]+(?:\.[a-z0-9-]+)+)/gi)) {
    const did = handles.get((match[1] ?? '').toLowerCase())
    if (did) add(match.index, match[0].length, { $type: 'app.bsky.richtext.facet#mention', did })
  }
  for (const match of text.matchAll(/https?:\/\/[^\s<>"]+[^\s<>".,;:!?)]/g))
    add(match.index, match[0].length, { $type: 'app.bsky.richtext.facet#link', uri: match[0] })
  return facets
}

function recordOf(world: World, draft: Draft, createdAt: number): JsonObject {
  const facets = facetsOf(world, draft.text)
  const parent = world.items.bluesky.get(draft.parentId ?? '')
  const root = parent && (world.items.bluesky.get(parent.rootId) ?? parent)
  const quoted = world.items.bluesky.get(draft.quotedId ?? '')
  return {
    $type: postCollection,
    text: draft.text,
    createdAt: new Date(createdAt).toISOString(),
    langs: [draft.lang ?? 'en'],
    ...(facets.length > 0 ? { facets } : {}),
    ...(parent && root ? { reply: { root: { uri: root.id, cid: root.cid }, parent: { uri: parent.id, cid: parent.cid } } } : {}),
    ...(quoted ? { embed: { $type: 'app.bsky.embed.record', record: { uri: quoted.id, cid: quoted.cid } } } : {}),
  }
}
