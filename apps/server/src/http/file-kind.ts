import { readImage } from './image-size.ts'

/** What a file is by its own bytes. `whole`: false when it surely ends too early. */
export type FileKind = { type: string; whole: boolean; width: number | null; height: number | null }

/** Other names for the same, as browsers and programs send them. */
const otherNames: Record<string, string> = {
  'image/jpg': 'image/jpeg',
  'image/pjpeg': 'image/jpeg',
  'video/x-m4v': 'video/mp4',
  'audio/mp3': 'audio/mpeg',
  'audio/x-m4a': 'audio/mp4',
  'audio/m4a': 'audio/mp4',
  'audio/wave': 'audio/wav',
  'audio/x-wav': 'audio/wav',
  'audio/vnd.wave': 'audio/wav',
  'audio/x-flac': 'audio/flac',
  'audio/x-aac': 'audio/aac',
}

/** Kept in one kind of container, so that what somebody calls it and what it is may differ without a lie. */
const kin = [
  ['video/mp4', 'video/quicktime', 'audio/mp4'],
  ['image/heic', 'image/heif'],
  ['audio/ogg', 'video/ogg'],
]

/** Every type that is known by its bytes. */
export const knownTypes: readonly string[] = [
  ...['image/jpeg', 'image/png', 'image/gif', 'image/webp', 'image/avif', 'image/heic', 'image/heif'],
  ...['video/mp4', 'video/quicktime', 'video/webm', 'video/ogg'],
  ...['audio/mpeg', 'audio/mp4', 'audio/ogg', 'audio/wav', 'audio/flac', 'audio/aac'],
  'application/pdf',
]

/** The usual name of a MIME type, without parameters. */
export function plainType(type: string): string {
  const plain = type.split(';')[0]!.trim().toLowerCase()
  return otherNames[plain] ?? plain
}

/** Whether a file that is `found` may be called `said`, both plain. */
export function isSaidRight(said: string, found: string): boolean {
  return said === found || kin.some((family) => family.includes(said) && family.includes(found))
}

/** Knows a file by its first bytes (WHATWG MIME Sniffing, and what each format says of itself), whatever it is called; null: nothing that is known. Never throws, however broken the bytes. */
export function kindOf(bytes: Buffer): FileKind | null {
  const type = typeOf(bytes)
  if (type === null) return null
  if (type.startsWith('image/')) {
    const image = attempt(() => readImage(type, bytes))
    return { type, whole: image?.whole ?? false, width: image?.width ?? null, height: image?.height ?? null }
  }
  return { type, whole: attempt(() => isWhole(type, bytes)) ?? false, width: null, height: null }
}

function typeOf(bytes: Buffer): string | null {
  const starts = (text: string, at = 0) => bytes.toString('latin1', at, at + text.length) === text
  if (starts('\xff\xd8\xff')) return 'image/jpeg'
  if (starts('\x89PNG\r\n\x1a\n')) return 'image/png'
  if (starts('GIF87a') || starts('GIF89a')) return 'image/gif'
  if (starts('RIFF') && starts('WEBP', 8)) return 'image/webp'
  if (starts('RIFF') && starts('WAVE', 8)) return 'audio/wav'
  if (starts('fLaC')) return 'audio/flac'
  if (starts('%PDF-')) return 'application/pdf'
  if (starts('OggS')) return bytes.subarray(0, 128).includes('\x80theora', 0, 'latin1') ? 'video/ogg' : 'audio/ogg'
  if (starts('\x1aE\xdf\xa3')) return bytes.subarray(0, 64).includes('webm') ? 'video/webm' : null
  if (starts('ftyp', 4)) return typeOfBrands(bytes)
  // Films of before the brands: their first box says what they are.
  if (['moov', 'wide', 'mdat'].some((box) => starts(box, 4))) return 'video/quicktime'
  if (starts('ID3')) return 'audio/mpeg'
  // A frame's sync word with a layer that exists (ISO 11172-3), and that of AAC, which has none (ISO 13818-7).
  const sync = bytes.length > 2 && bytes[0] === 0xff && (bytes[1]! & 0xe0) === 0xe0 ? bytes[1]! & 0x06 : null
  if (sync === 0) return (bytes[1]! & 0xf0) === 0xf0 ? 'audio/aac' : null
  return sync === null || (bytes[2]! & 0xf0) === 0xf0 ? null : 'audio/mpeg'
}

/** ISO 14496-12: the main brand, then those it is compatible with. */
function typeOfBrands(bytes: Buffer): string {
  const length = Math.min(bytes.readUInt32BE(0), bytes.length, 256)
  const brands: string[] = []
  for (let at = 8; at + 4 <= length; at += 4) if (at !== 12) brands.push(bytes.toString('latin1', at, at + 4))
  const has = (...names: string[]) => brands.some((brand) => names.includes(brand))
  if (has('avif', 'avis')) return 'image/avif'
  if (has('heic', 'heix', 'heim', 'heis', 'hevc', 'hevx')) return 'image/heic'
  if (has('mif1', 'msf1')) return 'image/heif'
  if (brands[0] === 'qt  ') return 'video/quicktime'
  return ['M4A ', 'M4B '].includes(brands[0] ?? '') ? 'audio/mp4' : 'video/mp4'
}

/** As far as a container tells without reading it through. */
function isWhole(type: string, bytes: Buffer): boolean {
  if (type === 'audio/wav') return bytes.readUInt32LE(4) + 8 <= bytes.length + 1
  if (type === 'application/pdf') return bytes.subarray(-1_024).includes('%%EOF')
  if (!['video/mp4', 'video/quicktime', 'audio/mp4'].includes(type)) return bytes.length > 64
  let index = false
  for (let at = 0; at + 8 <= bytes.length;) {
    const name = bytes.toString('latin1', at + 4, at + 8)
    if (name === 'moov') index = true
    const said = bytes.readUInt32BE(at)
    // 1: the length follows in 64 bits; 0: to the end of the file.
    const length = said === 1 ? Number(bytes.readBigUInt64BE(at + 8)) : said === 0 ? bytes.length - at : said
    if (length < 8 || at + length > bytes.length) return false
    at += length
  }
  return index
}

function attempt<T>(read: () => T): T | null {
  try {
    return read()
  } catch (error) {
    // Past the end of the bytes: that is what broken files do.
    if (error instanceof RangeError) return null
    throw error
  }
}
