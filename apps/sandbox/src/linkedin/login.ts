import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { bodyFields, queryFields, textOf } from '../http/body.ts'
import { sameText } from '../http/hmac.ts'
import { html } from '../pages/html.ts'
import type { Html } from '../pages/html.ts'
import type { JsonObject } from '../world/item.ts'
import { accessSeconds, fateOf, refreshSeconds } from './auth.ts'
import { OauthError } from './errors.ts'
import type { LinkedIn } from './routes.ts'

const bases = ['/oauth/v2', '/www.linkedin.com/oauth/v2']

const knownScopes = [
  ...['rw_organization_admin', 'r_organization_admin', 'r_organization_social', 'w_organization_social'],
  ...['r_organization_social_feed', 'w_organization_social_feed', 'r_basicprofile', 'w_member_social', 'openid', 'profile', 'email'],
]

/** OAuth 2.0 by code: the page to agree at (on www.linkedin.com, hence also below a first segment of that name), the token endpoint, and the looking into a token. */
export function routeLogin(app: FastifyInstance, linkedin: LinkedIn): void {
  for (const base of bases) {
    app.get(`${base}/authorization`, async (request, reply) => showDialog(linkedin, queryFields(request), reply))
    app.post(`${base}/authorization`, async (request, reply) => answerDialog(linkedin, request, reply))
    app.post(`${base}/accessToken`, async (request) => giveToken(linkedin, bodyFields(request)))
    app.post(`${base}/introspectToken`, async (request) => introspect(linkedin, bodyFields(request)))
  }
}

/** What must be right before anybody is sent back anywhere. */
function wrongWith({ secrets }: LinkedIn, query: Record<string, string>): string | null {
  if (query['response_type'] !== 'code') return 'You need to pass the "response_type" parameter'
  if (query['client_id'] !== secrets.linkedin.clientId) return 'The passed in client_id is invalid'
  if (!/^https?:/.test(query['redirect_uri'] ?? '') || !URL.canParse(query['redirect_uri'] ?? ''))
    return 'The redirect_uri does not match the registered value'
  return null
}

function scopesOf(query: Record<string, string>): string[] {
  return (query['scope'] ?? '').split(/[\s,]+/).filter(Boolean)
}

