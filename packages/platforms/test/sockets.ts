import diagnostics from 'node:diagnostics_channel'
import { WebSocket, ping } from 'undici'
import { socketsOver } from '../src/socket.ts'

const pongs = new WeakMap<object, () => void>()
diagnostics.subscribe('undici:websocket:pong', (message) => pongs.get((message as { websocket: object }).websocket)?.())

/** Real WebSockets to anywhere: for tests alone, the server guards its own. */
export const openSocket = socketsOver({
  open: (url, headers) => new WebSocket(url, { headers }),
  ping: (wire) => ping(wire as unknown as WebSocket),
  onPong: (wire, listener) => void pongs.set(wire, listener),
})
