import { baseUrl, standIn } from '../base-url.ts'
import { PlatformError } from '../error.ts'
import type { GraphIo } from '../graph/graph.ts'
import { endOf } from '../graph/renew.ts'
import { idOf, listOf, nameOf, recordOf } from '../json.ts'
import type { OAuth } from '../platform.ts'
import { callGraph, defaultApiUrl } from './graph.ts'
import { permissions } from './permissions.ts'

/** Business Login for Instagram by code (Meta, "Instagram API with Instagram Login"): one account a login, no Facebook Page needed, no PKCE. */
export const oauth: OAuth = {
  app: 'by_hand',
  asks: [],
  secretInAddress: true,
  steps: [
    'At developers.facebook.com make an app of the type Business and add the product Instagram, with the API set up for an Instagram login.',
    'Under “Set up Instagram business login”, enter the redirect URL below.',
    'The Instagram app id and the Instagram app secret stand on the same page (they are not those of the Meta app): register both here under “Webhooks”.',
    'Until the app is live and the permissions have Advanced Access, only accounts with a role on it can connect, and Meta sends webhooks of no others.',
  ],
  authorizeUrl({ settings, clientId, redirectUrl, state }) {
    const query = new URLSearchParams({
      client_id: clientId,
      redirect_uri: redirectUrl,
      response_type: 'code',
      scope: permissions.map(({ name }) => name).join(','),
      state,
    })
    return `${standIn('https://www.instagram.com/oauth/authorize', defaultApiUrl, baseUrl(settings.apiUrl, defaultApiUrl))}?${query.toString()}`
  },
  async exchange(io, { settings, client, redirectUrl, code }) {
    const graph: GraphIo = { ...io, settings, credentials: {} }
    const { json: given } = await callGraph(graph, {
      method: 'POST',
      host: 'https://api.instagram.com',
      bare: true,
      path: 'oauth/access_token',
      // Instagram hangs "#_" on the code.
      params: {
        client_id: client.id,
        client_secret: client.secret,
        grant_type: 'authorization_code',
        redirect_uri: redirectUrl,
        code: code.replace(/#_$/, ''),
      },
      anonymous: true,
    })
    const brief = nameOf(given.access_token) ?? nameOf(recordOf(listOf(given.data)[0]).access_token)
    if (brief === null) throw new PlatformError('unavailable', 'Instagram gave no token')
    const params = { grant_type: 'ig_exchange_token', client_secret: client.secret, access_token: brief }
    const { json: lasting } = await callGraph(graph, { path: 'access_token', bare: true, params, anonymous: true })
    const accessToken = nameOf(lasting.access_token)
    if (accessToken === null) throw new PlatformError('unavailable', 'Instagram gave no lasting token')
    const { json: me } = await callGraph(
      { ...graph, credentials: { accessToken } },
      { path: 'me', params: { fields: 'user_id,username,name' } },
    )
    const externalId = idOf(me.user_id) ?? idOf(me.id)
    if (externalId === null) return []
    const expiresAt = endOf(lasting.expires_in, io.now())
    const name = nameOf(me.name) ?? nameOf(me.username) ?? externalId
    return [{ externalId, name, settings: { ...settings, accessToken, ...(expiresAt !== null && { expiresAt }) } }]
  },
}
