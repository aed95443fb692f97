import { createHash } from 'node:crypto'
import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Answer } from '../dialect.ts'

/** One end of a WebSocket (RFC 6455), texts only. What is sent after it closed goes nowhere. */
export class Peer {
  /** Called with each text that comes, and when the other side is gone. */
  onText: (text: string) => void = () => {}
  onGone: () => void = () => {}
  #stream: Duplex
  #read: Buffer = Buffer.alloc(0)
  #parts: Buffer[] = []
  #open = true

  constructor(stream: Duplex) {
    this.#stream = stream
    stream.on('data', (bytes: Buffer) => this.#take(bytes))
    stream.on('error', () => stream.destroy())
    stream.on('close', () => {
      this.#open = false
      this.onGone()
    })
  }

  /** Sends a text. */
  send(text: string): void {
    this.#write(1, Buffer.from(text))
  }

  /** Says goodbye with a code and ends. */
  close(code: number, reason = ''): void {
    const body = Buffer.alloc(2)
    body.writeUInt16BE(code)
    this.#write(8, Buffer.concat([body, Buffer.from(reason)]))
    this.#open = false
    this.#stream.end()
  }

  /** Is gone from one moment to the next, without a word. */
  drop(): void {
    this.#stream.destroy()
  }

  #write(opcode: number, body: Buffer): void {
    if (!this.#open) return
    const long = body.length > 65_535 ? 10 : body.length > 125 ? 4 : 2
    const head = Buffer.alloc(long)
    head[0] = 0x80 | opcode
    head[1] = long === 10 ? 127 : long === 4 ? 126 : body.length
    if (long === 4) head.writeUInt16BE(body.length, 2)
    if (long === 10) head.writeBigUInt64BE(BigInt(body.length), 2)
    this.#stream.write(Buffer.concat([head, body]))
  }

  #take(bytes: Buffer): void {
    this.#read = Buffer.concat([this.#read, bytes])
    for (let frame = this.#next(); frame && this.#open; frame = this.#next()) this.#answer(frame)
  }

  #answer({ opcode, last, body }: Frame): void {
    if (opcode === 8) return this.close(body.length >= 2 ? body.readUInt16BE(0) : 1000)
    if (opcode === 9) return this.#write(10, body)
    if (opcode === 10) return
    this.#parts.push(body)
    if (!last) return
    const text = Buffer.concat(this.#parts.splice(0)).toString('utf8')
    this.onText(text)
  }

  /** The next whole frame: whoever calls masks theirs. */
  #next(): Frame | null {
    const read = this.#read
    if (read.length < 2) return null
    const short = (read[1] ?? 0) & 0x7f
    const at = short === 127 ? 10 : short === 126 ? 4 : 2
    if (read.length < at + 4) return null
    const length = short === 127 ? Number(read.readBigUInt64BE(2)) : short === 126 ? read.readUInt16BE(2) : short
    if (read.length < at + 4 + length) return null
    const mask = read.subarray(at, at + 4)
    const body = Buffer.from(read.subarray(at + 4, at + 4 + length))
    for (let index = 0; index < body.length; index += 1) body[index] = (body[index] ?? 0) ^ (mask[index % 4] ?? 0)
    this.#read = read.subarray(at + 4 + length)
    return { opcode: (read[0] ?? 0) & 0x0f, last: ((read[0] ?? 0) & 0x80) !== 0, body }
  }
}

type Frame = { opcode: number; last: boolean; body: Buffer }

/** Somebody at the door: what they ask for, and what is done with them. */
export type Caller = { url: URL; request: IncomingMessage }

/** Gives an answer to refuse, or what is done with the peer once it is open. `protocol` is sent back where the caller offered some. */
export type Doorkeeper = (
  caller: Caller,
) => { refuse: Answer } | { protocol?: string; open: (peer: Peer) => void } | 'hang' | 'reset' | null

/** Every open socket of a server, by the path at which it came in. */
export type Sockets = Set<{ path: string; peer: Peer }>

/** Lets WebSockets in at a server: `keeper` decides for each, null where there is nothing to open. */
export function acceptSockets(server: Server, keeper: Doorkeeper): Sockets {
  const sockets: Sockets = new Set()
  server.on('upgrade', (request: IncomingMessage, stream: Duplex) => {
    stream.on('error', () => stream.destroy())
    const url = new URL(request.url ?? '/', 'http://sandbox')
    const key = request.headers['sec-websocket-key']
    const decided = keeper({ url, request })
    if (decided === 'hang') return
    if (decided === 'reset') return stream.destroy()
    if (decided === null || key === undefined) return refuse(stream, { status: 404, body: '' })
    if ('refuse' in decided) return refuse(stream, decided.refuse)
    const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
    const lines = ['HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade', `Sec-WebSocket-Accept: ${accept}`]
    if (decided.protocol !== undefined) lines.push(`Sec-WebSocket-Protocol: ${decided.protocol}`)
    stream.write(`${lines.join('\r\n')}\r\n\r\n`)
    const peer = new Peer(stream)
    const entry = { path: url.pathname, peer }
    sockets.add(entry)
    stream.on('close', () => sockets.delete(entry))
    decided.open(peer)
  })
  return sockets
}

function refuse(stream: Duplex, { status, headers = {}, body }: Answer): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const lines = [`HTTP/1.1 ${status} Refused`, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`)]
  stream.end(`${lines.join('\r\n')}\r\ncontent-length: ${Buffer.byteLength(text)}\r\nconnection: close\r\n\r\n${text}`)
}
