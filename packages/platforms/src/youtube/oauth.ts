import { earlyIo } from '../early-io.ts'
import { authorizeUrlOf, spendCode } from '../google/token.ts'
import { idOf, nameOf, recordOf } from '../json.ts'
import type { OAuth } from '../platform.ts'
import { readOwnChannel } from './channel.ts'
import { permissions } from './permissions.ts'
import { api } from './token.ts'

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
  authorizeUrl(request) {
    return authorizeUrlOf(
      api,
      permissions.map(({ name }) => name),
      request,
    )
  },
  async exchange(io, grant) {
    const { settings } = grant
    const credentials = await spendCode(api, io, grant)
    const channel = await readOwnChannel(earlyIo(io, settings, credentials))
    const externalId = idOf(channel.id)
    if (externalId === null) return []
    const account = { externalId, name: nameOf(recordOf(channel.snippet).title) ?? externalId, settings: { ...settings, ...credentials } }
    return [
      credentials.refreshToken === undefined
        ? { ...account, trouble: 'Google gave no lasting permission. Please connect again.' }
        : account,
    ]
  },
}
