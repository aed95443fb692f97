import { PlatformError } from './error.ts'
import { hostOf } from './http.ts'

/**
 * An open WebSocket (RFC 6455), texts only. `texts` gives them in order and ends when either side has closed it, or nothing was heard for too long; `closed` tells then
 * with which code (1006: without a word).
 */
export type Socket = {
  send(text: string): void
  close(code?: number): void
  texts: AsyncIterable<string>
  readonly closed: Promise<{ code: number }>
}

/** Opens one. Rejects with `unavailable` when it cannot be opened in time; ends it when `signal` aborts. Headers go along where the platform wants them. */
export type OpenSocket = (
  url: string,
  options: { signal: AbortSignal; headers?: Record<string, string>; timeoutMs?: number },
) => Promise<Socket>

/** As much of a browser's WebSocket as is used here; `ping` asks for a sign of life, and `onPong` hears it. */
export type Wire = {
  send(text: string): void
  close(code?: number): void
  addEventListener(type: 'open' | 'message' | 'close' | 'error', listener: (event: WireEvent) => void): void
}
/** `data` of a message, `code` of a close. */
export type WireEvent = { data?: unknown; code?: number }
export type Wires = {
  open(url: string, headers: Record<string, string>): Wire
  ping(wire: Wire): void
  onPong(wire: Wire, listener: () => void): void
}

const openTimeoutMs = 20_000
const pingEveryMs = 30_000
/** A beat that was missed, and a little more. */
const silentMs = 75_000
/** More than that unread means that nobody reads: it ends, and what it told is asked for anyway. */
const maxWaiting = 10_000
const gone = 1006

/** Opens sockets over these wires. A wire that is silent although it was asked for a sign of life is taken to be dead. */
export function socketsOver(wires: Wires, { everyMs = pingEveryMs, afterMs = silentMs, nowMs = () => performance.now() } = {}): OpenSocket {
  return async (url, { signal, headers = {}, timeoutMs = openTimeoutMs }) => {
    signal.throwIfAborted()
    const wire = wires.open(url, headers)
    const { texts, take, end, closed } = inbox()
    let heardAtMs = nowMs()
    const hear = (): void => void (heardAtMs = nowMs())
    wires.onPong(wire, hear)
    wire.addEventListener('message', ({ data }) => {
      hear()
      if (typeof data === 'string' && !take(data)) end(gone)
    })
    const opened = new Promise<void>((resolve, reject) => {
      const refuse = (): void => reject(new PlatformError('unavailable', `${hostOf(url)} did not open a live connection`))
      const late = setTimeout(refuse, timeoutMs)
      wire.addEventListener('open', () => (clearTimeout(late), resolve()))
      wire.addEventListener('error', refuse)
      wire.addEventListener('close', ({ code = gone }) => (clearTimeout(late), refuse(), end(code)))
      signal.addEventListener('abort', () => (clearTimeout(late), refuse(), end(gone)), { once: true })
    })
    void closed.then(() => (clearInterval(watch), quietly(() => wire.close())))
    const watch = setInterval(() => {
      if (nowMs() - heardAtMs > afterMs) end(gone)
      else quietly(() => wires.ping(wire))
    }, everyMs)
    try {
      await opened
    } catch (error) {
      end(gone)
      throw error
    }
    return {
      send: (text) => quietly(() => wire.send(text)),
      close: (code) => (quietly(() => wire.close(code)), end(code ?? 1000)),
      texts,
      closed,
    }
  }
}

/** What came and was not read yet, for one reader. `take` says false when too much waits. */
function inbox() {
  const waiting: string[] = []
  let wake = (): void => {}
  let code: number | null = null
  let settle: (end: { code: number }) => void = () => {}
  const closed = new Promise<{ code: number }>((resolve) => (settle = resolve))
  async function* read(): AsyncGenerator<string> {
    for (;;) {
      while (waiting.length > 0) yield waiting.shift()!
      if (code !== null) return
      await new Promise<void>((resolve) => (wake = resolve))
    }
  }
  return {
    texts: read(),
    closed,
    take(text: string): boolean {
      waiting.push(text)
      wake()
      return waiting.length <= maxWaiting
    },
    end(given: number): void {
      code ??= given
      settle({ code })
      wake()
    },
  }
}

/** A wire that is just going says so by throwing; its end is heard anyway. */
function quietly(run: () => void): void {
  try {
    run()
  } catch {
    // Its `close` event tells.
  }
}
