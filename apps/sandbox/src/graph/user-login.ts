import { createHash } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Context } from '../context.ts'
import { bodyFields, queryFields, textOf } from '../http/body.ts'
import { Codes } from '../oauth/codes.ts'
import { html } from '../pages/html.ts'
import { dialogPage, refusalPage, showDialog } from './dialog.ts'
import { GraphError } from './errors.ts'
import { formOf, tokenOf } from './request.ts'
import type { PlatformId } from '../world/item.ts'

/** One of Meta's logins that give a token of an account: Instagram's and Threads'. */
export type UserLogin = {
  name: string
  platform: PlatformId
  app: { id: string; secret: string }
  accountId: string
  /** The token that lasts 60 days. */
  token: string
  scopes: readonly string[]
  /** The grant types of `GET /access_token` and `GET /refresh_access_token`. */
  grants: { exchange: string; refresh: string }
  /** What names the permissions in the answer to a code; Threads names none. */
  tellsPermissions: boolean
}

const lastingSeconds = 5_183_944
const codeSeconds = 3_600

/** The token of the same bearer that lasts an hour: what a code gives. */
export function briefToken(token: string): string {
  return `${token.slice(0, 4)}S${createHash('sha256').update(`short ${token}`).digest('hex')}`
}

/** Registers the dialog, in which the brand is always logged in, and what makes a code a lasting token. `at` gives every path a route answers on. */
export function routeUserLogin(app: FastifyInstance, context: Context, login: UserLogin, at: (path: string) => string[]): Codes {
  const codes = new Codes(() => context.world.clock(login.platform), codeSeconds)
  for (const path of at('/oauth/authorize')) {
    app.get(path, async (request, reply) => showAuthorize(login, queryFields(request), reply))
    app.post(path, async (request, reply) => answerAuthorize(login, codes, request, reply))
  }
  for (const path of at('/oauth/access_token')) app.post(path, async (request) => spendCode(login, codes, formOf(request)))
  for (const path of at('/access_token')) app.get(path, async (request) => exchange(login, request))
  for (const path of at('/refresh_access_token')) app.get(path, async (request) => refresh(context, login, request))
  return codes
}

function showAuthorize(login: UserLogin, query: Record<string, string>, reply: FastifyReply): FastifyReply {
  const wrong = wrongWith(login, query)
  if (wrong !== null) return showDialog(reply.code(400), refusalPage(login.name, wrong))
  const hidden = Object.entries(query).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`)
  const page = dialogPage(
    `Log in with ${login.name}`,
    html`<h1>Answerback sandbox would like to access fieldnote</h1>
      <p class="soft">You are logged in as fieldnote. This is a pretend ${login.name}: nothing leaves your machine.</p>
      <form method="post" class="card">
        ${hidden}
        <h2>What it asks for</h2>
        <ul>
          ${scopesOf(query).map((scope) => html`<li>${scope}</li>`)}
        </ul>
        <p class="acts">
          <button class="send" name="answer" value="allow">Allow</button>
          <button class="link" name="answer" value="cancel">Cancel</button>
        </p>
      </form>`,
  )
  return showDialog(reply, page)
}

function answerAuthorize(login: UserLogin, codes: Codes, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const query = Object.fromEntries(Object.entries(bodyFields(request)).map(([name, value]) => [name, textOf(value) ?? '']))
  const wrong = wrongWith(login, query)
  if (wrong !== null) return showDialog(reply.code(400), refusalPage(login.name, wrong))
  const redirectUri = query['redirect_uri'] ?? ''
  const state = query['state']
  if (query['answer'] === 'allow') {
    const grant = { clientId: login.app.id, redirectUri, challenge: null, scope: scopesOf(query).join(',') }
    return reply.redirect(`${codes.backTo(grant, state)}#_`, 302)
  }
  const back = new URL(redirectUri)
  const refused = { error: 'access_denied', error_reason: 'user_denied', error_description: 'The user denied your request.' }
  for (const [name, value] of Object.entries({ ...refused, ...(state === undefined ? {} : { state }) })) back.searchParams.set(name, value)
  return reply.redirect(back.href, 302)
}

function wrongWith(login: UserLogin, query: Record<string, string>): string | null {
  if (query['client_id'] !== login.app.id) return 'Invalid request: the platform app is invalid.'
  if (!/^https?:/.test(query['redirect_uri'] ?? '') || !URL.canParse(query['redirect_uri'] ?? '')) return 'Invalid redirect_uri.'
  if (query['response_type'] !== 'code') return 'Invalid response_type: it has to be code.'
  const unknown = scopesOf(query).filter((scope) => !login.scopes.includes(scope))
  const lacks = scopesOf(query).length === 0 || unknown.length > 0
  return lacks ? `Invalid scope: ${unknown.join(', ') || 'none is asked for'}.` : null
}

function scopesOf(query: Record<string, string>): string[] {
  return (query['scope'] ?? '').split(/[\s,]+/).filter((scope) => scope !== '')
}

function spendCode(login: UserLogin, codes: Codes, form: Record<string, string>) {
  requireApp(login, form)
  if (form['grant_type'] !== 'authorization_code') throw new GraphError(100, 'Invalid grant_type: it has to be authorization_code')
  const grant = codes.take(form['code'] ?? '', { redirectUri: form['redirect_uri'], verifier: undefined })
  if (typeof grant === 'string')
    throw new GraphError(100, grant === 'redirect' ? 'Invalid redirect_uri' : 'Matching code was not found or was already used')
  const given = { access_token: briefToken(login.token), user_id: login.accountId }
  return login.tellsPermissions ? { ...given, permissions: grant.scope.split(',') } : given
}

function exchange(login: UserLogin, request: FastifyRequest) {
  const query = queryFields(request)
  if (query['grant_type'] === 'client_credentials') {
    requireApp(login, query)
    return { access_token: `TH|${login.app.id}|${login.app.secret}`, token_type: 'bearer' }
  }
  if (query['grant_type'] !== login.grants.exchange) throw new GraphError(100, '(#100) Param grant_type is not known')
  if (query['client_secret'] !== login.app.secret) throw new GraphError(101, 'Error validating client secret.')
  if (tokenOf(request) !== briefToken(login.token)) throw new GraphError(190, 'Invalid OAuth access token - Cannot parse access token')
  return { access_token: login.token, token_type: 'bearer', expires_in: lastingSeconds }
}

/** Only a lasting token that has not ended can be renewed; here it stays the same. The real one wants it to be a day old. */
function refresh(context: Context, login: UserLogin, request: FastifyRequest) {
  if (queryFields(request)['grant_type'] !== login.grants.refresh) throw new GraphError(100, '(#100) Param grant_type is not known')
  if (tokenOf(request) !== login.token || context.faults.tokens[login.platform] !== 'valid')
    throw new GraphError(190, 'Error validating access token: Session has expired.', { subcode: 463 })
  return { access_token: login.token, token_type: 'bearer', expires_in: lastingSeconds }
}

function requireApp(login: UserLogin, form: Record<string, string>): void {
  if (form['client_id'] !== login.app.id) throw new GraphError(101, 'Error validating application. Invalid application ID.')
  if (form['client_secret'] !== login.app.secret) throw new GraphError(101, 'Error validating client secret.')
}
