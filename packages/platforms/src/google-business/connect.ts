import { earlyIo } from '../early-io.ts'
import { PlatformError } from '../error.ts'
import type { ConnectIo, Connected, Platform } from '../platform.ts'
import { callApi, reviewsHost } from './api.ts'
import { readLocations } from './locations.ts'
import type { Location } from './locations.ts'
import { oauth } from './oauth.ts'
import { permissions } from './permissions.ts'

export const connect: Platform['connect'] = {
  apiUrl: reviewsHost,
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
      help: 'Of a manager of the location, with the permission below. It must belong to the same client.',
    },
    {
      name: 'location',
      label: 'Location',
      secret: false,
      placeholder: 'accounts/1/locations/2',
      help: 'Leave empty when the account manages one location only. Else its number or whole name; each location is a channel.',
      optional: true,
    },
  ],
  steps: [
    'In the Google Cloud console make a project, and ask for “Basic API Access” to the Business Profile APIs; Google takes two or three weeks, and until then every call is refused.',
    'Turn on the Google My Business API, the Account Management API and the Business Information API; publish the consent screen (“In production”).',
    'Make an OAuth client of the type “Web application”. For the OAuth Playground add its address as a redirect URI.',
    'In the OAuth Playground, with your own client id and secret in its settings, allow the permission below as a manager of the location, and exchange the code for a refresh token.',
  ],
  permissions,
  oauth,
  app: {
    idHelp: 'The client id of the OAuth client, in the Google Cloud console under APIs & Services, Credentials.',
    secretHelp: 'Beside the client id.',
  },
  open,
}

/** Finds the location among those the token manages, and reads one review of it: what is not approved or not allowed shows at once. */
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
  const apiUrl: Record<string, string> = given.apiUrl ? { apiUrl: given.apiUrl } : {}
  const api = earlyIo(io, apiUrl, credentials)
  const location = choose(await readLocations(api), (given.location ?? '').trim())
  await callApi(api, { path: `v4/${location.name}/reviews`, params: { pageSize: '1' } })
  const url = location.mapsUrl
  return {
    account: { externalId: location.id, handle: location.title, name: location.title, avatarUrl: null, url },
    settings: { ...apiUrl, location: location.name, ...(url !== null && { mapsUrl: url }) },
    credentials: api.credentials,
    ...(!location.verified && { cannot: ['reply', 'editReply', 'remove'] }),
    // Google does not say when a refresh token ends.
    ...(!api.credentials.refreshToken && { tokenExpiresAt: api.credentials.expiresAt ?? null }),
  }
}

function choose(locations: Location[], wanted: string): Location {
  const id = wanted.split('/').at(-1) ?? ''
  const [only] = wanted === '' ? locations : locations.filter((each) => each.id === id)
  if (only === undefined)
    throw new PlatformError(
      'rejected',
      wanted === '' ? 'This Google account manages no location' : `This Google account does not manage ${wanted}`,
    )
  if (wanted !== '' || locations.length === 1) return only
  const some = locations.slice(0, 10).map((each) => `${each.name} (${each.title})`)
  throw new PlatformError('rejected', `This Google account manages several locations. Enter one of: ${some.join(', ')}`)
}
