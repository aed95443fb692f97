import { earlyIo } from '../early-io.ts'
import { PlatformError } from '../error.ts'
import { idOf, linkOf, nameOf, recordOf } from '../json.ts'
import type { ConnectIo, Connected, Platform } from '../platform.ts'
import { readOwnChannel } from './channel.ts'
import { oauth } from './oauth.ts'
import { permissions } from './permissions.ts'
import { googleApis } from './token.ts'

export const connect: Platform['connect'] = {
  apiUrl: googleApis,
  fields: [
    {
      name: 'clientId',
      label: 'Client id',
      secret: false,
      placeholder: '1234-abc.apps.googleusercontent.com',
      help: 'Of the OAuth client in your Google Cloud project.',
    },
    { name: 'clientSecret', label: 'Client secret', secret: true, placeholder: 'GOCSPX-…', help: 'Beside the client id.' },
    {
      name: 'refreshToken',
      label: 'Refresh token',
      secret: true,
      placeholder: '1//…',
      help: 'Of the channel that answers, with the permission below. It must belong to the same client.',
    },
  ],
  steps: [
    'In the Google Cloud console make a project, turn on the YouTube Data API v3, and fill in the consent screen.',
    'Publish the consent screen (“In production”). While it is in testing, every connection ends after seven days.',
    'Make an OAuth client of the type “Web application”. For the OAuth Playground add its address as a redirect URI.',
    'In the OAuth Playground, with your own client id and secret in its settings, allow the permission below as your channel, and exchange the code for a refresh token.',
  ],
  permissions,
  oauth,
  app: {
    idHelp: 'The client id of the OAuth client, in the Google Cloud console under APIs & Services, Credentials.',
    secretHelp: 'Beside the client id.',
  },
  open,
}

/** Asks who the token is: the one channel that it was allowed for. */
async function open(io: ConnectIo, given: Record<string, string>): Promise<Connected> {
  const credentials: Record<string, string> = {}
  for (const name of ['clientId', 'clientSecret', 'refreshToken', 'accessToken', 'expiresAt']) {
    const value = (given[name] ?? '').trim()
    if (value !== '') credentials[name] = value
  }
  if (!credentials.accessToken) {
    if (!credentials.clientId) throw new PlatformError('rejected', 'The client id is missing')
    if (!credentials.refreshToken) throw new PlatformError('rejected', 'The refresh token is missing')
  }
  const settings: Record<string, string> = given.apiUrl ? { apiUrl: given.apiUrl } : {}
  const api = earlyIo(io, settings, credentials)
  const channel = await readOwnChannel(api)
  const externalId = idOf(channel.id)
  if (externalId === null) throw new PlatformError('rejected', 'This Google account has no YouTube channel')
  const snippet = recordOf(channel.snippet)
  const name = nameOf(snippet.title) ?? externalId
  const handle = nameOf(snippet.customUrl)?.replace(/^@/, '') ?? name
  return {
    account: {
      externalId,
      handle,
      name,
      avatarUrl: linkOf(recordOf(recordOf(snippet.thumbnails).default).url),
      url: `https://www.youtube.com/channel/${externalId}`,
    },
    settings,
    credentials: api.credentials,
    // Google does not say when a refresh token ends.
    ...(!api.credentials.refreshToken && { tokenExpiresAt: api.credentials.expiresAt ?? null }),
  }
}
