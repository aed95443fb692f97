// A process of its own that sends signed comments as fast as they are acknowledged; spoken to over IPC by `webhook-load.ts`.
import { connect, type Socket } from 'node:net'
import { signedComments, type CommentBurst, type SignedComment } from './comment.ts'
import { quantile } from './pairs.ts'

export type Burst = CommentBurst & { url: string; connections: number }
/** `processorUs`: what the client itself took meanwhile. */
export type BurstResult = {
  processorUs: number
  seconds: number
  accepted: number
  refused: number
  distinct: number
  p50Ms: number
  p99Ms: number
}

process.on('message', (burst: Burst) => void send(burst).then((result) => process.send!(result)))

type Connection = { request(comment: SignedComment): Promise<number>; close(): void }

/** Everything is made and signed before the clock starts, and HTTP/1.1 is spoken over plain sockets: a client that costs little flatters neither server. */
async function send(burst: Burst): Promise<BurstResult> {
  const { requests, distinct } = signedComments(burst)
  const url = new URL(burst.url)
  const latenciesMs: number[] = []
  let [accepted, refused, next] = [0, 0, 0]
  const startedAt = performance.now()
  const usage = process.cpuUsage()
  await Promise.all(
    Array.from({ length: burst.connections }, async () => {
      const connection = await openSocket(url)
      while (next < requests.length) {
        const sentAt = performance.now()
        const status = await connection.request(requests[next++]!)
        latenciesMs.push(performance.now() - sentAt)
        if (status === 200) accepted += 1
        else refused += 1
      }
      connection.close()
    }),
  )
  const seconds = (performance.now() - startedAt) / 1000
  const { user, system } = process.cpuUsage(usage)
  return {
    processorUs: user + system,
    seconds,
    accepted,
    refused,
    distinct,
    p50Ms: quantile(latenciesMs, 0.5),
    p99Ms: quantile(latenciesMs, 0.99),
  }
}

/** HTTP/1.1 by hand over a kept-alive socket, one request at a time. */
function openSocket(url: URL): Promise<Connection> {
  return new Promise((resolve, reject) => {
    let waiting: { resolve: (status: number) => void; reject: (error: Error) => void } | null = null
    let got = ''
    const socket: Socket = connect({ host: url.hostname, port: Number(url.port), noDelay: true })
    socket.setEncoding('latin1')
    socket.on('data', (text: string) => {
      got += text
      const end = got.indexOf('\r\n\r\n')
      if (end === -1) return
      const length = Number(/content-length: (\d+)/i.exec(got)?.[1] ?? 0)
      if (got.length < end + 4 + length) return
      const status = Number(got.slice(9, 12))
      got = ''
      waiting?.resolve(status)
    })
    socket.on('close', () => waiting?.reject(new Error('The server closed the connection.')))
    socket.on('error', reject)
    socket.on('connect', () =>
      resolve({
        request: ({ body, signature }) =>
          new Promise((answered, failed) => {
            waiting = { resolve: answered, reject: failed }
            socket.cork()
            socket.write(
              `POST ${url.pathname} HTTP/1.1\r\nHost: ${url.host}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nX-Hub-Signature-256: ${signature}\r\n\r\n`,
            )
            socket.write(body)
            socket.uncork()
          }),
        close() {
          waiting = null
          socket.destroy()
        },
      }),
    )
  })
}
