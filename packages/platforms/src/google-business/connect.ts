import { earlyIo } from '../early-io.ts'
import { PlatformError } from '../error.ts'
import type { Ability, ConnectIo, Connected, Platform } from '../platform.ts'
import { callApi, reviewsHost } from './api.ts'
import { readLocations } from './locations.ts'
import type { Location } from './locations.ts'
import { close } from './notifications.ts'
import { oauth, pushStep } from './oauth.ts'
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
    {
      name: 'topic',
      label: 'Pub/Sub topic',
      secret: false,
      placeholder: 'projects/my-project/topics/reviews',
      help: 'To hear of reviews at once: a topic to which mybusiness-api-pubsub@system.gserviceaccount.com may publish. Empty: they are read every minute. One topic serves all locations of an account.',
      optional: true,
    },
    {
      name: 'pushAccount',
      label: 'Service account of the push',
      secret: false,
      placeholder: 'push@my-project.iam.gserviceaccount.com',
      help: 'The one that the push subscription signs in with. Needed with a topic: only what it signs is believed.',
      optional: true,
    },
  ],
  steps: [
    'In the Google Cloud console make a project, and ask for “Basic API Access” to the Business Profile APIs; Google takes two or three weeks, and until then every call is refused.',
    'Turn on the Google My Business API, the Account Management API and the Business Information API; publish the consent screen (“In production”).',
    'Make an OAuth client of the type “Web application”. For the OAuth Playground add its address as a redirect URI.',
    'In the OAuth Playground, with your own client id and secret in its settings, allow the permission below as a manager of the location, and exchange the code for a refresh token.',
    pushStep,
  ],
  permissions,
  oauth,
  app: {
    idHelp: 'The client id of the OAuth client, in the Google Cloud console under APIs & Services, Credentials.',
    secretHelp: 'Beside the client id.',
  },
  open,
  close,
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
  const push = pushOf(given)
  const location = choose(await readLocations(api), (given.location ?? '').trim())
  await callApi(api, { path: `v4/${location.name}/reviews`, params: { pageSize: '1' } })
  const url = location.mapsUrl
  const { toldTopic } = given
  const cannot: Ability[] = [
    ...(location.verified ? [] : (['reply', 'editReply', 'remove'] as const)),
    ...(push === null ? (['webhook'] as const) : []),
  ]
  return {
    account: { externalId: location.id, handle: location.title, name: location.title, avatarUrl: null, url },
    settings: { ...apiUrl, location: location.name, ...(url !== null && { mapsUrl: url }), ...push, ...(toldTopic && { toldTopic }) },
    credentials: api.credentials,
    ...(cannot.length > 0 && { cannot }),
    // Google does not say when a refresh token ends.
    ...(!api.credentials.refreshToken && { tokenExpiresAt: api.credentials.expiresAt ?? null }),
  }
}

/** Where Google pushes to and who signs it, both or neither; null where reviews are only read. */
function pushOf(given: Record<string, string>): { topic: string; pushAccount: string } | null {
  const [topic, pushAccount] = [(given.topic ?? '').trim(), (given.pushAccount ?? '').trim().toLowerCase()]
  if (topic === '' && pushAccount === '') return null
  if (!/^projects\/[\w.:-]+\/topics\/[\w.~+%-]+$/.test(topic))
    throw new PlatformError('rejected', 'The Pub/Sub topic has to be its whole name, such as projects/my-project/topics/reviews')
  if (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(pushAccount))
    throw new PlatformError(
      'rejected',
      'The service account of the push has to be an address, such as push@my-project.iam.gserviceaccount.com',
    )
  return { topic, pushAccount }
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
