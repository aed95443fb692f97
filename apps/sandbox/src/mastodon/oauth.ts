import { createHash } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { baseUrlOf } from '../http/base.ts'
import { bodyFields, queryFields, textOf } from '../http/body.ts'
import type { JsonObject } from '../world/item.ts'
import { escapeHtml } from './content.ts'
import { MastodonError } from './errors.ts'
import type { Mastodon } from './routes.ts'

const scope = 'read write push'

type Code = { redirectUri: string; challenge: string | null }

/** Registers apps and OAuth: `POST /api/v1/apps`, `/oauth/authorize`, `/oauth/token`, `/oauth/revoke`. */
export function routeOauth(app: FastifyInstance, mastodon: Mastodon): void {
  const codes = new Map<string, Code>()
  const { clientId, clientSecret } = mastodon.secrets.mastodon
  app.post('/mastodon/api/v1/apps', async (request) => {
    const form = bodyFields(request)
    return {
      id: '1',
      name: textOf(form['client_name']) ?? 'app',
      website: textOf(form['website']) ?? null,
      scopes: (textOf(form['scopes']) ?? 'read').split(' '),
      redirect_uris: [form['redirect_uris']].flat(),
      redirect_uri: [form['redirect_uris']].flat().join('\n'),
      client_id: clientId,
      client_secret: clientSecret,
      client_secret_expires_at: 0,
    }
  })
  app.get('/mastodon/oauth/authorize', async (request, reply) => {
    const query = queryFields(request)
    if (query['client_id'] !== clientId) throw new MastodonError(401, 'invalid_client')
    const fields = Object.entries(query).map(
      ([name, value]) => `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`,
    )
    const page = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Allow access</title>
<form method="post"><p>Let this app read and answer as Fieldnote?</p>${fields.join('')}<button>Allow</button></form>`
    return reply.type('text/html; charset=utf-8').send(page)
  })
  app.post('/mastodon/oauth/authorize', async (request, reply) => {
    const form = bodyFields(request)
    const redirectUri = textOf(form['redirect_uri']) ?? ''
    if (!URL.canParse(redirectUri) || !/^https?:/.test(redirectUri))
      throw new MastodonError(400, 'invalid_request', 'The redirect uri is not valid.')
    const code = createHash('sha256').update(`${mastodon.world.random()}${codes.size}`).digest('base64url')
    codes.set(code, { redirectUri, challenge: textOf(form['code_challenge']) ?? null })
    const back = new URL(redirectUri)
    back.searchParams.set('code', code)
    const state = textOf(form['state'])
    if (state !== undefined) back.searchParams.set('state', state)
    return reply.redirect(back.href, 302)
  })
  app.post('/mastodon/oauth/token', async (request) => issueToken(mastodon, codes, request))
  app.post('/mastodon/oauth/revoke', async () => ({}))
  app.get('/mastodon/.well-known/oauth-authorization-server', async (request) => {
    const base = baseUrlOf(request, 'mastodon')
    return {
      issuer: base,
      authorization_endpoint: `${base}/oauth/authorize`,
      token_endpoint: `${base}/oauth/token`,
      revocation_endpoint: `${base}/oauth/revoke`,
      app_registration_endpoint: `${base}/api/v1/apps`,
      scopes_supported: ['read', 'profile', 'write', 'push'],
      response_types_supported: ['code'],
      grant_types_supported: ['authorization_code', 'client_credentials'],
      code_challenge_methods_supported: ['S256'],
    }
  })
}

function issueToken(mastodon: Mastodon, codes: Map<string, Code>, request: FastifyRequest): JsonObject {
  const form = bodyFields(request)
  const { clientId, clientSecret, accessToken } = mastodon.secrets.mastodon
  if (form['client_id'] !== clientId || form['client_secret'] !== clientSecret)
    throw new MastodonError(401, 'invalid_client', 'Client authentication failed.')
  const given = textOf(form['code']) ?? ''
  const code = codes.get(given)
  codes.delete(given)
  const verifier = textOf(form['code_verifier']) ?? ''
  const challenge = createHash('sha256').update(verifier).digest('base64url')
  const proven = code && (code.challenge === null || code.challenge === challenge)
  if (!code || !proven || code.redirectUri !== form['redirect_uri'])
    throw new MastodonError(400, 'invalid_grant', 'The authorization grant is invalid.')
  const createdAt = Math.floor(mastodon.world.now().getTime() / 1000)
  return { access_token: accessToken, token_type: 'Bearer', scope, created_at: createdAt }
}
