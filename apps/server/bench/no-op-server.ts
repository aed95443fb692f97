// The baseline of `intake`: Fastify, the raw body, its signature checked, 200. It stores nothing. A process of its own.
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import Fastify from 'fastify'

const appSecret = process.argv[2]!
const app = Fastify({ logger: false })
app.removeAllContentTypeParsers()
app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
app.post('/webhooks/facebook', async (request, reply) => {
  const given = Buffer.from(String(request.headers['x-hub-signature-256']).slice('sha256='.length), 'hex')
  const right = createHmac('sha256', appSecret)
    .update(request.body as Buffer)
    .digest()
  if (given.length !== right.length || !timingSafeEqual(given, right)) return reply.code(401).send()
  return reply.type('text/plain').send('EVENT_RECEIVED')
})
await app.listen({ port: 0, host: '127.0.0.1' })
process.send!((app.server.address() as AddressInfo).port)
process.on('disconnect', () => process.exit(0))
