/** What a file really is, by its first bytes: the MIME types that platforms tell apart; null for anything else. */
export function typeOf(bytes: Buffer): string | null {
  const ascii = (from: number, to: number): string => bytes.toString('latin1', from, to)
  if (bytes.subarray(0, 8).equals(pngMark)) return 'image/png'
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) return 'image/jpeg'
  if (/^GIF8[79]a$/.test(ascii(0, 6))) return 'image/gif'
  if (ascii(0, 4) === 'RIFF' && ascii(8, 12) === 'WEBP') return 'image/webp'
  if (ascii(0, 5) === '%PDF-') return 'application/pdf'
  if (bytes.subarray(0, 4).equals(ebmlMark)) return 'video/webm'
  if (ascii(4, 8) !== 'ftyp') return null
  const brand = ascii(8, 12)
  if (/^(avif|avis)$/.test(brand)) return 'image/avif'
  if (/^(heic|heix|mif1)$/.test(brand)) return 'image/heic'
  return brand === 'qt  ' ? 'video/quicktime' : 'video/mp4'
}

/** Width and height of an image in pixels; null when it is none, or does not say. */
export function imageSize(bytes: Buffer): { width: number; height: number } | null {
  const type = typeOf(bytes)
  try {
    if (type === 'image/png') return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) }
    if (type === 'image/gif') return { width: bytes.readUInt16LE(6), height: bytes.readUInt16LE(8) }
    if (type === 'image/jpeg') return jpegSize(bytes)
    return type === 'image/webp' ? webpSize(bytes) : null
  } catch (error) {
    if (error instanceof RangeError) return null
    throw error
  }
}

/** The usual ending of a file's name, with its dot. */
export function endingOf(type: string): string {
  return endings[type] ?? ''
}

const pngMark = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
const ebmlMark = Buffer.from([0x1a, 0x45, 0xdf, 0xa3])
const endings: Record<string, string> = {
  'image/png': '.png',
  'image/jpeg': '.jpg',
  'image/gif': '.gif',
  'image/webp': '.webp',
  'image/avif': '.avif',
  'image/heic': '.heic',
  'video/mp4': '.mp4',
  'video/quicktime': '.mov',
  'video/webm': '.webm',
  'application/pdf': '.pdf',
}

/** The size stands in the first frame header (SOF, not the tables DHT, JPG and DAC that share its numbers). */
function jpegSize(bytes: Buffer): { width: number; height: number } | null {
  let at = 2
  while (at < bytes.length) {
    const mark = bytes.readUInt8(at + 1)
    if (mark >= 0xc0 && mark <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(mark))
      return { width: bytes.readUInt16BE(at + 7), height: bytes.readUInt16BE(at + 5) }
    at += 2 + bytes.readUInt16BE(at + 2)
  }
  return null
}

function webpSize(bytes: Buffer): { width: number; height: number } | null {
  const form = bytes.toString('latin1', 12, 16)
  if (form === 'VP8 ') return { width: bytes.readUInt16LE(26) & 0x3fff, height: bytes.readUInt16LE(28) & 0x3fff }
  if (form === 'VP8X') return { width: bytes.readUIntLE(24, 3) + 1, height: bytes.readUIntLE(27, 3) + 1 }
  if (form !== 'VP8L') return null
  const bits = bytes.readUInt32LE(21)
  return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 }
}
