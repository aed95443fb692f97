/** The body of what somebody else answered, if it has no more bytes than this; else null, and the connection is given up. Rejects as reading does. */
export async function readWithin(response: Response, maxBytes: number): Promise<Buffer | null> {
  if (response.body === null) return Buffer.alloc(0)
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of response.body as unknown as AsyncIterable<Uint8Array>) {
    length += part.byteLength
    // Leaving the loop gives the connection up.
    if (length > maxBytes) return null
    parts.push(part)
  }
  return Buffer.concat(parts)
}
