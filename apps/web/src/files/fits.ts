import { type MediaLimit, maxUploadBytes } from '@answerback/core/reply-limit'

/** Why a file cannot go with a reply. `maxBytes`: as many are taken, and `theirs` says that the platform's limit is the lower one. `moves`: made smaller it would stand still. */
export type Unfit =
  | { why: 'type' | 'empty' | 'unreadable' }
  | { why: 'tooLarge'; maxBytes: number; theirs: boolean; moves: boolean }
  | { why: 'tooMany'; max: number }
  | { why: 'tooLargeTogether'; totalBytes: number }
  | { why: 'pixels'; pixels: NonNullable<MediaLimit['pixels']> }
  | { why: 'alone' }
  | { why: 'besideAlone' }

/** Whether a file of this type may join those that are there; null when it may. Its size is looked at later, as pictures can be made smaller. */
export function unfitBeside(limit: MediaLimit, type: string, there: readonly string[]): Unfit | null {
  if (limit.types[type] === undefined) return { why: 'type' }
  if (there.length > 0 && limit.alone?.includes(type)) return { why: 'alone' }
  if (there.some((each) => limit.alone?.includes(each))) return { why: 'besideAlone' }
  if (there.length >= limit.max) return { why: 'tooMany', max: limit.max }
  return null
}

/** Whether a file of so many bytes may join those that are there, by what they have together; null when it may. */
export function unfitTogether({ totalBytes = Infinity }: MediaLimit, bytes: number, there: readonly number[]): Unfit | null {
  return there.reduce((sum, each) => sum + each, bytes) > totalBytes ? { why: 'tooLargeTogether', totalBytes } : null
}

/**
 * How much of its size a picture keeps so that its sides are no longer than is taken there: 1 where it may stay as it is. What would have a side too short then is
 * unfit, as nothing is made larger; and what moves, as that stays as it is.
 */
export function scaleWithin({ pixels }: MediaLimit, { width, height }: { width: number; height: number }, moves: boolean): number | Unfit {
  if (pixels === undefined) return 1
  const [short, long] = [Math.min(width, height), Math.max(width, height)]
  const scale = Math.min(1, pixels.mostShort / short, pixels.mostLong / long)
  return Math.round(short * scale) < pixels.least || (moves && scale < 1) ? { why: 'pixels', pixels } : scale
}

/** It weighs more than goes with a reply there, and cannot be made smaller. */
export function tooLarge(limit: MediaLimit, type: string, moves: boolean): Unfit {
  return { why: 'tooLarge', maxBytes: maxBytesOf(limit, type), theirs: (limit.types[type] ?? 0) <= maxUploadBytes, moves }
}

/** The most bytes of one file of this type: the platform's limit, or ours where that is lower. 0 where none is taken. */
export function maxBytesOf(limit: MediaLimit, type: string): number {
  return Math.min(limit.types[type] ?? 0, maxUploadBytes)
}

/** What the first bytes (16 or more) say that it is, whatever its name says; null when they say nothing that we know. */
export function typeByBytes(head: Uint8Array): string | null {
  const text = String.fromCharCode(...head.subarray(0, 16))
  if (text.startsWith('\xff\xd8\xff')) return 'image/jpeg'
  if (text.startsWith('\x89PNG\r\n\x1a\n')) return 'image/png'
  if (/^GIF8[79]a/.test(text)) return 'image/gif'
  if (/^RIFF.{4}WEBP/s.test(text)) return 'image/webp'
  if (/^.{4}ftypavi[fs]/s.test(text)) return 'image/avif'
  if (/^.{4}ftyp(hei[cxms]|mif1|msf1)/s.test(text)) return 'image/heic'
  return null
}

/** A type under its own name, where browsers have others for it too. */
export function plainType(type: string): string {
  return otherNames[type] ?? type
}

const otherNames: Record<string, string> = {
  'image/jpg': 'image/jpeg',
  'video/x-m4v': 'video/mp4',
  'audio/mp3': 'audio/mpeg',
  'audio/x-m4a': 'audio/mp4',
  'audio/x-wav': 'audio/wav',
  'audio/x-flac': 'audio/flac',
}

/** Moving pictures would stand still if they were drawn anew: GIF, and WebP with its animation flag (its container's documentation, "Extended File Format"). */
export function mayMove(type: string, head: Uint8Array): boolean {
  return (
    type === 'image/gif' ||
    (type === 'image/webp' && String.fromCharCode(...head.subarray(12, 16)) === 'VP8X' && ((head[20] ?? 0) & 2) !== 0)
  )
}

/** A way to write a picture: how much of its size is kept, and how finely (0 to 1, where the format knows that). */
export type Writing = { scale: number; quality: number }

/** How to write it next when it came out at `bytes` and may have `maxBytes`: a little coarser first, then smaller, until it must fit. */
export function coarser({ scale, quality }: Writing, bytes: number, maxBytes: number): Writing {
  if (quality > 0.8 && bytes <= maxBytes * 1.5) return { scale, quality: 0.8 }
  return { scale: scale * Math.min(0.9, Math.sqrt(maxBytes / bytes) * 0.97), quality }
}

/** Types by what they may weigh, heaviest last, in the words of file endings; a long list of one kind is that kind. */
export function takenTypes(limit: MediaLimit): { names: string[]; kinds: string[]; maxBytes: number }[] {
  const bySize = new Map<number, string[]>()
  for (const type of Object.keys(limit.types)) {
    const maxBytes = maxBytesOf(limit, type)
    bySize.set(maxBytes, [...(bySize.get(maxBytes) ?? []), type])
  }
  return [...bySize]
    .toSorted(([a], [b]) => a - b)
    .map(([maxBytes, types]) => ({
      maxBytes,
      names: [...new Set(types.map(endingOf))],
      kinds: [...new Set(types.map((type) => type.split('/')[0]!))],
    }))
}

/** How people call a type: the letters that its files end in. */
export function endingOf(type: string): string {
  return (
    endings[type] ??
    type
      .split('/')[1]!
      .replace(/^(x-|vnd\.)/, '')
      .toUpperCase()
  )
}

const endings: Record<string, string> = {
  'image/webp': 'WebP',
  'image/heif': 'HEIC',
  'video/quicktime': 'MOV',
  'video/webm': 'WebM',
  'audio/mpeg': 'MP3',
  'audio/mp4': 'M4A',
  'text/plain': 'TXT',
}
