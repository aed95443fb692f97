import { createHash } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { bodyFields, queryFields, textOf } from '../http/body.ts'
import { html } from '../pages/html.ts'
import type { Html } from '../pages/html.ts'
import { dialogPage, refusalPage, showDialog } from '../graph/dialog.ts'
import { GraphError } from '../graph/errors.ts'
import { pagesOf, shortLived } from './pages.ts'
import { legalScopes, whose } from './token.ts'
import type { Facebook } from './writes.ts'

const codeMs = 10 * 60_000
const shortSeconds = 5_400
const longSeconds = 5_183_944

/** A code of the dialog, good once. */
type Code = { redirectUri: string; at: number; used: boolean }

/** What the admin agreed to: the Pages they ticked and the permissions (null: nobody asked yet, all of them), and when they last logged in. */
export type Login = { codes: Map<string, Code>; pages: Set<string> | null; scopes: Set<string> | null; loggedInAt: number | null }

/** Registers the login dialog, in which the admin of the brand is always logged in, and ticks Pages, and agrees or does not. */
export function routeLogin(app: FastifyInstance, facebook: Facebook, base: string): void {
  app.get(`${base}/dialog/oauth`, async (request, reply) => {
    const query = queryFields(request)
    const wrong = wrongWith(facebook, query)
    return wrong === null ? showDialog(reply, dialog(facebook, query)) : showDialog(reply.code(400), refusalPage('Facebook', wrong))
  })
  app.post(`${base}/dialog/oauth`, async (request, reply) => answerDialog(facebook, request, reply))
}

/** `GET|POST /oauth/access_token`: a code or a short-lived token for a longer one, or the app's own token. */
export function exchange(facebook: Facebook, query: Record<string, string>) {
  const { appId, appSecret, userAccessToken } = facebook.secrets.facebook
  if (query['client_id'] !== appId) throw new GraphError(101, 'Error validating application. Invalid application ID.')
  if (query['client_secret'] !== appSecret) throw new GraphError(1, 'Error validating client secret.')
  if (query['grant_type'] === 'client_credentials') return { access_token: `${appId}|${appSecret}`, token_type: 'bearer' }
  const given = query['fb_exchange_token']
  if (query['grant_type'] === 'fb_exchange_token' || given !== undefined) {
    if (whose(facebook, given ?? '') !== 'user') throw new GraphError(190, 'Invalid OAuth access token - Cannot parse access token')
    return { access_token: userAccessToken, token_type: 'bearer', expires_in: longSeconds }
  }
  if (query['code'] === undefined) throw new GraphError(1, 'Missing authorization code')
  spendCode(facebook, query['code'], query['redirect_uri'])
  return { access_token: shortLived(userAccessToken), token_type: 'bearer', expires_in: shortSeconds }
}

function spendCode(facebook: Facebook, given: string, redirectUri: string | undefined): void {
  const code = facebook.login.codes.get(given)
  if (!code) throw new GraphError(100, 'Invalid verification code format.')
  if (code.redirectUri !== redirectUri)
    throw new GraphError(
      100,
      'Error validating verification code. Please make sure your redirect_uri is identical to the one you used in the OAuth dialog request',
      { subcode: 36008 },
    )
  if (code.used) throw new GraphError(100, 'This authorization code has been used.', { subcode: 36009 })
  if (facebook.world.clock('facebook') - code.at > codeMs)
    throw new GraphError(100, 'This authorization code has expired.', { subcode: 36007 })
  code.used = true
}

function wrongWith(facebook: Facebook, query: Record<string, string>): string | null {
  if (query['client_id'] !== facebook.secrets.facebook.appId)
    return 'Invalid App ID: The provided app ID does not look like a valid app ID.'
  const redirectUri = query['redirect_uri'] ?? ''
  if (!URL.canParse(redirectUri) || !/^https?:/.test(redirectUri))
    return "URL blocked: This redirect failed because the redirect URI is not whitelisted in the app's client OAuth settings."
  const unknown = scopesOf(query).filter((scope) => !legalScopes.includes(scope))
  if (unknown.length > 0) return `Invalid Scopes: ${unknown.join(', ')}. This message is only shown to developers.`
  return null
}

function scopesOf(query: Record<string, string>): string[] {
  return (query['scope'] ?? '').split(/[\s,]+/).filter((scope) => scope !== '')
}

function answerDialog(facebook: Facebook, request: FastifyRequest, reply: FastifyReply) {
  const form = bodyFields(request)
  const query = Object.fromEntries(Object.entries(form).map(([name, value]) => [name, textOf(value) ?? '']))
  const wrong = wrongWith(facebook, query)
  if (wrong !== null) return showDialog(reply.code(400), refusalPage('Facebook', wrong))
  const back = new URL(query['redirect_uri'] ?? '')
  const answer: Record<string, string> =
    query['answer'] === 'continue'
      ? { code: agree(facebook, query, [form['pages']].flat().map(String)) }
      : { error: 'access_denied', error_code: '200', error_description: 'Permissions error', error_reason: 'user_denied' }
  for (const [name, value] of Object.entries(answer)) back.searchParams.set(name, value)
  if (query['state'] !== undefined) back.searchParams.set('state', query['state'])
  // As the real one does, against pages that read the fragment of who came before.
  return reply.redirect(`${back.href}#_=_`, 302)
}

function agree(facebook: Facebook, query: Record<string, string>, pages: string[]): string {
  const { login, world } = facebook
  const code = `AQ${createHash('sha512').update(`${world.random()} ${login.codes.size}`).digest('base64url')}`
  login.codes.set(code, { redirectUri: query['redirect_uri'] ?? '', at: world.clock('facebook'), used: false })
  login.pages = new Set(pages)
  login.scopes = new Set(scopesOf(query))
  login.loggedInAt = world.clock('facebook')
  return code
}

function dialog(facebook: Facebook, query: Record<string, string>): Html {
  const hidden = Object.entries(query).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`)
  const pages = pagesOf(facebook.secrets).map(
    ({ id, name }) =>
      html`<li>
        <label class="tick"><input type="checkbox" name="pages[]" value="${id}" checked /> ${name}</label>
      </li>`,
  )
  return dialogPage(
    'Log in with Facebook',
    html`<h1>Answerback sandbox would like to access your Pages</h1>
      <p class="soft">You are logged in as Fieldnote admin. This is a pretend Facebook: nothing leaves your machine.</p>
      <form method="post" class="card">
        ${hidden}
        <h2>Choose the Pages you want to use</h2>
        <ul class="thread">
          ${pages}
        </ul>
        <h2>What it asks for</h2>
        <ul>
          ${scopesOf(query).map((scope) => html`<li>${scope}</li>`)}
        </ul>
        <p class="acts">
          <button class="send" name="answer" value="continue">Continue</button>
          <button class="link" name="answer" value="cancel">Cancel</button>
        </p>
      </form>`,
  )
}
