import { standIn } from '../base-url.ts'
import { earlyIo } from '../early-io.ts'
import { PlatformError } from '../error.ts'
import { idOf, nameOf, recordOf } from '../json.ts'
import type { OAuth } from '../platform.ts'
import { askToken, callApi, defaultApiUrl } from './api.ts'
import { permissions } from './permissions.ts'

/** X's authorization code flow with PKCE (OAuth 2.0). The code lives for 30 seconds, so it is exchanged at once. */
export const oauth: OAuth = {
  app: 'by_hand',
  asks: [],
  steps: [
    'At console.x.com make a project and an app in it. Reading and replying cost money: see the prices there, and set a limit.',
    'Under “User authentication settings” choose “Read and write”, the type “Web App”, and enter the redirect URL below as the callback URL.',
    'Copy the OAuth 2.0 client id and client secret here. (For webhooks, register the API key with its secret as well: that one signs them.)',
  ],
  authorizeUrl({ settings, clientId, redirectUrl, state, codeChallenge }) {
    const query = new URLSearchParams({
      response_type: 'code',
      client_id: clientId,
      redirect_uri: redirectUrl,
      scope: permissions.map(({ name }) => name).join(' '),
      state,
      code_challenge: codeChallenge,
      code_challenge_method: 'S256',
    })
    return `${standIn('https://x.com/i/oauth2/authorize', defaultApiUrl, settings.apiUrl)}?${query.toString()}`
  },
  async exchange(io, { settings, client, redirectUrl, code, codeVerifier }) {
    const form = { grant_type: 'authorization_code', code, redirect_uri: redirectUrl, code_verifier: codeVerifier }
    const { refreshToken, ...tokens } = await askToken(io, settings, client, form)
    const credentials = {
      ...tokens,
      clientId: client.id,
      clientSecret: client.secret,
      ...(refreshToken !== null && { refreshToken }),
    }
    const { json } = await callApi(earlyIo(io, settings, credentials), { path: '/2/users/me' })
    const user = recordOf(json.data)
    const externalId = idOf(user.id)
    if (externalId === null) throw new PlatformError('unavailable', 'X did not say whose account this is')
    const account = { externalId, name: nameOf(user.name) ?? externalId, settings: { ...settings, ...credentials } }
    return [refreshToken === null ? { ...account, trouble: 'X gave no lasting permission. Please connect again.' } : account]
  },
}
