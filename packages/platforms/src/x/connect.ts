import { baseUrl } from '../base-url.ts'
import { earlyIo } from '../early-io.ts'
import { PlatformError } from '../error.ts'
import { idOf, linkOf, nameOf, recordOf } from '../json.ts'
import type { ConnectIo, Connected, Platform } from '../platform.ts'
import { callApi, defaultApiUrl } from './api.ts'
import { oauth } from './oauth.ts'
import { permissions } from './permissions.ts'
import { subscribe, unsubscribe } from './subscriptions.ts'

export const connect: Platform['connect'] = {
  apiUrl: defaultApiUrl,
  fields: [
    {
      name: 'apiKey',
      label: 'API key',
      secret: false,
      placeholder: '',
      help: 'Of your own app, also called consumer key.',
      optional: true,
    },
    { name: 'apiKeySecret', label: 'API key secret', secret: true, placeholder: '', help: 'Beside the API key.', optional: true },
    {
      name: 'accessToken',
      label: 'Access token',
      secret: true,
      placeholder: '111-…',
      help: 'Of the account that answers, made with “Read and write” permission.',
    },
    {
      name: 'accessTokenSecret',
      label: 'Access token secret',
      secret: true,
      placeholder: '',
      help: 'Beside the access token. Leave these secrets empty only when the token is one of OAuth 2.0.',
      optional: true,
    },
    {
      name: 'webhookId',
      label: 'Webhook id',
      secret: false,
      placeholder: '',
      help: 'Only when you registered a webhook with X: events come at once, and each costs five times what asking for it does.',
      optional: true,
    },
    {
      name: 'plan',
      label: 'Plan',
      secret: false,
      placeholder: '',
      help: 'Write “enterprise” if X gave you that plan: only there can apps like posts. Else leave it empty.',
      optional: true,
    },
  ],
  steps: [
    'At console.x.com, signed in as the account that answers, make a project and an app in it. Reading and replying cost money: set a limit there.',
    'In the app’s settings turn on user authentication with “Read and write” permission.',
    'Under “Keys and tokens” copy the API key and its secret, and make an access token and its secret for your own account. They do not end.',
    'X lets apps answer only people who mention or quote the account. What cannot be answered here can be answered on X, and that answer is seen.',
  ],
  permissions,
  oauth,
  app: {
    idHelp: 'To connect accounts the OAuth 2.0 client id; for webhooks the API key. Register both, each with its secret.',
    secretHelp: 'The client secret, or the API key’s secret: that one signs webhooks.',
    webhook:
      'Register a webhook with this address by X’s webhook API, signed in as your app; no token is needed. Then give its id when you connect the account by token.',
  },
  open,
  close: unsubscribe,
}

const secretNames = ['apiKey', 'apiKeySecret', 'accessToken', 'accessTokenSecret', 'clientId', 'clientSecret', 'refreshToken', 'expiresAt']

/** `GET /2/users/me`: whose token it is. The account of a token that its owner made also owns the app, and reads its own posts for less. */
async function open(io: ConnectIo, given: Record<string, string>): Promise<Connected> {
  const credentials = Object.fromEntries(
    secretNames.flatMap((name) => ((given[name] ?? '').trim() === '' ? [] : [[name, (given[name] ?? '').trim()]])),
  )
  const { apiKey, apiKeySecret, accessToken, accessTokenSecret, clientId, refreshToken } = credentials
  const signs = accessTokenSecret !== undefined
  if (accessToken === undefined && (refreshToken === undefined || clientId === undefined))
    throw new PlatformError('rejected', 'The access token is missing')
  if (signs && (apiKey === undefined || apiKeySecret === undefined))
    throw new PlatformError('rejected', 'The API key or its secret is missing')
  const apiUrl = baseUrl(given.apiUrl, defaultApiUrl)
  const standsIn = apiUrl !== defaultApiUrl
  const enterprise = /^enterprise$/i.test((given.plan ?? '').trim())
  const webhookId = (given.webhookId ?? '').trim()
  const settings: Record<string, string> = {
    ...(given.apiUrl && { apiUrl }),
    // Whoever stands in for the API shows the posts as well.
    ...(standsIn && { webUrl: apiUrl }),
    ...(signs && { ownsApp: 'yes' }),
    ...(enterprise && { plan: 'enterprise' }),
    ...(webhookId !== '' && { webhookId }),
  }
  const api = earlyIo(io, settings, credentials)
  const { json } = await callApi(api, { path: '/2/users/me', params: { 'user.fields': 'username,name,profile_image_url' } })
  const user = recordOf(json.data)
  const externalId = idOf(user.id)
  if (externalId === null) throw new PlatformError('unavailable', 'X did not say whose account this is')
  const handle = nameOf(user.username) ?? externalId
  const events: Record<string, string> = webhookId === '' ? {} : { webhook: await subscribe(api, externalId, webhookId) }
  return {
    account: {
      externalId,
      handle,
      name: nameOf(user.name) ?? handle,
      avatarUrl: linkOf(user.profile_image_url)?.replace('_normal.', '_400x400.') ?? null,
      url: `${settings.webUrl ?? 'https://x.com'}/${handle}`,
    },
    settings: { ...settings, ...events },
    credentials: api.credentials,
    ...(enterprise ? {} : { cannot: ['like' as const] }),
    ...(signs && { tokenExpiresAt: null }),
    ...(!signs && !refreshToken && credentials.expiresAt && { tokenExpiresAt: credentials.expiresAt }),
  }
}