function showDialog(linkedin: LinkedIn, query: Record<string, string>, reply: FastifyReply) {
  const wrong = wrongWith(linkedin, query)
  if (wrong !== null) return show(reply.code(400), html`<p>Bummer, something went wrong. ${wrong}.</p>`)
  const strange = scopesOf(query).find((scope) => !knownScopes.includes(scope))
  if (strange !== undefined || scopesOf(query).length === 0)
    return back(query, reply, 'unauthorized_scope_error', `Scope "${strange ?? ''}" is not authorized for your application`)
  const hidden = Object.entries(query).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`)
  return show(
    reply,
    html`<p class="soft">
        You are signed in as the administrator of the page Fieldnote. This is a pretend LinkedIn: nothing leaves your machine.
      </p>
      <form method="post" class="card">
        ${hidden}
        <h2>An app would like to:</h2>
        <ul>
          ${scopesOf(query).map((scope) => html`<li>${scope}</li>`)}
        </ul>
        <p class="acts">
          <button class="send" name="answer" value="allow">Allow</button>
          <button class="link" name="answer" value="cancel">Cancel</button>
        </p>
      </form>`,
  )
}

function answerDialog(linkedin: LinkedIn, request: FastifyRequest, reply: FastifyReply) {
  const query = Object.fromEntries(Object.entries(bodyFields(request)).map(([name, value]) => [name, textOf(value) ?? '']))
  const wrong = wrongWith(linkedin, query)
  if (wrong !== null) return show(reply.code(400), html`<p>${wrong}.</p>`)
  if (query['answer'] !== 'allow') return back(query, reply, 'user_cancelled_authorize', 'The user cancelled the authorization')
  const grant = {
    clientId: query['client_id'] ?? '',
    redirectUri: query['redirect_uri'] ?? '',
    challenge: null,
    scope: scopesOf(query).join(','),
  }
  return reply.redirect(linkedin.codes.backTo(grant, query['state']), 302)
}

function back(query: Record<string, string>, reply: FastifyReply, error: string, description: string) {
  const url = new URL(query['redirect_uri'] ?? '')
  url.searchParams.set('error', error)
  url.searchParams.set('error_description', description)
  if (query['state'] !== undefined) url.searchParams.set('state', query['state'])
  return reply.redirect(url.href, 302)
}

function giveToken(linkedin: LinkedIn, form: JsonObject): JsonObject {
  requireClient(linkedin, form)
  const { world, faults, tokens } = linkedin
  if (form['grant_type'] === 'refresh_token') return refresh(linkedin, textOf(form['refresh_token']) ?? '')
  if (form['grant_type'] !== 'authorization_code') throw new OauthError(400, 'invalid_request', 'The grant_type is not supported')
  const grant = linkedin.codes.take(textOf(form['code']) ?? '', { redirectUri: textOf(form['redirect_uri']), verifier: undefined })
  if (grant === 'redirect')
    throw new OauthError(
      400,
      'invalid_redirect_uri',
      'Unable to retrieve access token: appid/redirect uri/code verifier does not match authorization code',
    )
  if (typeof grant === 'string')
    throw new OauthError(400, 'invalid_request', 'Unable to retrieve access token: authorization code not found or expired')
  faults.setToken('linkedin', 'valid', world.now())
  return answerOf(linkedin, tokens.issue(), grant.scope)
}

/** A refresh token stays the same and keeps its own end. */
function refresh(linkedin: LinkedIn, given: string): JsonObject {
  const { faults, secrets, tokens } = linkedin
  const isFirst = sameText(given, secrets.linkedin.refreshToken)
  const pair = isFirst && faults.tokens.linkedin !== 'revoked' ? { ...tokens.issue(), refreshToken: given } : tokens.refresh(given)
  if (!pair)
    throw new OauthError(400, 'invalid_request', 'The provided authorization grant or refresh token is invalid, expired or revoked.')
  if (faults.tokens.linkedin === 'expired') faults.tokens.linkedin = 'valid'
  return answerOf(linkedin, pair, usualScope)
}

const usualScope = 'rw_organization_admin,r_organization_social,w_organization_social,r_organization_social_feed,w_organization_social_feed'

function answerOf({ faults }: LinkedIn, pair: { accessToken: string; refreshToken: string }, scope: string): JsonObject {
  return {
    access_token: pair.accessToken,
    expires_in: accessSeconds,
    // Only approved apps are given one.
    ...(faults.quirks['givesNoRefreshToken'] === true
      ? {}
      : { refresh_token: pair.refreshToken, refresh_token_expires_in: refreshSeconds }),
    scope,
    token_type: 'Bearer',
  }
}

function introspect(linkedin: LinkedIn, form: JsonObject): JsonObject {
  requireClient(linkedin, form)
  const fate = fateOf(linkedin, linkedin.tokens, textOf(form['token']))
  if (fate === 'unknown') return { active: false }
  const seconds = Math.floor(linkedin.world.clock('linkedin') / 1000)
  return {
    active: fate === 'good',
    status: fate === 'good' ? 'active' : fate,
    client_id: linkedin.secrets.linkedin.clientId,
    authorized_at: seconds,
    created_at: seconds,
    expires_at: seconds + accessSeconds,
    scope: usualScope,
    auth_type: '3L',
  }
}

function requireClient({ secrets }: LinkedIn, form: JsonObject): void {
  const { clientId, clientSecret } = secrets.linkedin
  if (form['client_id'] !== clientId || !sameText(textOf(form['client_secret']) ?? '', clientSecret))
    throw new OauthError(401, 'invalid_client', 'Client authentication failed')
}

function show(reply: FastifyReply, body: Html): FastifyReply {
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>LinkedIn: authorize an app</title>
        <link rel="stylesheet" href="/style.css" />
      </head>
      <body>
        <main>
          <h1>Sign in with LinkedIn</h1>
          ${body}
        </main>
      </body>
    </html>`
  return reply.type('text/html; charset=utf-8').header('cache-control', 'no-store').send(page.html)
}
