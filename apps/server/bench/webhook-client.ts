// A process of its own that sends signed comments as fast as they are acknowledged; spoken to over IPC by `webhook-load.ts`.
import { connect, type Socket } from 'node:net'
import { signedComment, type CommentTarget } from './comment.ts'
import { quantile } from './pairs.ts'

export type Burst = {
  url: string
  target: CommentTarget
  connections: number
  requests: number
  duplicateShare: number
  run: string
}
export type BurstResult = { seconds: number; accepted: number; refused: number; distinct: number; p50Ms: number; p99Ms: number }

process.on('message', (burst: Burst) => void send(burst).then((result) => process.send!(result)))

type Prepared = { body: Buffer; signature: string }
type Connection = { request(comment: Prepared): Promise<number>; close(): void }

/** Everything is made and signed before the clock starts, and HTTP/1.1 is spoken over plain sockets: a client that costs little flatters neither server. */
async function send(burst: Burst): Promise<BurstResult> {
  const { requests, distinct } = prepare(burst)
  const url = new URL(burst.url)
  const latenciesMs: number[] = []
  let [accepted, refused, next] = [0, 0, 0]
  const startedAt = performance.now()
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
  return { seconds, accepted, refused, distinct, p50Ms: quantile(latenciesMs, 0.5), p99Ms: quantile(latenciesMs, 0.99) }
}

/** Repeats come soon after the original, as a platform's retries and double deliveries do: some while the first is still being stored. */
function prepare({ target, requests, duplicateShare, run }: Burst): { requests: Prepared[]; distinct: number } {
  const every = Math.round(1 / duplicateShare)
  const made: Prepared[] = []
  let distinct = 0
  for (let n = 0; n < requests; n += 1) {
    if (n % every === every - 1) {
      made.push(made[n - 1 - ((n * 7) % Math.min(n, 60))]!)
      continue
    }
    distinct += 1
    made.push(signedComment(target, run, n, `Comment ${n}: does this come in green?`))
  }
  return { requests: made, distinct }
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
