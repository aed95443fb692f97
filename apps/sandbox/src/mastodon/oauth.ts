import { createHash } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { baseUrlOf } from '../http/base.ts'
import { bodyFields, queryFields, textOf } from '../http/body.ts'
import { html } from '../pages/html.ts'
import type { Html } from '../pages/html.ts'
import type { JsonObject } from '../world/item.ts'
import { MastodonError } from './errors.ts'
import type { Mastodon } from './routes.ts'
import { covers, knownScopes } from './scopes.ts'

const codeMs = 10 * 60_000

/** A registered client, and where it may be sent back to. */
export type OauthApp = { clientId: string; secret: string; name: string; website: string | null; redirectUris: string[]; scopes: string[] }
export type OauthToken = { token: string; clientId: string; scopes: string[] }
type Code = { clientId: string; redirectUri: string; challenge: string | null; scopes: string[]; at: number }

/** Registers apps and OAuth: `POST /api/v1/apps`, `/oauth/authorize`, `/oauth/token`, `/oauth/revoke`. */
export function routeOauth(app: FastifyInstance, mastodon: Mastodon): void {
  const codes = new Map<string, Code>()
  app.post('/api/v1/apps', async (request) => registerApp(mastodon, bodyFields(request)))
  app.get('/oauth/authorize', async (request, reply) => showAuthorize(mastodon, queryFields(request), reply))
  app.post('/oauth/authorize', async (request, reply) => answerAuthorize(mastodon, codes, request, reply))
  app.post('/oauth/token', async (request) => issueToken(mastodon, codes, bodyFields(request)))
  app.post('/oauth/revoke', async (request) => revoke(mastodon, bodyFields(request)))
  app.get('/.well-known/oauth-authorization-server', async (request) => {
    const base = baseUrlOf(request, 'mastodon')
    return {
      issuer: base,
      authorization_endpoint: `${base}/oauth/authorize`,
      token_endpoint: `${base}/oauth/token`,
      revocation_endpoint: `${base}/oauth/revoke`,
      app_registration_endpoint: `${base}/api/v1/apps`,
      scopes_supported: knownScopes,
      response_types_supported: ['code'],
      grant_types_supported: ['authorization_code', 'client_credentials'],
      code_challenge_methods_supported: ['S256'],
    }
  })
}

function registerApp(mastodon: Mastodon, form: JsonObject): JsonObject {
  const name = textOf(form['client_name']) ?? ''
  const redirectUris = [form['redirect_uris']].flat().flatMap((each) => (textOf(each) ?? '').split(/\s+/).filter(Boolean))
  const scopes = (textOf(form['scopes']) ?? 'read').split(/\s+/).filter(Boolean)
  if (name === '') throw new MastodonError(422, "Validation failed: Application name can't be blank")
  if (redirectUris.length === 0) throw new MastodonError(422, "Validation failed: Redirect URI can't be blank")
  if (redirectUris.some((uri) => !/^(https?:|urn:)/.test(uri)))
    throw new MastodonError(422, 'Validation failed: Redirect URI must be an absolute URI.')
  if (scopes.some((scope) => !knownScopes.includes(scope)))
    throw new MastodonError(422, "Validation failed: Scopes doesn't match configured on the server.")
  const website = textOf(form['website']) ?? null
  const registered = { clientId: secretOf(mastodon, 'client'), secret: secretOf(mastodon, 'secret'), name, website, redirectUris, scopes }
  mastodon.apps.set(registered.clientId, registered)
  return {
    id: String(mastodon.apps.size),
    name,
    website,
    scopes,
    redirect_uris: redirectUris,
    redirect_uri: redirectUris.join('\n'),
    client_id: registered.clientId,
    client_secret: registered.secret,
    client_secret_expires_at: 0,
  }
}

/** What the authorize page says is wrong before anybody can be sent back; null when all is well. */
function wrongWith(mastodon: Mastodon, query: Record<string, string>): string | null {
  const app = mastodon.apps.get(query['client_id'] ?? '')
  if (!app)
    return 'Client authentication failed due to unknown client, no client authentication included, or unsupported authentication method.'
  if (!app.redirectUris.includes(query['redirect_uri'] ?? '')) return 'The redirect uri included is not valid.'
  return null
}

/** What is wrong with the rest: told to the app, by sending the person back. */
function errorFor(app: OauthApp, query: Record<string, string>): [string, string] | null {
  if (query['response_type'] !== 'code')
    return ['unsupported_response_type', 'The authorization server does not support this response type.']
  const asked = scopesIn(query)
  if (asked.length === 0 || !asked.every((scope) => covers(app.scopes, scope)))
    return ['invalid_scope', 'The requested scope is invalid, unknown, or malformed.']
  if (query['code_challenge'] !== undefined && query['code_challenge_method'] !== 'S256')
    return ['invalid_code_challenge_method', 'The code challenge method must be S256.']
  return null
}

