import { baseUrl } from '../base-url.ts'
import { PlatformError } from '../error.ts'
import { idOf, nameOf, recordOf } from '../json.ts'
import type { OAuth } from '../platform.ts'
import { callApi, defaultApiUrl } from './api.ts'
import type { ApiIo } from './api.ts'
import { permissions } from './permissions.ts'
import { accountIdOf } from './status.ts'

const scope = permissions.map(({ name }) => name).join(' ')

/** An app a server, made by one call; then authorization code with PKCE, which servers before 4.3 pass over (docs.joinmastodon.org, OAuth). */
export const oauth: OAuth = {
  app: 'by_itself',
  asks: ['url'],
  steps: [],
  async register(io, { settings, redirectUrl }) {
    const website = new URL(redirectUrl).origin
    const body = { client_name: 'Answerback', redirect_uris: redirectUrl, scopes: scope, website }
    const json = recordOf((await callApi(apiOf(io, settings), { method: 'POST', path: '/api/v1/apps', body, anonymous: true })).json)
    const [id, secret] = [idOf(json.client_id), nameOf(json.client_secret)]
    if (id === null || secret === null)
      throw new PlatformError('rejected', 'The server did not register an app. Does it speak the Mastodon API?')
    return { id, secret }
  },
  authorizeUrl({ settings, clientId, redirectUrl, state, codeChallenge }) {
    const query = new URLSearchParams({
      response_type: 'code',
      client_id: clientId,
      redirect_uri: redirectUrl,
      scope,
      state,
      code_challenge: codeChallenge,
      code_challenge_method: 'S256',
    })
    return `${serverOf(settings)}/oauth/authorize?${query.toString()}`
  },
  async exchange(io, { settings, client, redirectUrl, code, codeVerifier }) {
    const body = {
      grant_type: 'authorization_code',
      client_id: client.id,
      client_secret: client.secret,
      redirect_uri: redirectUrl,
      code,
      code_verifier: codeVerifier,
    }
    const call = { method: 'POST', path: '/oauth/token', body, anonymous: true } as const
    const accessToken = nameOf(recordOf((await callApi(apiOf(io, settings), call)).json).access_token)
    if (accessToken === null) throw new PlatformError('unavailable', 'The server gave no token')
    const api: ApiIo = { ...apiOf(io, settings), credentials: { accessToken } }
    const account = recordOf((await callApi(api, { path: '/api/v1/accounts/verify_credentials' })).json)
    const name = nameOf(account.acct) ?? nameOf(account.username) ?? ''
    const handle = name.includes('@') ? name : `${name}@${new URL(serverOf(settings)).host}`
    return [
      {
        externalId: accountIdOf(account, { handle, host: '' }) ?? idOf(account.id) ?? '',
        name: nameOf(account.display_name) ?? handle,
        settings: { ...settings, accessToken, clientId: client.id, clientSecret: client.secret },
      },
    ]
  },
}

function apiOf(io: Parameters<OAuth['exchange']>[0], settings: Record<string, string>): ApiIo {
  return { ...io, settings: { url: serverOf(settings) }, credentials: {} }
}

function serverOf(settings: Record<string, string>): string {
  return baseUrl(settings.apiUrl || settings.url, defaultApiUrl)
}
