import { createHash, timingSafeEqual } from 'node:crypto'
import { isIP } from 'node:net'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Problem } from '@answerback/core/problem'
import type { Context } from '../context.ts'
import { openMetrics } from './metrics.ts'
import { whatIsMissing } from './ready.ts'

/** For whoever runs this: `/healthz` is the process alone, `/readyz` what it needs, `/metrics` its figures (open on this machine, else `METRICS_TOKEN`). */
export function operatorRoutes(app: FastifyInstance, ctx: Context): void {
  const metrics = openMetrics(app, ctx)
  const schema = { hide: true }

  app.addHook('onResponse', (request, reply, done) => {
    const { id, method, routeOptions } = request
    request.log.debug(
      { request: id, method, route: routeOptions.url ?? null, status: reply.statusCode, ms: Math.round(reply.elapsedTime) },
      'http: request',
    )
    done()
  })
  app.get('/healthz', { schema, logLevel: 'silent' }, () => ({ ok: true }))
  app.get('/readyz', { schema, logLevel: 'silent' }, async () => {
    const missing = await whatIsMissing(ctx)
    if (missing.length > 0) throw new Problem('unavailable', missing.join(' '), { missing })
    return { ok: true }
  })
  app.get('/metrics', { schema, logLevel: 'silent' }, async (request, reply) => {
    if (!mayRead(request, ctx.env.METRICS_TOKEN))
      throw new Problem('unauthorized', 'Send METRICS_TOKEN as a Bearer token; without one the figures are open on this machine alone.')
    return reply.type(metrics.contentType).send(await metrics.write())
  })
}

/** A proxy on this machine speaks for the whole world: what it passes on counts as coming from outside. */
function mayRead(request: FastifyRequest, token: string | undefined): boolean {
  const sent = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1]
  if (token !== undefined && sent !== undefined) return timingSafeEqual(hash(sent), hash(token))
  const passedOn = request.headers['x-forwarded-for'] !== undefined || request.headers.forwarded !== undefined
  return token === undefined && !passedOn && isLoopback(request.socket.remoteAddress ?? '')
}

function isLoopback(address: string): boolean {
  const plain = address.replace(/^::ffff:/, '')
  return plain === '::1' || (isIP(plain) === 4 && plain.startsWith('127.'))
}

function hash(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
