// The baseline of `screen`: what is posted is appended and synced to a file, then told to the page over one socket, which adds an element. A process of its own.
import { open } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Server } from 'socket.io'

const file = await open(join(process.argv[2]!, 'bare.log'), 'a')
const clientCode = readFileSync(join(dirname(createRequire(import.meta.url).resolve('socket.io-client')), '../../dist/socket.io.min.js'))
const page = `<!doctype html><title>bare</title><script src="/client.js"></script><script>
  const socket = io({ transports: ['websocket'] })
  socket.on('connect', () => document.body.classList.add('live'))
  socket.on('said', (text) => document.body.prepend(Object.assign(document.createElement('p'), { textContent: text })))
</script><body>`

const http = createServer((request, response) => {
  if (request.method === 'GET') {
    const code = request.url === '/client.js'
    return void response.setHeader('content-type', code ? 'text/javascript' : 'text/html').end(code ? clientCode : page)
  }
  const parts: Buffer[] = []
  request.on('data', (part: Buffer) => parts.push(part))
  request.on('end', () => void keep(Buffer.concat(parts)).then(() => response.end('ok')))
})
const sockets = new Server(http, { serveClient: false })

async function keep(body: Buffer): Promise<void> {
  await file.write(body)
  await file.sync()
  const { entry } = JSON.parse(body.toString('utf8')) as { entry: { changes: { value: { message: string } }[] }[] }
  sockets.emit('said', entry[0]!.changes[0]!.value.message)
}

http.listen(0, '127.0.0.1', () => process.send!(`http://127.0.0.1:${(http.address() as AddressInfo).port}`))
process.on('disconnect', () => process.exit(0))
