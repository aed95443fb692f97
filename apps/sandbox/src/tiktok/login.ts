import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { dialogPage, refusalPage, showDialog } from '../graph/dialog.ts'
import { bodyFields, queryFields, textOf } from '../http/body.ts'
import { html } from '../pages/html.ts'
import type { JsonObject } from '../world/item.ts'
import { base, refresh, refreshSeconds, requireApp, scopes } from './auth.ts'
import { TikTokError, invalid, missing } from './errors.ts'
import type { TikTok } from './routes.ts'

const dialogs = ['', '/www.tiktok.com', `${base}/www.tiktok.com`].flatMap((host) => [
  `${host}/v2/auth/authorize`,
  `${host}/v2/auth/authorize/`,
])

/** The page that the portal's address leads to (on www.tiktok.com, hence also below a segment of that name). The account is always logged in there. */
export function routeLogin(app: FastifyInstance, tiktok: TikTok): void {
  for (const path of dialogs) {
    app.get(path, async (request, reply) => show(tiktok, queryFields(request), reply))
    app.post(path, async (request, reply) => answer(tiktok, request, reply))
  }
}

/** Real addresses have to be https without a port, which no machine of its own has; the slash at the end and the bareness are kept. */
function wrongWith({ secrets }: TikTok, query: Record<string, string>): string | null {
  const redirect = query['redirect_uri'] ?? ''
  if ((query['client_key'] ?? query['client_id']) !== secrets.tiktok.appId) return 'The client_key is not known.'
  if (query['response_type'] !== 'code') return 'The response_type has to be code.'
  if (!URL.canParse(redirect) || !/^https?:\/\/[^?#]+\/$/.test(redirect) || redirect.length > 512)
    return 'The redirect_uri does not match: it has to end with a slash, without query and fragment.'
  const unknown = asked(query).filter((scope) => !scopes.includes(scope))
  return unknown.length > 0 ? `The scope ${unknown.join(', ')} is not one of the app.` : null
}

function asked(query: Record<string, string>): string[] {
  return (query['scope'] ?? scopes.join(',')).split(/[\s,]+/).filter((scope) => scope !== '')
}

function show(tiktok: TikTok, query: Record<string, string>, reply: FastifyReply): FastifyReply {
  const wrong = wrongWith(tiktok, query)
  if (wrong !== null) return showDialog(reply.code(400), refusalPage('TikTok', wrong))
  // Who agreed before comes back at once, and without a code, unless that was ruled out.
  if (tiktok.agreed.has(agreement) && query['disable_auto_auth'] !== '1') return reply.redirect(backTo(query, {}), 302)
  const hidden = Object.entries(query).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`)
  const page = dialogPage(
    'Log in with TikTok',
    html`<h1>Answerback sandbox would like to access @fieldnote</h1>
      <p class="soft">You are logged in as @fieldnote. This is a pretend TikTok: nothing leaves your machine.</p>
      <form method="post" class="card">
        ${hidden}
        <h2>What it asks for</h2>
        <ul>
          ${asked(query).map((scope) => html`<li>${scope}</li>`)}
        </ul>
        <p class="acts">
          <button class="send" name="answer" value="allow">Continue</button>
          <button class="link" name="answer" value="cancel">Cancel</button>
        </p>
      </form>`,
  )
  return showDialog(reply, page)
}

const agreement = 'agreed'

function answer(tiktok: TikTok, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const query = Object.fromEntries(Object.entries(bodyFields(request)).map(([name, value]) => [name, textOf(value) ?? '']))
  const wrong = wrongWith(tiktok, query)
  if (wrong !== null) return showDialog(reply.code(400), refusalPage('TikTok', wrong))
  if (query['answer'] !== 'allow')
    return reply.redirect(backTo(query, { error: 'access_denied', error_description: 'The user cancelled.' }), 302)
  tiktok.agreed.set(agreement, true)
  const redirectUri = query['redirect_uri'] ?? ''
  const code = tiktok.codes.give({ clientId: tiktok.secrets.tiktok.appId, redirectUri, challenge: null, scope: asked(query).join(',') })
  return reply.redirect(backTo(query, { auth_code: code }), 302)
}

function backTo(query: Record<string, string>, given: Record<string, string>): string {
  const back = new URL(query['redirect_uri'] ?? '')
  for (const [name, value] of Object.entries(given)) back.searchParams.set(name, value)
  if (query['state'] !== undefined) back.searchParams.set('state', query['state'])
  return back.href
}

/** `POST /tt_user/oauth2/token/`: a code, good once for ten minutes, for a pair. */
export function giveTokens(tiktok: TikTok, form: JsonObject): JsonObject {
  requireClient(tiktok, form)
  if (form['grant_type'] !== 'authorization_code') throw invalid('grant_type', 'Must be one of: authorization_code.')
  const code = textOf(form['auth_code'])
  if (!code) throw missing('auth_code')
  const grant = tiktok.codes.take(code, { redirectUri: textOf(form['redirect_uri']), verifier: undefined })
  if (grant === 'redirect') throw invalid('redirect_uri', 'Does not match the one of the authorization.')
  if (typeof grant === 'string') throw new TikTokError(40110, 'The auth_code is used up, expired or wrong.')
  tiktok.faults.setToken('tiktok', 'valid', tiktok.world.now())
  return pairOf(tiktok, tiktok.tokens.issue(), grant.scope)
}

/** `POST /tt_user/oauth2/refresh_token/`: a new pair; the token it was asked with is used up. */
export function renewTokens(tiktok: TikTok, form: JsonObject): JsonObject {
  requireClient(tiktok, form)
  if (form['grant_type'] !== 'refresh_token') throw invalid('grant_type', 'Must be one of: refresh_token.')
  const given = textOf(form['refresh_token'])
  if (!given) throw missing('refresh_token')
  const pair = refresh(tiktok, tiktok.tokens, given)
  if (pair === null) throw new TikTokError(40107, 'The refresh token is not valid.')
  return pairOf(tiktok, pair, scopes.join(','))
}

/** `POST /tt_user/oauth2/revoke/`: all tokens of the account are dead. */
export function revokeTokens(tiktok: TikTok, form: JsonObject): JsonObject {
  requireClient(tiktok, form)
  if (tiktok.tokens.fateOf(textOf(form['access_token'])) === 'unknown') throw new TikTokError(40105, 'Access token is incorrect.')
  tiktok.faults.setToken('tiktok', 'revoked', tiktok.world.now())
  return {}
}

/** `/tt_user/token_info/get/`: whose token it is, and for what. */
export function tokenInfo(tiktok: TikTok, form: JsonObject): JsonObject {
  if (form['app_id'] !== tiktok.secrets.tiktok.appId) throw new TikTokError(40101, 'The app id is not known.')
  const fate = tiktok.tokens.fateOf(textOf(form['access_token']))
  if (fate !== 'good') throw new TikTokError(fate === 'expired' ? 40102 : 40105, 'Access token is expired or incorrect.')
  const { appId, openId } = tiktok.secrets.tiktok
  return { app_id: appId, creator_id: openId, open_id: openId, scope: scopes.join(',') }
}

function requireClient(tiktok: TikTok, form: JsonObject): void {
  requireApp(tiktok, textOf(form['client_id']), textOf(form['client_secret']))
}

function pairOf(tiktok: TikTok, pair: { accessToken: string; refreshToken: string; expiresInSeconds: number }, scope: string): JsonObject {
  return {
    access_token: pair.accessToken,
    token_type: 'Bearer',
    scope,
    expires_in: pair.expiresInSeconds,
    refresh_token: pair.refreshToken,
    refresh_token_expires_in: refreshSeconds,
    open_id: tiktok.secrets.tiktok.openId,
  }
}
