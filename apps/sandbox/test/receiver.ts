import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A webhook as a receiver got it, raw. */
export type Received = { body: Buffer; signature: string | undefined }

/** A real HTTP server that takes webhooks: echoes the challenge, keeps the bodies, answers `status()`. */
export async function startReceiver(status: () => number = () => 200) {
  const received: Received[] = []
  const verifyTokens: (string | null)[] = []
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://receiver')
    if (request.method === 'GET') {
      verifyTokens.push(url.searchParams.get('hub.verify_token'))
      response.end(url.searchParams.get('hub.challenge'))
      return
    }
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const signature = request.headers['x-hub-signature-256']
      received.push({ body: Buffer.concat(chunks), signature: String(signature) })
      response.statusCode = status()
      response.end('ok')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/webhooks/facebook`,
    received,
    verifyTokens,
    close: () => new Promise((resolve) => (server.closeAllConnections(), server.close(resolve))),
  }
}

/** Waits until `isTrue()`; fails after 5 s. */
export async function until(isTrue: () => boolean): Promise<void> {
  const startedAt = performance.now()
  while (!isTrue()) {
    if (performance.now() - startedAt > 5_000) throw new Error('waited 5 s in vain')
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
