import { createHash } from 'node:crypto'

/** A field of a form, or a file in it. */
type Part = { name: string; value: string } | { name: string; filename: string; type: string; bytes: Uint8Array }

/**
 * A form as `multipart/form-data` (RFC 7578), whole and as bytes: the guarded fetch is not the platform's own and knows no `FormData` of another.
 * The boundary is made from what it divides, so that it stands in none of it and is the same on every try.
 */
export function multipart(parts: readonly Part[]): { headers: { 'content-type': string }; body: Uint8Array<ArrayBuffer> } {
  const hash = createHash('sha256')
  for (const part of parts) hash.update('value' in part ? part.value : part.bytes)
  const boundary = `answerback-${hash.digest('hex').slice(0, 40)}`
  const chunks = parts.flatMap((part) => {
    const head = `--${boundary}\r\ncontent-disposition: form-data; name="${quoted(part.name)}"`
    if ('value' in part) return [Buffer.from(`${head}\r\n\r\n${part.value}\r\n`)]
    return [
      Buffer.from(`${head}; filename="${quoted(part.filename)}"\r\ncontent-type: ${part.type}\r\n\r\n`),
      part.bytes,
      Buffer.from('\r\n'),
    ]
  })
  const body = new Uint8Array(Buffer.concat([...chunks, Buffer.from(`--${boundary}--\r\n`)]))
  return { headers: { 'content-type': `multipart/form-data; boundary=${boundary}` }, body }
}

/** As browsers write a name between quotation marks (HTML, multipart/form-data encoding algorithm). */
function quoted(name: string): string {
  return name.replace(/\r\n|\r|\n/g, '%0D%0A').replace(/"/g, '%22')
}
