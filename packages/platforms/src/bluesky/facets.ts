import { PlatformError } from '../error.ts'
import { linkOf, listOf, nameOf, recordOf, textOf } from '../json.ts'
import type { Io } from '../platform.ts'
import { xrpc } from './xrpc.ts'

type Feature = { $type: 'app.bsky.richtext.facet#link'; uri: string } | { $type: 'app.bsky.richtext.facet#mention'; did: string }
export type Facet = { index: { byteStart: number; byteEnd: number }; features: Feature[] }

/** The text with links whole that the author's app had shortened ("example.org/a…"). Offsets are UTF-8 bytes and may be wrong: those facets are passed over. */
export function plainText(text: string, facets: unknown): string {
  const links = listOf(facets).flatMap((each) => {
    const { index, features } = recordOf(each)
    const { byteStart: start, byteEnd: end } = recordOf(index)
    const uri = listOf(features)
      .map((feature) => linkOf(recordOf(feature).uri))
      .find((found) => found !== null)
    return typeof start === 'number' && typeof end === 'number' && uri ? [{ start, end, uri }] : []
  })
  if (links.length === 0) return text
  const bytes = Buffer.from(text)
  const parts: Buffer[] = []
  let at = 0
  for (const { start, end, uri } of links.sort((a, b) => a.start - b.start)) {
    if (!Number.isInteger(start) || !Number.isInteger(end) || start < at || end <= start || end > bytes.length) continue
    if (!/(…|\.\.\.)$/.test(bytes.subarray(start, end).toString())) continue
    parts.push(bytes.subarray(at, start), Buffer.from(uri))
    at = end
  }
  return at === 0 ? text : Buffer.concat([...parts, bytes.subarray(at)]).toString()
}

/** Links and mentions of a text of ours. A handle that resolves to nobody stays plain text; offsets are UTF-8 bytes, end exclusive. */
export async function facetsOf(io: Io, text: string): Promise<Facet[]> {
  const facets: Facet[] = []
  const add = (start: number, shown: string, feature: Feature): void => {
    const byteStart = Buffer.byteLength(text.slice(0, start))
    facets.push({ index: { byteStart, byteEnd: byteStart + Buffer.byteLength(shown) }, features: [feature] })
  }
  for (const match of text.matchAll(/https?:\/\/[^\s<>"]+/giu)) {
    const uri = match[0].replace(/[.,;:!?'”’)\]}]+$/u, (end) => (end.startsWith(')') && match[0].includes('(') ? ')' : ''))
    if (linkOf(uri) !== null) add(match.index, uri, { $type: 'app.bsky.richtext.facet#link', uri })
  }
  for (const match of text.matchAll(/(?<=^|[\s(])@((?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?)/giu)) {
    const did = await resolveHandle(io, match[1] ?? '')
    if (did !== null) add(match.index, match[0], { $type: 'app.bsky.richtext.facet#mention', did })
  }
  return facets.sort((a, b) => a.index.byteStart - b.index.byteStart)
}

async function resolveHandle(io: Io, handle: string): Promise<string | null> {
  try {
    const { json } = await xrpc(io, { nsid: 'com.atproto.identity.resolveHandle', params: [['handle', handle.toLowerCase()]] })
    return textOf(json.did).startsWith('did:') ? nameOf(json.did) : null
  } catch (error) {
    if (error instanceof PlatformError && (error.kind === 'rejected' || error.kind === 'gone')) return null
    throw error
  }
}
