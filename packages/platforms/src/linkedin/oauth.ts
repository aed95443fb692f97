import { standIn } from '../base-url.ts'
import { earlyIo } from '../early-io.ts'
import { PlatformError } from '../error.ts'
import type { OAuth, OAuthAccount } from '../platform.ts'

import { readAdministered, readOrganization } from './organization.ts'
import { mayWrite, permissions } from './permissions.ts'
import { askToken, credentialsOf, defaultApiUrl } from './token.ts'

const maxPages = 50

/** Three-legged OAuth (Microsoft Learn, "Authorization code flow"), which has no PKCE for apps with a secret. Afterwards every page of the person is one to choose. */
export const oauth: OAuth = {
  app: 'by_hand',
  asks: [],
  steps: [
    'At linkedin.com/developers make an app for your page, and let an administrator of the page verify it.',
    'Ask for the product “Community Management API”. It must be the only product of the app, and LinkedIn looks at the request; until then every call is refused.',
    'Under Auth, enter the redirect URL below. The client id and the client secret stand there: register both here under “Webhooks”.',
  ],
  authorizeUrl({ settings, clientId, redirectUrl, state }) {
    const query = new URLSearchParams({
      response_type: 'code',
      client_id: clientId,
      redirect_uri: redirectUrl,
      state,
      scope: permissions.map(({ name }) => name).join(' '),
    })
    return `${standIn('https://www.linkedin.com/oauth/v2/authorization', defaultApiUrl, settings.apiUrl)}?${query.toString()}`
  },
  async exchange(io, { settings, client, redirectUrl, code }) {
    const form = { grant_type: 'authorization_code', code, redirect_uri: redirectUrl, client_id: client.id, client_secret: client.secret }
    const tokens = await askToken(io, settings, form)
    const credentials = credentialsOf(tokens, client)
    const given = { ...settings, clientId: client.id, scope: tokens.scope, ...credentials }
    const trouble = mayWrite(tokens.scope) ? {} : { trouble: 'LinkedIn did not give the permission to answer as this page.' }
    const api = earlyIo(io, settings, credentials)
    const accounts: OAuthAccount[] = []
    for (const { urn } of (await readAdministered(api)).slice(0, maxPages)) {
      const name = await nameOfPage(api, urn)
      accounts.push({ externalId: urn, name, settings: { ...given, organizationId: urn }, ...trouble })
    }
    return accounts
  },
}

/** Its number, where its name is not to be had. */
async function nameOfPage(api: ReturnType<typeof earlyIo>, urn: string): Promise<string> {
  try {
    return (await readOrganization(api, urn)).name
  } catch (error) {
    if (!(error instanceof PlatformError) || (error.kind !== 'rejected' && error.kind !== 'gone')) throw error
    return urn.split(':').at(-1) ?? urn
  }
}
