/** One part of a form: a text, or a file with its name. `type` is '' where the part does not say. */
export type Part = { name: string; filename: string | null; type: string; bytes: Buffer }

/**
 * The parts of a `multipart/form-data` body (RFC 7578), as forgiving as the real servers: values with and without quotation marks, in any case. Null when it is none,
 * or breaks off.
 */
export function partsOf(contentType: string, body: Buffer): Part[] | null {
  const boundary = valueOf(contentType, 'boundary')
  if (!boundary) return null
  const mark = Buffer.from(`--${boundary}`)
  const parts: Part[] = []
  for (let at = body.indexOf(mark); at >= 0;) {
    const from = at + mark.length
    if (body.toString('latin1', from, from + 2) === '--') return parts
    const next = body.indexOf(Buffer.from(`\r\n--${boundary}`), from)
    const part = next < 0 ? null : partOf(body.subarray(from + 2, next))
    if (part === null) return null
    parts.push(part)
    at = next + 2
  }
  return null
}

function partOf(bytes: Buffer): Part | null {
  const end = bytes.indexOf('\r\n\r\n')
  if (end < 0) return null
  const lines = bytes.toString('utf8', 0, end).split('\r\n')
  const header = (name: string): string =>
    lines
      .find((line) => line.toLowerCase().startsWith(`${name}:`))
      ?.slice(name.length + 1)
      .trim() ?? ''
  const disposition = header('content-disposition')
  const name = valueOf(disposition, 'name')
  if (name === null) return null
  return { name, filename: valueOf(disposition, 'filename'), type: header('content-type'), bytes: bytes.subarray(end + 4) }
}

/** A parameter of a header. In names browsers write three characters as percent signs. */
function valueOf(header: string, name: string): string | null {
  const [, quoted, bare] = new RegExp(`;\\s*${name}=(?:"([^"]*)"|([^;\\s]*))`, 'i').exec(header) ?? []
  const value = quoted ?? bare
  return value === undefined ? null : value.replaceAll('%22', '"').replaceAll('%0D', '\r').replaceAll('%0A', '\n')
}
