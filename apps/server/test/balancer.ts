import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

export type Balancer = { url: string; add(port: number): void; close(): void }

/** A plain load balancer: each connection goes to the next port in turn that takes it, and ends when either side does. It knows nothing of HTTP. */
export async function openBalancer(): Promise<Balancer> {
  const ports: number[] = []
  const open = new Set<Socket>()
  let turn = 0

  function forward(client: Socket, left: number): void {
    const port = ports[turn++ % ports.length]
    if (left === 0 || port === undefined) return void client.destroy()
    const server = connect(port, '127.0.0.1')
    server.once('error', () => (server.connecting || server.bytesRead === 0 ? forward(client, left - 1) : client.destroy()))
    server.once('connect', () => {
      server.removeAllListeners('error')
      for (const [one, other] of [
        [client, server],
        [server, client],
      ] as const) {
        open.add(one)
        one.on('error', () => other.destroy())
        one.on('close', () => (open.delete(one), other.destroy()))
        one.pipe(other)
      }
    })
  }

  const listener = createServer({ pauseOnConnect: true }, (client) => {
    client.on('error', () => client.destroy())
    forward(client, ports.length)
  }).listen(0, '127.0.0.1')
  await once(listener, 'listening')
  return {
    url: `http://127.0.0.1:${(listener.address() as AddressInfo).port}`,
    add: (port) => void ports.push(port),
    close() {
      for (const socket of open) socket.destroy()
      listener.close()
    },
  }
}
