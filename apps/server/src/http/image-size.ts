/** `whole`: false when the picture ends before its format says that it is over. Width and height in pixels as it is shown. */
type ImageSize = { width: number; height: number; whole: boolean }

/** Reads how large a picture is. Throws RangeError where its bytes end before that is said; null when what is said makes no sense. Bounded by the length of the bytes. */
export function readImage(type: string, bytes: Buffer): ImageSize | null {
  const size = readers[type]?.(bytes) ?? null
  return size !== null && size.width > 0 && size.height > 0 ? size : null
}

const readers: Record<string, (bytes: Buffer) => ImageSize | null> = {
  'image/jpeg': readJpeg,
  'image/png': readPng,
  'image/gif': readGif,
  'image/webp': readWebp,
  'image/avif': readHeif,
  'image/heic': readHeif,
  'image/heif': readHeif,
}

/** ITU T.81, annex B: segments with lengths until the first scan. */
function readJpeg(bytes: Buffer): ImageSize | null {
  let size: { width: number; height: number } | null = null
  let turned = false
  for (let at = 2; at + 4 <= bytes.length;) {
    if (bytes[at] !== 0xff) return null
    const marker = bytes[at + 1]!
    if (marker === 0xff) {
      at += 1
      continue
    }
    const length = bytes.readUInt16BE(at + 2)
    if (length < 2) return null
    if (marker === 0xe1) turned ||= isTurned(bytes.subarray(at + 4, at + 2 + length))
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker))
      size = { height: bytes.readUInt16BE(at + 5), width: bytes.readUInt16BE(at + 7) }
    at += 2 + length
    if (marker !== 0xda) continue
    if (size === null) return null
    const whole = bytes.indexOf(Buffer.from([0xff, 0xd9]), at) !== -1
    return turned ? { width: size.height, height: size.width, whole } : { ...size, whole }
  }
  return size && { ...size, whole: false }
}

/** Exif 2.3, tag 0x0112: 5 to 8 lie on their side. */
function isTurned(segment: Buffer): boolean {
  if (segment.length < 14 || segment.toString('latin1', 0, 6) !== 'Exif\0\0') return false
  const tiff = segment.subarray(6)
  const little = tiff.toString('latin1', 0, 2) === 'II'
  const two = (at: number) => (little ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at))
  const four = (at: number) => (little ? tiff.readUInt32LE(at) : tiff.readUInt32BE(at))
  const start = four(4)
  if (start + 2 > tiff.length) return false
  const count = two(start)
  for (let n = 0; n < count; n += 1) {
    const at = start + 2 + n * 12
    if (at + 12 > tiff.length) return false
    if (two(at) === 0x0112) return two(at + 8) >= 5 && two(at + 8) <= 8
  }
  return false
}

/** PNG (ISO 15948): the header first, then chunks until IEND. */
function readPng(bytes: Buffer): ImageSize | null {
  if (bytes.toString('latin1', 12, 16) !== 'IHDR') return null
  const size = { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) }
  for (let at = 8; at + 12 <= bytes.length; at += 12 + bytes.readUInt32BE(at))
    if (bytes.toString('latin1', at + 4, at + 8) === 'IEND') return { ...size, whole: true }
  return { ...size, whole: false }
}

/** GIF89a: blocks until the trailer. */
function readGif(bytes: Buffer): ImageSize {
  const size = { width: bytes.readUInt16LE(6), height: bytes.readUInt16LE(8) }
  const table = (flags: number) => (flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0)
  let at = 13 + table(bytes.readUInt8(10))
  while (at < bytes.length) {
    const block = bytes[at]
    if (block === 0x3b) return { ...size, whole: true }
    if (block === 0x21) at += 2
    else if (block === 0x2c && at + 10 < bytes.length) at += 11 + table(bytes[at + 9]!)
    else break
    while (at < bytes.length && bytes[at] !== 0) at += bytes[at]! + 1
    at += 1
  }
  return { ...size, whole: false }
}

/** RFC 9649: the first chunk says how large it is, in one of three ways. */
function readWebp(bytes: Buffer): ImageSize | null {
  const whole = bytes.readUInt32LE(4) + 8 <= bytes.length
  const chunk = bytes.toString('latin1', 12, 16)
  if (chunk === 'VP8X') return { width: bytes.readUIntLE(24, 3) + 1, height: bytes.readUIntLE(27, 3) + 1, whole }
  if (chunk === 'VP8 ') return { width: bytes.readUInt16LE(26) & 0x3fff, height: bytes.readUInt16LE(28) & 0x3fff, whole }
  if (chunk !== 'VP8L' || bytes.readUInt8(20) !== 0x2f) return null
  const bits = bytes.readUInt32LE(21)
  return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1, whole }
}

/** ISO 23008-12: boxes to the end; each item has its extents (`ispe`), and the picture is the largest of them. */
function readHeif(bytes: Buffer): ImageSize | null {
  let end = 0
  let data = false
  let meta: Buffer | null = null
  for (let at = 0; at + 8 <= bytes.length;) {
    const said = bytes.readUInt32BE(at)
    const length = said === 1 ? Number(bytes.readBigUInt64BE(at + 8)) : said === 0 ? bytes.length - at : said
    if (length < 8) return null
    const name = bytes.toString('latin1', at + 4, at + 8)
    if (name === 'meta') meta ??= bytes.subarray(at, at + length)
    if (name === 'mdat') data = true
    at += length
    end = at
  }
  let size: { width: number; height: number } | null = null
  for (let at = meta?.indexOf('ispe') ?? -1; meta && at !== -1 && at + 16 <= meta.length; at = meta.indexOf('ispe', at + 4)) {
    const found = { width: meta.readUInt32BE(at + 8), height: meta.readUInt32BE(at + 12) }
    if (size === null || found.width * found.height > size.width * size.height) size = found
  }
  return size && { ...size, whole: data && end <= bytes.length }
}
