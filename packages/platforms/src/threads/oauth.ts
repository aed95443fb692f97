import { baseUrl, standIn } from '../base-url.ts'
import { PlatformError } from '../error.ts'
import type { GraphIo } from '../graph/graph.ts'
import { endOf } from '../graph/renew.ts'
import { idOf, nameOf } from '../json.ts'
import type { OAuth } from '../platform.ts'
import { callGraph, defaultApiUrl } from './graph.ts'
import { permissions } from './permissions.ts'

/** Authorization by code (Meta, "Get access tokens" of the Threads API): one account a login, no PKCE; the token is then exchanged for one of sixty days. */
export const oauth: OAuth = {
  app: 'by_hand',
  asks: [],
  secretInAddress: true,
  steps: [
    'At developers.facebook.com make an app with the use case “Access the Threads API”, and add the permissions below to it.',
    'In the settings of the use case, enter the redirect URL below.',
    'The Threads app id and the Threads app secret stand under App settings, Basic (they are not those of the Meta app): register both here under “Webhooks”.',
    'Until the app is live, only accounts that you added as testers can connect.',
  ],
  authorizeUrl({ settings, clientId, redirectUrl, state }) {
    const query = new URLSearchParams({
      client_id: clientId,
      redirect_uri: redirectUrl,
      scope: permissions.map(({ name }) => name).join(','),
      response_type: 'code',
      state,
    })
    return `${standIn('https://www.threads.net/oauth/authorize', defaultApiUrl, baseUrl(settings.apiUrl, defaultApiUrl))}?${query.toString()}`
  },
  async exchange(io, { settings, client, redirectUrl, code }) {
    const graph: GraphIo = { ...io, settings, credentials: {} }
    // Meta hangs "#_" on the code.
    const params = {
      client_id: client.id,
      client_secret: client.secret,
      grant_type: 'authorization_code',
      redirect_uri: redirectUrl,
      code: code.replace(/#_$/, ''),
    }
    const { json: given } = await callGraph(graph, { method: 'POST', bare: true, path: 'oauth/access_token', params, anonymous: true })
    const brief = nameOf(given.access_token)
    if (brief === null) throw new PlatformError('unavailable', 'Threads gave no token')
    const swap = { grant_type: 'th_exchange_token', client_secret: client.secret, access_token: brief }
    const { json: lasting } = await callGraph(graph, { path: 'access_token', bare: true, params: swap, anonymous: true })
    const accessToken = nameOf(lasting.access_token)
    if (accessToken === null) throw new PlatformError('unavailable', 'Threads gave no lasting token')
    const { json: me } = await callGraph({ ...graph, credentials: { accessToken } }, { path: 'me', params: { fields: 'id,username,name' } })
    const externalId = idOf(me.id)
    if (externalId === null) return []
    const expiresAt = endOf(lasting.expires_in, io.now())
    const name = nameOf(me.name) ?? nameOf(me.username) ?? externalId
    return [{ externalId, name, settings: { ...settings, accessToken, ...(expiresAt !== null && { expiresAt }) } }]
  },
}
