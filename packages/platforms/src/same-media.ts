import type { Media } from '@answerback/core/facts'
import type { ReplyMedia } from './platform.ts'
import { sameText } from './same-text.ts'

/** What a platform says of one file of a message that may be the reply we look for. What it does not say is left out. `name`: a file's, where we chose it. */
export type SeenMedia = { kind: Media['kind']; alt?: string | null; name?: string; width?: number | null; height?: number | null }

/**
 * Does a message carry the files of a reply, in their order, as far as the platform says? `telling`: something was compared that tells them from any others of their
 * kind (a description, a size, a name). Without words only that makes it the same reply.
 */
export function sameMedia(sent: readonly ReplyMedia[] = [], seen: readonly SeenMedia[]): { same: boolean; telling: boolean } {
  const pairs = sent.map((file, at) => comparedTo(file, seen[at]))
  return {
    same: sent.length === seen.length && pairs.every((pair) => pair.same),
    telling: pairs.some((pair) => pair.telling),
  }
}

/** What a file of this MIME type is called in facts. */
export function kindOfMedia(type: string): Media['kind'] {
  const [kind] = type.split('/')
  return kind === 'image' || kind === 'video' || kind === 'audio' ? kind : 'other'
}

function comparedTo(file: ReplyMedia, seen: SeenMedia | undefined): { same: boolean; telling: boolean } {
  if (!seen) return { same: false, telling: false }
  const sized = Boolean(file.width && file.height && seen.width && seen.height)
  const same =
    (seen.kind === kindOfMedia(file.type) || seen.kind === 'other' || animated(file, seen)) &&
    (seen.alt === undefined || sameText(seen.alt ?? '', file.alt)) &&
    (seen.name === undefined || seen.name === file.name) &&
    (!sized || sameShape(file, seen))
  return { same, telling: same && (Boolean(seen.alt) || seen.name !== undefined || sized) }
}

/** Several platforms make a film of an animated picture. */
function animated(file: ReplyMedia, seen: SeenMedia): boolean {
  return file.type === 'image/gif' && seen.kind === 'video'
}

/** Pictures may be made smaller, and keep their shape but for a pixel. */
function sameShape(file: ReplyMedia, seen: SeenMedia): boolean {
  const [width, height, seenWidth, seenHeight] = [file.width!, file.height!, seen.width!, seen.height!]
  return Math.abs(seenHeight - (seenWidth * height) / width) <= 1 && seenWidth <= width
}
