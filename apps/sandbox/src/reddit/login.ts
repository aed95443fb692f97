import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { bodyFields, queryFields, textOf } from '../http/body.ts'
import { sameText } from '../http/hmac.ts'
import type { Codes } from '../oauth/codes.ts'
import { html } from '../pages/html.ts'
import type { Html } from '../pages/html.ts'
import type { JsonObject } from '../world/item.ts'
import type { Kept } from '../world/kept.ts'
import { unauthorized } from './errors.ts'
import type { Reddit } from './routes.ts'
import { fieldsOf } from './writes.ts'

/** Refresh tokens that were given for a code, and the codes not used yet. */
export type Logins = { codes: Codes; grants: Kept<true> }

const bases = ['', '/www.reddit.com']
/** Noted with a code: the grant is to last. */
const lastingScope = '(permanent)'

/** Registers the token endpoint and the page to agree at, below the prefix and by the name of their host. */
export function routeLogin(app: FastifyInstance, reddit: Reddit): void {
  for (const base of bases) {
    app.post(`${base}/api/v1/access_token`, async (request, reply) => token(reddit, request, reply))
    app.post(`${base}/api/v1/revoke_token`, async (request) => {
      requireClient(reddit, request)
      reddit.logins.grants.delete(fieldsOf(request)['token'] ?? '')
      return ''
    })
    app.get(`${base}/api/v1/authorize`, async (request, reply) => showDialog(reddit, queryFields(request), reply))
    app.post(`${base}/api/v1/authorize`, async (request, reply) => answerDialog(reddit, request, reply))
  }
}

/** Refusals of a grant come with 200 for a password and 400 for the others. */
function token(reddit: Reddit, request: FastifyRequest, reply: FastifyReply): JsonObject | FastifyReply {
  requireClient(reddit, request)
  const form = fieldsOf(request)
  const { username, password, refreshToken } = reddit.secrets.reddit
  const revoked = reddit.faults.tokens.reddit === 'revoked'
  const refused = { error: 'invalid_grant' }
  if (form['grant_type'] === 'password') {
    const isRight = form['username']?.toLowerCase() === username && sameText(form['password'] ?? '', password)
    return isRight && !revoked ? answerOf(reddit, '*') : refused
  }
  if (form['grant_type'] === 'refresh_token') {
    const given = form['refresh_token'] ?? ''
    const isGood = reddit.logins.grants.has(given) || sameText(given, refreshToken)
    return isGood && !revoked ? { ...answerOf(reddit, '*'), refresh_token: given } : reply.code(400).send(refused)
  }
  if (form['grant_type'] !== 'authorization_code') return { error: 'unsupported_grant_type' }
  const grant = reddit.logins.codes.take(form['code'] ?? '', { redirectUri: form['redirect_uri'], verifier: undefined })
  if (typeof grant === 'string') return reply.code(400).send(refused)
  const scopes = grant.scope.split(' ')
  const permanent = scopes.includes(lastingScope)
  const lasting = `${reddit.secrets.reddit.clientId.slice(0, 6)}-${reddit.tokens.issue().refreshToken.slice(-30)}`
  if (permanent) reddit.logins.grants.set(lasting, true)
  return { ...answerOf(reddit, scopes.filter((each) => each !== lastingScope).join(' ')), ...(permanent ? { refresh_token: lasting } : {}) }
}

function answerOf(reddit: Reddit, scope: string): JsonObject {
  if (reddit.faults.tokens.reddit === 'expired') reddit.faults.tokens.reddit = 'valid'
  const { accessToken, expiresInSeconds } = reddit.tokens.issue()
  return { access_token: accessToken, token_type: 'bearer', expires_in: expiresInSeconds, scope }
}

function requireClient({ secrets }: Reddit, request: FastifyRequest): void {
  const [, encoded = ''] = /^Basic (\S+)$/i.exec(request.headers.authorization ?? '') ?? []
  const { clientId, clientSecret } = secrets.reddit
  if (!sameText(Buffer.from(encoded, 'base64').toString('utf8'), `${clientId}:${clientSecret}`)) throw unauthorized()
}

function wrongWith(reddit: Reddit, query: Record<string, string>): string | null {
  if (query['client_id'] !== reddit.secrets.reddit.clientId) return 'invalid client id.'
  if (!/^https?:/.test(query['redirect_uri'] ?? '') || !URL.canParse(query['redirect_uri'] ?? '')) return 'invalid redirect_uri parameter.'
  return null
}

/** What is told to the app, by sending the person back. */
function errorFor(query: Record<string, string>): string | null {
  if (query['response_type'] !== 'code') return 'unsupported_response_type'
  return (query['scope'] ?? '') === '' ? 'invalid_scope' : (query['state'] ?? '') === '' ? 'invalid_request' : null
}

function showDialog(reddit: Reddit, query: Record<string, string>, reply: FastifyReply): FastifyReply {
  const wrong = wrongWith(reddit, query)
  if (wrong !== null)
    return show(
      reply.code(400),
      'Bad request',
      html`<p>you sent an invalid request</p>
        <p>${wrong}</p>`,
    )
  const error = errorFor(query)
  if (error !== null) return sendBack(reply, query, error)
  const hidden = Object.entries(query).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`)
  return show(
    reply,
    'Connect with your Reddit account',
    html`<p class="soft">You are logged in as u/fieldnote. This is a pretend Reddit: nothing leaves your machine.</p>
      <form method="post" class="card">
        ${hidden}
        <h2>The app would like to</h2>
        <ul>
          ${(query['scope'] ?? '').split(/[ ,]+/).map((each) => html`<li>${each}</li>`)}
        </ul>
        <p class="acts">
          <button class="send" name="authorize" value="Allow">Allow</button>
          <button class="link" name="authorize" value="Decline">Decline</button>
        </p>
      </form>`,
  )
}

function answerDialog(reddit: Reddit, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const query = Object.fromEntries(Object.entries(bodyFields(request)).map(([name, value]) => [name, textOf(value) ?? '']))
  const wrong = wrongWith(reddit, query)
  if (wrong !== null) return show(reply.code(400), 'Bad request', html`<p>${wrong}</p>`)
  const error = errorFor(query) ?? (query['authorize'] === 'Allow' ? null : 'access_denied')
  if (error !== null) return sendBack(reply, query, error)
  // There is no PKCE here.
  const grant = {
    clientId: query['client_id'] ?? '',
    redirectUri: query['redirect_uri'] ?? '',
    challenge: null,
    scope: (query['scope'] ?? '').replaceAll(',', ' '),
  }
  const scope = query['duration'] === 'permanent' ? `${grant.scope} ${lastingScope}` : grant.scope
  return reply.redirect(`${reddit.logins.codes.backTo({ ...grant, scope }, query['state'])}#_`, 302)
}

function sendBack(reply: FastifyReply, query: Record<string, string>, error: string): FastifyReply {
  const back = new URL(query['redirect_uri'] ?? '')
  if (query['state'] !== undefined) back.searchParams.set('state', query['state'])
  back.searchParams.set('error', error)
  return reply.redirect(back.href, 302)
}

function show(reply: FastifyReply, title: string, body: Html): FastifyReply {
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        <link rel="stylesheet" href="/style.css" />
      </head>
      <body>
        <main>
          <h1>${title}</h1>
          ${body}
        </main>
      </body>
    </html>`
  return reply.type('text/html; charset=utf-8').header('cache-control', 'no-store').send(page.html)
}
