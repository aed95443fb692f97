import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { bodyFields, queryFields, textOf } from '../http/body.ts'
import { sameText } from '../http/hmac.ts'
import { html } from '../pages/html.ts'
import { StackError, deadToken } from './errors.ts'
import { platform } from './ids.ts'
import type { Stack } from './routes.ts'

const hosts = ['', '/stackoverflow.com', '/stackexchange.com']

/** Registers the page to agree at and the token endpoint, below the prefix and by the names of their hosts. */
export function routeLogin(app: FastifyInstance, stack: Stack): void {
  for (const host of hosts) {
    app.get(`${host}/oauth`, async (request, reply) => showDialog(stack, queryFields(request), reply))
    app.post(`${host}/oauth`, async (request, reply) => answerDialog(stack, request, reply))
    app.post(`${host}/oauth/access_token/json`, async (request, reply) => token(stack, request, reply))
  }
}

/** Whoever calls: with a key of the app, and a token of the brand where one is given. True when there is one. */
export function admit(stack: Stack, given: { key: string | undefined; token: string | undefined }): boolean {
  const { accessToken, key } = stack.secrets[platform]
  if (given.key !== undefined && !sameText(given.key, key)) throw new StackError('bad_parameter', '`key` doesn’t match a known application')
  if (given.token === undefined) return false
  if (given.key === undefined) throw new StackError('key_required', '`key` is required when `access_token` is passed.')
  const isStatic = sameText(given.token, accessToken) || stack.grants.has(given.token)
  const state = stack.faults.tokens[platform]
  if (isStatic ? state !== 'valid' : stack.tokens.fateOf(given.token) !== 'good') throw deadToken()
  return true
}

/** A code for a token: without end where `no_expiry` was agreed to, else for a day. */
function token(stack: Stack, request: FastifyRequest, reply: FastifyReply): object {
  const form = Object.fromEntries(Object.entries(bodyFields(request)).map(([name, value]) => [name, textOf(value) ?? '']))
  const { clientId, clientSecret } = stack.secrets[platform]
  const refuse = (type: string, message: string): object => reply.code(400).send({ error: { type, message } })
  if (form['client_id'] !== clientId || !sameText(form['client_secret'] ?? '', clientSecret))
    return refuse('invalid_request', 'client_id and client_secret do not match')
  const grant = stack.codes.take(form['code'] ?? '', { redirectUri: form['redirect_uri'], verifier: undefined })
  if (typeof grant === 'string') return refuse('invalid_request', 'code is not valid')
  const { accessToken } = stack.tokens.issue()
  if (!/\bno_expiry\b/.test(grant.scope)) return { access_token: accessToken, expires: 86_400 }
  stack.grants.set(accessToken, true)
  return { access_token: accessToken }
}

function wrongWith(stack: Stack, query: Record<string, string>): string | null {
  if (query['client_id'] !== stack.secrets[platform].clientId) return 'There is no application with this client id.'
  return URL.canParse(query['redirect_uri'] ?? '') && /^https?:/.test(query['redirect_uri'] ?? '')
    ? null
    : 'The redirect_uri is not an address of the application.'
}

function showDialog(stack: Stack, query: Record<string, string>, reply: FastifyReply): FastifyReply {
  const wrong = wrongWith(stack, query)
  const hidden = Object.entries(query).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`)
  const form = html`<p class="soft">You are signed in as Fieldnote. This is a pretend Stack Exchange: nothing leaves your machine.</p>
    <form method="post" class="card">
      ${hidden}
      <h2>The application would like to</h2>
      <ul>
        ${(query['scope'] ?? '').split(/[ ,]+/).map((each) => html`<li>${each}</li>`)}
      </ul>
      <p class="acts">
        <button class="send" name="answer" value="allow">Approve</button>
        <button class="link" name="answer" value="cancel">Reject</button>
      </p>
    </form>`
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>Approve an application</title>
        <link rel="stylesheet" href="/style.css" />
      </head>
      <body>
        <main>
          <h1>Approve an application</h1>
          ${wrong === null ? form : html`<p>${wrong}</p>`}
        </main>
      </body>
    </html>`
  return reply
    .code(wrong === null ? 200 : 400)
    .type('text/html; charset=utf-8')
    .header('cache-control', 'no-store')
    .send(page.html)
}

function answerDialog(stack: Stack, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const query = Object.fromEntries(Object.entries(bodyFields(request)).map(([name, value]) => [name, textOf(value) ?? '']))
  if (wrongWith(stack, query) !== null) return showDialog(stack, query, reply)
  const redirectUri = query['redirect_uri'] ?? ''
  if (query['answer'] === 'allow') {
    const grant = { clientId: query['client_id'] ?? '', redirectUri, challenge: null, scope: query['scope'] ?? '' }
    return reply.redirect(stack.codes.backTo(grant, query['state']), 302)
  }
  const back = new URL(redirectUri)
  back.searchParams.set('error', 'access_denied')
  if (query['state'] !== undefined) back.searchParams.set('state', query['state'])
  return reply.redirect(back.href, 302)
}
