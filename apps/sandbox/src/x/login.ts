import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { bodyFields, queryFields, textOf } from '../http/body.ts'
import { Codes } from '../oauth/codes.ts'
import { html } from '../pages/html.ts'
import type { Html } from '../pages/html.ts'
import type { JsonObject } from '../world/item.ts'
import { refresh } from './auth.ts'
import { XError } from './errors.ts'
import type { X } from './routes.ts'

const codeSeconds = 30

/** OAuth 2.0 with PKCE: the page to agree at (on x.com, hence also below a first segment of that name), and the token endpoint. */
export function routeLogin(app: FastifyInstance, x: X): void {
  const codes = new Codes(() => x.world.now().getTime(), codeSeconds)
  for (const base of ['/i/oauth2/authorize', '/x.com/i/oauth2/authorize']) {
    app.get(base, async (request, reply) => showLogin(x, queryFields(request), reply))
    app.post(base, async (request, reply) => answerLogin(x, codes, request, reply))
  }
  app.post('/2/oauth2/token', async (request) => giveToken(x, codes, request))
  app.post('/2/oauth2/revoke', async (request) => {
    requireClient(x, request)
    x.faults.setToken('x', 'revoked', x.world.now())
    return { revoked: true }
  })
}

const knownScopes = new Set(
  'tweet.read tweet.write tweet.moderate.write users.read offline.access media.write dm.read like.read like.write mute.read mute.write block.read follows.read'.split(
    ' ',
  ),
)

function wrongWith(x: X, query: Record<string, string>): string | null {
  const scopes = (query['scope'] ?? '').split(' ').filter(Boolean)
  if (query['client_id'] !== x.secrets.x.clientId) return 'unknown client_id'
  if (query['response_type'] !== 'code') return 'response_type must be code'
  if (!URL.canParse(query['redirect_uri'] ?? '')) return 'redirect_uri is no address'
  if (scopes.length === 0 || scopes.some((scope) => !knownScopes.has(scope))) return 'scope names something unknown'
  if ((query['state'] ?? '') === '' || (query['state'] ?? '').length > 500) return 'state must have 1 to 500 characters'
  if (!query['code_challenge']) return 'code_challenge is missing'
  return null
}

function showLogin(x: X, query: Record<string, string>, reply: FastifyReply) {
  const wrong = wrongWith(x, query)
  if (wrong !== null) return show(reply.code(400), html`<p>Something went wrong. You weren’t able to give access to the App: ${wrong}.</p>`)
  const hidden = Object.entries(query).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`)
  const scopes = (query['scope'] ?? '').split(' ').map((scope) => html`<li>${scope}</li>`)
  return show(
    reply,
    html`<p>An App would like to access your account, @${x.secrets.x.username}.</p>
      <form method="post" class="card">
        ${hidden}
        <ul>
          ${scopes}
        </ul>
        <p class="acts">
          <button class="send" name="answer" value="authorize">Authorize app</button>
          <button class="link" name="answer" value="deny">Cancel</button>
        </p>
      </form>`,
  )
}

function answerLogin(x: X, codes: Codes, request: FastifyRequest, reply: FastifyReply) {
  const query = Object.fromEntries(Object.entries(bodyFields(request)).map(([name, value]) => [name, textOf(value) ?? '']))
  const wrong = wrongWith(x, query)
  if (wrong !== null) return show(reply.code(400), html`<p>${wrong}</p>`)
  const { redirect_uri: redirectUri = '', state } = query
  if (query['answer'] !== 'authorize') {
    const back = new URL(redirectUri)
    back.searchParams.set('error', 'access_denied')
    back.searchParams.set('state', state ?? '')
    return reply.redirect(back.href, 302)
  }
  // `plain` would make the challenge the verifier; only S256 is taken here.
  const grant = { clientId: query['client_id'] ?? '', redirectUri, challenge: query['code_challenge'] ?? '', scope: query['scope'] ?? '' }
  return reply.redirect(codes.backTo(grant, state), 302)
}

function giveToken(x: X, codes: Codes, request: FastifyRequest): JsonObject {
  requireClient(x, request)
  const form = bodyFields(request)
  const isRefresh = form['grant_type'] === 'refresh_token'
  const grant = isRefresh
    ? null
    : codes.take(textOf(form['code']) ?? '', { redirectUri: textOf(form['redirect_uri']), verifier: textOf(form['code_verifier']) })
  if (!isRefresh && form['grant_type'] !== 'authorization_code') throw refused(400, 'unsupported_grant_type', 'Missing valid grant_type.')
  if (typeof grant === 'string')
    throw refused(
      400,
      'invalid_request',
      grant === 'verifier' ? 'Value passed for the code_verifier was invalid.' : 'Value passed for the authorization code was invalid.',
    )
  if (!isRefresh) x.faults.setToken('x', 'valid', x.world.now())
  const pair = isRefresh ? refresh(x, x.tokens, textOf(form['refresh_token']) ?? '') : x.tokens.issue()
  if (pair === null) throw refused(400, 'invalid_request', 'Value passed for the token was invalid.')
  const scope = grant?.scope ?? 'tweet.read users.read tweet.write tweet.moderate.write offline.access'
  return {
    token_type: 'bearer',
    expires_in: pair.expiresInSeconds,
    access_token: pair.accessToken,
    scope,
    ...(scope.includes('offline.access') ? { refresh_token: pair.refreshToken } : {}),
  }
}

/** The app is a confidential client: its id and secret have to stand in the header. */
function requireClient(x: X, request: FastifyRequest): void {
  const { clientId, clientSecret } = x.secrets.x
  const basic = Buffer.from(`${clientId}:${clientSecret}`).toString('base64')
  if (request.headers.authorization !== `Basic ${basic}`) throw refused(401, 'unauthorized_client', 'Missing valid authorization header')
}

function refused(status: number, error: string, description: string): XError {
  return new XError(status, { error, error_description: description })
}

function show(reply: FastifyReply, body: Html): FastifyReply {
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>Authorize an App</title>
        <link rel="stylesheet" href="/style.css" />
      </head>
      <body>
        <main>
          <h1>Authorize an App</h1>
          ${body}
        </main>
      </body>
    </html>`
  return reply.type('text/html; charset=utf-8').header('cache-control', 'no-store').send(page.html)
}
