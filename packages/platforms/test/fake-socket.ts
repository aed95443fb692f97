import type { OpenSocket } from '../src/socket.ts'

/** A socket whose other side a test plays: what was sent, what is said to it, and its end. `opened` are the addresses and headers. */
export function aSocket() {
  const sent: Record<string, any>[] = []
  const opened: { url: string; headers: Record<string, string> }[] = []
  const waiting: string[] = []
  let wake = (): void => {}
  let code: number | null = null
  let settle: (end: { code: number }) => void = () => {}
  const closed = new Promise<{ code: number }>((resolve) => (settle = resolve))
  const end = (given: number): void => {
    code ??= given
    settle({ code })
    wake()
  }
  async function* texts(): AsyncGenerator<string> {
    for (;;) {
      while (waiting.length > 0) yield waiting.shift()!
      if (code !== null) return
      await new Promise<void>((resolve) => (wake = resolve))
    }
  }
  const openSocket: OpenSocket = async (url, { headers = {}, signal }) => {
    opened.push({ url, headers })
    signal.addEventListener('abort', () => end(1006))
    return { send: (text) => void sent.push(JSON.parse(text)), close: (given) => end(given ?? 1000), texts: texts(), closed }
  }
  const say = (frame: unknown): void => {
    waiting.push(typeof frame === 'string' ? frame : JSON.stringify(frame))
    wake()
  }
  return { openSocket, sent, opened, say, end, isClosed: () => code }
}
