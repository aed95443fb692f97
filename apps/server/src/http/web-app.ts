import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'
import { Problem } from '@answerback/core/problem'

/** Seen from this folder and from the bundle alike. */
const root = fileURLToPath(new URL('../../../web/dist', import.meta.url))

const policy =
  "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self' ws: wss:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'; require-trusted-types-for 'script'"

/** The built web app; every address that is no file and no door of the server is a screen of it. Files with a hash in their name never change. */
export function serveWebApp(app: FastifyInstance): void {
  const built = existsSync(root)
  if (built) {
    app.register(fastifyStatic, {
      root,
      index: false,
      cacheControl: false,
      setHeaders(response, path) {
        response.header('cache-control', path.includes('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache')
        response.header('content-security-policy', policy)
        response.header('x-content-type-options', 'nosniff')
        response.header('referrer-policy', 'same-origin')
      },
    })
  }
  if (built) app.get('/', { schema: { hide: true } }, (_request, reply) => reply.redirect('/inbox'))
  app.setNotFoundHandler((request, reply) => {
    if (built && request.method === 'GET' && isScreen(request.url)) return reply.code(200).type('text/html').sendFile('index.html')
    throw new Problem('not_found', `There is no ${request.method} ${request.url.split('?')[0]}.`)
  })
}

/** A file that is not there is not a screen: a browser with an old page must hear that its script is gone. */
function isScreen(url: string): boolean {
  const path = url.split('?')[0]!
  return !/^\/(api|oauth|webhooks|socket\.io|assets|media|metrics)\b/.test(path) && !/\.[a-z0-9]+$/i.test(path)
}
