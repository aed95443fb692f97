import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { bodyFields, queryFields, textOf } from '../http/body.ts'
import { sameText } from '../http/hmac.ts'
import type { Codes } from '../oauth/codes.ts'
import { html } from '../pages/html.ts'
import type { Html } from '../pages/html.ts'
import type { JsonObject } from '../world/item.ts'
import type { Kept } from '../world/kept.ts'
import type { Context } from '../context.ts'
import type { PlatformId } from '../world/item.ts'
import type { Tokens } from '../oauth/tokens.ts'

const dialogs = ['/accounts.google.com/o/oauth2/v2/auth', '/o/oauth2/v2/auth']
const tokens = ['/oauth2.googleapis.com/token', '/token']
const revocations = ['/oauth2.googleapis.com/revoke', '/revoke']

/** Refresh tokens that were given for a code, and the codes not used yet. */
export type Logins = { codes: Codes; grants: Kept<true> }

/** The OAuth client of a Cloud project, and the standing grant of the brand. */
export type GoogleClient = { clientId: string; clientSecret: string; refreshToken: string }

/** A Google service with its login: whose it is, the scope its tokens have, and what the page says that the app wants. */
export type GoogleService = Context & {
  tokens: Tokens
  logins: Logins
  google: { platform: PlatformId; client: GoogleClient; scope: string; wants: string }
}

/** An answer of the token endpoint that is not a success (RFC 6749, 5.2). */
export class OauthError extends Error {
  readonly status: number
  readonly body: { error: string; error_description: string }

  constructor(status: number, error: string, description: string) {
    super(error)
    this.status = status
    this.body = { error, error_description: description }
  }
}

/** Registers Google's own hosts by their names as a first segment: the page to agree at, the token endpoint, and the end of a grant. */
export function routeLogin(app: FastifyInstance, service: GoogleService): void {
  for (const path of dialogs) {
    app.get(path, async (request, reply) => showDialog(service, queryFields(request), reply))
    app.post(path, async (request, reply) => answerDialog(service, request, reply))
  }
  for (const path of tokens) app.post(path, async (request) => token(service, bodyFields(request)))
  for (const path of revocations)
    app.post(path, async (request) => {
      const given = textOf(bodyFields(request)['token']) ?? queryFields(request)['token'] ?? ''
      service.logins.grants.delete(given)
      return {}
    })
}

function token(service: GoogleService, form: JsonObject): JsonObject {
  const { clientId, clientSecret } = service.google.client
  if (form['client_id'] !== clientId) throw new OauthError(401, 'invalid_client', 'The OAuth client was not found.')
  if (!sameText(textOf(form['client_secret']) ?? '', clientSecret)) throw new OauthError(401, 'invalid_client', 'Unauthorized')
  if (form['grant_type'] === 'refresh_token') return refresh(service, textOf(form['refresh_token']) ?? '')
  if (form['grant_type'] !== 'authorization_code')
    throw new OauthError(400, 'unsupported_grant_type', `Invalid grant_type: ${textOf(form['grant_type']) ?? ''}`)
  const given = { redirectUri: textOf(form['redirect_uri']), verifier: textOf(form['code_verifier']) }
  const grant = service.logins.codes.take(textOf(form['code']) ?? '', given)
  if (grant === 'redirect') throw new OauthError(400, 'redirect_uri_mismatch', 'Bad Request')
  if (typeof grant === 'string') throw new OauthError(400, 'invalid_grant', grant === 'verifier' ? 'Invalid code verifier.' : 'Bad Request')
  const { accessToken, refreshToken } = service.tokens.issue()
  const lasting = `1//0${refreshToken.slice(-40)}`
  // Only who asks for it, and agrees anew, gets a token that lasts.
  const offline = grant.scope.split(' ').includes('offline')
  if (offline) service.logins.grants.set(lasting, true)
  return { ...answerOf(service, accessToken), ...(offline ? { refresh_token: lasting, refresh_token_expires_in: 604_799 } : {}) }
}

/** Google's refresh tokens stay as they are; whoever refreshes after an expiry is in again. */
function refresh(service: GoogleService, given: string): JsonObject {
  const { faults } = service
  const isGood = service.logins.grants.has(given) || sameText(given, service.google.client.refreshToken)
  if (!isGood || faults.tokens[service.google.platform] === 'revoked')
    throw new OauthError(400, 'invalid_grant', 'Token has been expired or revoked.')
  if (faults.tokens[service.google.platform] === 'expired') faults.tokens[service.google.platform] = 'valid'
  return answerOf(service, service.tokens.issue().accessToken)
}

function answerOf({ google }: GoogleService, accessToken: string): JsonObject {
  return { access_token: `ya29.${accessToken}`, expires_in: 3599, scope: google.scope, token_type: 'Bearer' }
}

function wrongWith(service: GoogleService, query: Record<string, string>): string | null {
  if (query['client_id'] !== service.google.client.clientId) return 'Error 401: invalid_client. The OAuth client was not found.'
  if (!/^https?:/.test(query['redirect_uri'] ?? '') || !URL.canParse(query['redirect_uri'] ?? ''))
    return 'Error 400: redirect_uri_mismatch.'
  if (query['response_type'] !== 'code') return 'Error 400: invalid_request. Required parameter is missing: response_type'
  return (query['scope'] ?? '') === '' ? 'Error 400: invalid_request. Missing required parameter: scope' : null
}

function showDialog(service: GoogleService, query: Record<string, string>, reply: FastifyReply) {
  const wrong = wrongWith(service, query)
  if (wrong !== null) return show(reply.code(400), 'Access blocked', html`<p>${wrong}</p>`)
  const hidden = Object.entries(query).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`)
  return show(
    reply,
    'Sign in with Google',
    html`<p class="soft">You are signed in as Fieldnote. This is a pretend Google: nothing leaves your machine.</p>
      <form method="post" class="card">
        ${hidden}
        <h2>${service.google.wants}</h2>
        <ul>
          ${(query['scope'] ?? '').split(' ').map((each) => html`<li>${each}</li>`)}
        </ul>
        <p class="acts">
          <button class="send" name="answer" value="allow">Continue</button>
          <button class="link" name="answer" value="cancel">Cancel</button>
        </p>
      </form>`,
  )
}

function answerDialog(service: GoogleService, request: FastifyRequest, reply: FastifyReply) {
  const query = Object.fromEntries(Object.entries(bodyFields(request)).map(([name, value]) => [name, textOf(value) ?? '']))
  const wrong = wrongWith(service, query)
  if (wrong !== null) return show(reply.code(400), 'Access blocked', html`<p>${wrong}</p>`)
  const redirectUri = query['redirect_uri'] ?? ''
  if (query['answer'] !== 'allow') {
    const back = new URL(redirectUri)
    back.searchParams.set('error', 'access_denied')
    if (query['state'] !== undefined) back.searchParams.set('state', query['state'])
    return reply.redirect(back.href, 302)
  }
  const challenge = query['code_challenge'] ?? null
  const asked = `${query['scope']}${query['access_type'] === 'offline' && query['prompt'] === 'consent' ? ' offline' : ''}`
  const grant = { clientId: query['client_id'] ?? '', redirectUri, challenge, scope: asked }
  return reply.redirect(service.logins.codes.backTo(grant, query['state']), 302)
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
