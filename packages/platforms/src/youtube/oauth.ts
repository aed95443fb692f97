import { standIn } from '../base-url.ts'
import { idOf, nameOf, recordOf } from '../json.ts'
import type { OAuth } from '../platform.ts'
import { ioOf, readOwnChannel } from './channel.ts'
import { permissions } from './permissions.ts'
import { askToken, googleApis } from './token.ts'

const authorizeAt = 'https://accounts.google.com/o/oauth2/v2/auth'

/** Google's authorization code flow with PKCE; `offline` and `consent` make it give a refresh token every time. The person chooses one channel there. */
export const oauth: OAuth = {
  app: 'by_hand',
  asks: [],
  steps: [
    'In the Google Cloud console make a project, turn on the YouTube Data API v3, and fill in the consent screen.',
    'Publish the consent screen (“In production”). While it is in testing, every connection ends after seven days.',
    'Make an OAuth client of the type “Web application”, with the redirect URL below as its authorised redirect URI.',
    'Copy its client id and client secret here.',
  ],
  authorizeUrl({ settings, clientId, redirectUrl, state, codeChallenge }) {
    const query = new URLSearchParams({
      response_type: 'code',
      client_id: clientId,
      redirect_uri: redirectUrl,
      scope: permissions.map(({ name }) => name).join(' '),
      state,
      access_type: 'offline',
      prompt: 'consent',
      code_challenge: codeChallenge,
      code_challenge_method: 'S256',
    })
    return `${standIn(authorizeAt, googleApis, settings.apiUrl)}?${query.toString()}`
  },
  async exchange(io, { settings, client, redirectUrl, code, codeVerifier }) {
    const tokens = await askToken(io, settings, {
      grant_type: 'authorization_code',
      code,
      code_verifier: codeVerifier,
      redirect_uri: redirectUrl,
      client_id: client.id,
      client_secret: client.secret,
    })
    const credentials: Record<string, string> = {
      clientId: client.id,
      clientSecret: client.secret,
      accessToken: tokens.accessToken,
      expiresAt: tokens.expiresAt,
      ...(tokens.refreshToken !== null && { refreshToken: tokens.refreshToken }),
    }
    const channel = await readOwnChannel(ioOf(io, settings, credentials))
    const externalId = idOf(channel.id)
    if (externalId === null) return []
    const account = { externalId, name: nameOf(recordOf(channel.snippet).title) ?? externalId, settings: { ...settings, ...credentials } }
    return [tokens.refreshToken === null ? { ...account, trouble: 'Google gave no lasting permission. Please connect again.' } : account]
  },
}
