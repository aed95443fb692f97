import { typeOf } from './media-type.ts'

const maxBytes = 24 * 1024 * 1024
const patienceMs = 10_000

/**
 * A file as a platform fetches it from an address that it was given: its bytes, what they really are, and the last part of its path. Null when the address is none,
 * nobody answers with 200 in ten seconds, or it is larger than 24 MB.
 */
export async function fetchFile(address: string): Promise<{ bytes: Buffer; type: string | null; name: string } | null> {
  if (!URL.canParse(address) || !/^https?:$/.test(new URL(address).protocol)) return null
  try {
    const answer = await fetch(address, { signal: AbortSignal.timeout(patienceMs) })
    const length = Number(answer.headers.get('content-length') ?? 0)
    if (answer.status !== 200 || length > maxBytes) {
      await answer.body?.cancel()
      return null
    }
    const bytes = Buffer.from(await answer.arrayBuffer())
    if (bytes.length > maxBytes) return null
    return { bytes, type: typeOf(bytes), name: new URL(address).pathname.split('/').at(-1) ?? '' }
  } catch {
    return null
  }
}