function showAuthorize(mastodon: Mastodon, query: Record<string, string>, reply: FastifyReply) {
  const wrong = wrongWith(mastodon, query)
  if (wrong !== null) return show(reply.code(400), frame('An error has occurred', html`<p>${wrong}</p>`))
  const app = mastodon.apps.get(query['client_id'] ?? '') as OauthApp
  const error = errorFor(app, query)
  if (error) return sendBack(reply, query, { error: error[0], error_description: error[1] })
  const hidden = Object.entries(query).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`)
  const scopes = scopesIn(query).map((scope) => html`<li>${scope}</li>`)
  return show(
    reply,
    frame(
      'Authorization required',
      html`<p><b>${app.name}</b> would like permission to access your account, @${mastodon.secrets.mastodon.acct}.</p>
        <p class="soft">It is a third-party application. If you do not trust it, then you should not authorize it.</p>
        <form method="post" class="card">
          ${hidden}
          <h2>Review permissions</h2>
          <ul>
            ${scopes}
          </ul>
          <p class="acts">
            <button class="send" name="answer" value="authorize">Authorize</button>
            <button class="link" name="answer" value="deny">Deny</button>
          </p>
        </form>`,
    ),
  )
}

function answerAuthorize(mastodon: Mastodon, codes: Map<string, Code>, request: FastifyRequest, reply: FastifyReply) {
  const query = Object.fromEntries(Object.entries(bodyFields(request)).map(([name, value]) => [name, textOf(value) ?? '']))
  const wrong = wrongWith(mastodon, query)
  if (wrong !== null) return show(reply.code(400), frame('An error has occurred', html`<p>${wrong}</p>`))
  const error = errorFor(mastodon.apps.get(query['client_id'] ?? '') as OauthApp, query)
  if (error) return sendBack(reply, query, { error: error[0], error_description: error[1] })
  if (query['answer'] !== 'authorize')
    return sendBack(reply, query, {
      error: 'access_denied',
      error_description: 'The resource owner or authorization server denied the request.',
    })
  const code = secretOf(mastodon, 'code')
  codes.set(code, {
    clientId: query['client_id'] ?? '',
    redirectUri: query['redirect_uri'] ?? '',
    challenge: query['code_challenge'] ?? null,
    scopes: scopesIn(query),
    at: mastodon.world.now().getTime(),
  })
  return sendBack(reply, query, { code })
}

function sendBack(reply: FastifyReply, query: Record<string, string>, answer: Record<string, string>): FastifyReply {
  const back = new URL(query['redirect_uri'] ?? '')
  for (const [name, value] of Object.entries(answer)) back.searchParams.set(name, value)
  if (query['state'] !== undefined) back.searchParams.set('state', query['state'])
  return reply.redirect(back.href, 302)
}

function issueToken(mastodon: Mastodon, codes: Map<string, Code>, form: JsonObject): JsonObject {
  const app = appOf(mastodon, form)
  if (form['grant_type'] !== 'authorization_code')
    throw new MastodonError(400, 'unsupported_grant_type', 'The authorization grant type is not supported by the authorization server.')
  const given = textOf(form['code']) ?? ''
  const code = codes.get(given)
  codes.delete(given)
  const now = mastodon.world.now().getTime()
  const challenge = createHash('sha256')
    .update(textOf(form['code_verifier']) ?? '')
    .digest('base64url')
  const proven = code !== undefined && (code.challenge === null || code.challenge === challenge)
  if (!code || !proven || code.clientId !== app.clientId || code.redirectUri !== form['redirect_uri'] || now - code.at > codeMs)
    throw new MastodonError(
      400,
      'invalid_grant',
      'The provided authorization grant is invalid, expired, revoked, does not match the redirection URI used in the authorization request, or was issued to another client.',
    )
  const token = secretOf(mastodon, 'token')
  mastodon.tokens.set(token, { token, clientId: app.clientId, scopes: code.scopes })
  return { access_token: token, token_type: 'Bearer', scope: code.scopes.join(' '), created_at: Math.floor(now / 1000) }
}

function revoke(mastodon: Mastodon, form: JsonObject): JsonObject {
  const app = appOf(mastodon, form)
  const token = textOf(form['token']) ?? ''
  if (mastodon.tokens.get(token)?.clientId !== app.clientId)
    throw new MastodonError(403, 'unauthorized_client', 'You are not authorized to revoke this token')
  mastodon.tokens.delete(token)
  return {}
}

function appOf(mastodon: Mastodon, form: JsonObject): OauthApp {
  const app = mastodon.apps.get(textOf(form['client_id']) ?? '')
  if (!app || app.secret !== form['client_secret'])
    throw new MastodonError(
      401,
      'invalid_client',
      'Client authentication failed due to unknown client, no client authentication included, or unsupported authentication method.',
    )
  return app
}

function scopesIn(query: Record<string, string>): string[] {
  return (query['scope'] ?? 'read').split(/\s+/).filter(Boolean)
}

function secretOf({ world, secrets }: Mastodon, purpose: string): string {
  return createHash('sha256').update(`${secrets.mastodon.accessToken} ${purpose} ${world.random()}`).digest('base64url')
}

function frame(title: string, body: Html): Html {
  return html`<!doctype html>
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
}

function show(reply: FastifyReply, page: Html): FastifyReply {
  return reply.type('text/html; charset=utf-8').header('cache-control', 'no-store').send(page.html)
}
