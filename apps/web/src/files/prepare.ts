import type { MediaLimit } from '@answerback/core/reply-limit'
import { coarser, endingOf, maxBytesOf, mayMove, plainType, scaleWithin, tooLarge, typeByBytes, type Unfit, type Writing } from './fits.ts'
import { drawn, thumbnailOf } from './thumbnail.ts'

/** A file as it will be sent. `shrunkFrom`: its bytes before it was made smaller, else null. `picture`: a small likeness as a data: address, null where it is no picture. */
export type Prepared = { blob: Blob; type: string; name: string; shrunkFrom: number | null; picture: string | null }

/** What a browser can draw and write again. */
const writable = ['image/jpeg', 'image/png', 'image/webp']
/** Browsers on phones draw no more pixels than these in one go. */
const mostPixels = 16_777_216
const mostTries = 12

/** The type of a file by its first bytes, else as the browser has it. */
export async function typeOf(file: File): Promise<string> {
  return typeByBytes(await headOf(file)) ?? plainType(file.type)
}

/** What is wrong with its size, as far as that is known without opening it; null when it fits or can be made to. */
export function unfitBySize(file: File, type: string, limit: MediaLimit): Unfit | null {
  if (file.size === 0) return { why: 'empty' }
  return file.size > maxBytesOf(limit, type) && !writable.includes(type) ? tooLarge(limit, type, type === 'image/gif') : null
}

/**
 * Makes a file ready to go out. A JPEG is always drawn anew, upright, so that camera data and location stay behind; other still pictures only where they are larger
 * than the platform takes, in bytes or in pixels. Everything else goes as it is or not at all.
 */
export async function prepareFile(file: File, type: string, limit: MediaLimit): Promise<Prepared | Unfit> {
  const heavy = file.size > maxBytesOf(limit, type)
  const moves = mayMove(type, await headOf(file))
  if (heavy && moves) return tooLarge(limit, type, true)
  if (!type.startsWith('image/')) return { blob: file, type, name: file.name, shrunkFrom: null, picture: null }
  const bitmap = await readPicture(file)
  const picture = bitmap && thumbnailOf(bitmap, type)
  const scale = bitmap === null ? 1 : scaleWithin(limit, bitmap, moves)
  if (typeof scale !== 'number') return scale
  const over = heavy || scale < 1
  if (type !== 'image/jpeg' && !over) return { blob: file, type, name: file.name, shrunkFrom: null, picture }
  if (bitmap === null) return { why: 'unreadable' }
  const as = type === 'image/jpeg' || (limit.types['image/jpeg'] !== undefined && isOpaque(bitmap)) ? 'image/jpeg' : type
  const blob = await writeWithin(bitmap, as, scale, maxBytesOf(limit, as))
  bitmap.close()
  if (blob === null) return tooLarge(limit, type, false)
  return { blob, type: as, name: as === type ? file.name : renamed(file.name, as), shrunkFrom: over ? file.size : null, picture }
}

async function headOf(file: File): Promise<Uint8Array> {
  // What cannot be read, a folder for one, has no first bytes.
  return new Uint8Array(
    await file
      .slice(0, 32)
      .arrayBuffer()
      .catch(() => new ArrayBuffer(0)),
  )
}

async function readPicture(file: File): Promise<ImageBitmap | null> {
  try {
    // Upright by itself, as the camera held it.
    return await createImageBitmap(file)
  } catch {
    return null
  }
}

/** The picture as this type, at most at `scale` of its size, in at most so many bytes; null when it cannot be written so, as not every browser writes WebP. */
async function writeWithin(bitmap: ImageBitmap, type: string, scale: number, maxBytes: number): Promise<Blob | null> {
  let writing: Writing = {
    scale: Math.min(scale, Math.sqrt(mostPixels / (bitmap.width * bitmap.height))),
    quality: type === 'image/png' ? 0.8 : 0.92,
  }
  for (let tried = 0; tried < mostTries; tried += 1) {
    const canvas = drawn(bitmap, writing.scale, type === 'image/jpeg')
    const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, type, writing.quality))
    if (blob === null || blob.type !== type) return null
    if (blob.size <= maxBytes) return blob
    writing = coarser(writing, blob.size, maxBytes)
  }
  return null
}

/** Whether nothing shines through, judged by a small likeness. */
function isOpaque(bitmap: ImageBitmap): boolean {
  const canvas = drawn(bitmap, Math.min(1, 128 / Math.max(bitmap.width, bitmap.height)), false)
  const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height)
  for (let at = 3; at < data.length; at += 4) if (data[at]! < 255) return false
  return true
}

function renamed(name: string, type: string): string {
  return `${name.replace(/\.[^.]*$/, '')}.${type === 'image/jpeg' ? 'jpg' : endingOf(type).toLowerCase()}`
}
