import { once } from 'node:events'
import { createServer, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A call on its way to the peer. */
export type Call = { method: string; path: string }
export type Between = {
  /** Where the product finds the peer. */
  url: string
  /**
   * Keeps the next call that fits: `answer` lets the peer do its work and keeps what it says, `call` lets nothing through. Resolves once one is kept; it
   * stays so until whoever called gives up. Everything else passes.
   */
  keep(what: 'call' | 'answer', fits: (call: Call) => boolean): Promise<void>
  close(): Promise<void>
}

/** A server of ours between the product and a peer on that port of this machine: nothing is changed, but an answer can be kept back. */
export async function openBetween(to: { host: string; port: number }): Promise<Between> {
  let kept: { what: 'call' | 'answer'; fits: (call: Call) => boolean; done: () => void } | null = null
  const waiting = new Set<ServerResponse>()
  const server = createServer((asked, answer) => {
    const { method = 'GET', url: path = '/', headers } = asked
    const mine = kept?.fits({ method, path }) ? kept : null
    if (mine) {
      kept = null
      waiting.add(answer)
    }
    if (mine?.what === 'call') {
      asked.resume().once('end', mine.done)
      return
    }
    const onward = request({ ...to, method, path, headers, agent: false }, (said) => {
      if (mine) return void said.resume().once('end', mine.done)
      answer.writeHead(said.statusCode!, said.headers)
      said.pipe(answer)
    })
    onward.once('error', () => answer.destroy())
    asked.pipe(onward)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    keep: (what, fits) => new Promise((done) => (kept = { what, fits, done })),
    async close() {
      for (const answer of waiting) answer.destroy()
      server.closeAllConnections()
      await new Promise((closed) => server.close(closed))
    },
  }
}
