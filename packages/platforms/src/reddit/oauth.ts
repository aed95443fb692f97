import { standIn } from '../base-url.ts'
import { PlatformError } from '../error.ts'
import { nameOf, recordOf } from '../json.ts'
import type { OAuth } from '../platform.ts'
import { callApi } from './api.ts'
import { permissions } from './permissions.ts'
import { ioOf } from './session.ts'
import { accountIdOf } from './thing.ts'
import { askToken, oauthHost } from './token.ts'

const authorizeAt = 'https://www.reddit.com/api/v1/authorize'

/** Reddit's authorization code flow for a web app, `permanent` so that it gives a refresh token. It has no PKCE; the app's secret proves who exchanges. */
export const oauth: OAuth = {
  app: 'by_hand',
  asks: [],
  steps: [
    'You need an app of the type “web app” that Reddit has approved. Since November 2025 a new one is given only on request; an app you already have keeps working.',
    'At reddit.com/prefs/apps enter the redirect URL below as its redirect uri.',
    'Copy its client id (below its name) and its secret here.',
  ],
  authorizeUrl({ settings, clientId, redirectUrl, state }) {
    const query = new URLSearchParams({
      client_id: clientId,
      response_type: 'code',
      state,
      redirect_uri: redirectUrl,
      duration: 'permanent',
      scope: permissions.map(({ name }) => name).join(' '),
    })
    return `${standIn(authorizeAt, oauthHost, settings.apiUrl)}?${query.toString()}`
  },
  async exchange(io, { settings, client, redirectUrl, code }) {
    const tokens = await askToken(io, settings, client, { grant_type: 'authorization_code', code, redirect_uri: redirectUrl })
    const { accessToken, expiresAt, refreshToken } = tokens
    const credentials: Record<string, string> = {
      clientId: client.id,
      clientSecret: client.secret,
      accessToken,
      expiresAt,
      ...(refreshToken !== null && { refreshToken }),
    }
    const name = nameOf(recordOf((await callApi(ioOf(io, settings, credentials), { path: '/api/v1/me' })).json).name)
    if (name === null) throw new PlatformError('unavailable', 'Reddit did not say whose login this is')
    const account = { externalId: accountIdOf(name), name: `u/${name}`, settings: { ...settings, ...credentials, username: name } }
    return [refreshToken === null ? { ...account, trouble: 'Reddit gave no lasting permission. Please connect again.' } : account]
  },
}
