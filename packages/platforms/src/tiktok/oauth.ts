import { standIn } from '../base-url.ts'
import { PlatformError } from '../error.ts'
import type { OAuth } from '../platform.ts'
import { askTokens, defaultApiUrl } from './api.ts'
import { permissions } from './permissions.ts'

const usualPage = 'https://www.tiktok.com/v2/auth/authorize'

/**
 * Authorization of a TikTok account holder by code (TikTok API for Business, "Accounts API"): no PKCE, a code of ten minutes in `auth_code`, a redirect URL that ends with a slash.
 * TikTok issues the address to agree at in its portal; without it the usual one is made.
 */
export const oauth: OAuth = {
  app: 'by_hand',
  asks: ['authorizationUrl'],
  slash: true,
  codeName: 'auth_code',
  steps: [
    'At business-api.tiktok.com register as a developer of a company (no private persons, no private e-mail address) and make an app.',
    'Choose the scope “TikTok Accounts” with its four permissions below, and fill in the “Accounts API Access Application Form”. TikTok looks at it for some days.',
    'Enter the redirect URL below. TikTok takes it only with https, without a port, and with the slash at its end.',
    'In the app’s details copy the app id, the secret, and the “TikTok account holder authorization URL”.',
  ],
  authorizeUrl({ settings, clientId, redirectUrl, state }) {
    const given = (settings.authorizationUrl ?? '').trim()
    const url = new URL(URL.canParse(given) ? given : standIn(usualPage, defaultApiUrl, settings.apiUrl))
    const ours = {
      client_key: clientId,
      scope: permissions.map(({ name }) => name).join(','),
      response_type: 'code',
      redirect_uri: redirectUrl,
    }
    for (const [name, value] of Object.entries(ours)) if (!url.searchParams.has(name)) url.searchParams.set(name, value)
    url.searchParams.set('state', state)
    // Whoever agreed before may else come back without a code.
    url.searchParams.set('disable_auto_auth', '1')
    return url.href
  },
  async exchange(io, { settings, client, redirectUrl, code }) {
    const form = {
      client_id: client.id,
      client_secret: client.secret,
      grant_type: 'authorization_code',
      auth_code: code,
      redirect_uri: redirectUrl,
    }
    const { accessToken, refreshToken, expiresAt, refreshEndsAt, openId, scope } = await askTokens(io, settings, form)
    if (openId === null) throw new PlatformError('unavailable', 'TikTok did not say whose account this is')
    const account = {
      externalId: openId,
      name: openId,
      settings: {
        ...settings,
        ...{ clientId: client.id, clientSecret: client.secret, accessToken, expiresAt, businessId: openId, login: 'oauth' },
        ...(refreshToken !== null && { refreshToken }),
        ...(refreshEndsAt !== null && { refreshEndsAt }),
        ...(scope !== null && { scope }),
      },
    }
    return [refreshToken === null ? { ...account, trouble: 'TikTok gave no lasting permission. Please connect again.' } : account]
  },
}
