import { earlyIo } from '../early-io.ts'
import { PlatformError } from '../error.ts'
import { nameOf, recordOf } from '../json.ts'
import type { ConnectIo, Connected, Io, Platform } from '../platform.ts'
import { callApi, defaultVersion, elementsOf, statusOf } from './api.ts'
import { oauth } from './oauth.ts'
import { readAdministered, readOrganization } from './organization.ts'
import type { Administered } from './organization.ts'
import { mayWrite, permissions } from './permissions.ts'
import { subscribe, unsubscribe } from './subscription.ts'
import { defaultApiUrl, endOfConnection, introspect } from './token.ts'
import { escapeUrn, organizationOf } from './urn.ts'

export const connect: Platform['connect'] = {
  apiUrl: defaultApiUrl,
  fields: [
    {
      name: 'organizationId',
      label: 'Page',
      secret: false,
      placeholder: '2414183',
      help: 'The number in the address of your page when you administer it. Leave empty when you administer one page only.',
      optional: true,
    },
    {
      name: 'accessToken',
      label: 'Access token',
      secret: true,
      placeholder: 'AQV…',
      help: 'Of an administrator of the page, from the token generator of your own app. It lives for 60 days.',
    },
    {
      name: 'refreshToken',
      label: 'Refresh token',
      secret: true,
      placeholder: 'AQX…',
      help: 'Where your app is given one: the connection then lasts a year. Needs the client id and secret.',
      optional: true,
    },
    { name: 'clientId', label: 'Client id', secret: false, placeholder: '86abc…', help: 'Of your app, under Auth.', optional: true },
    { name: 'clientSecret', label: 'Client secret', secret: true, placeholder: '', help: 'Beside the client id.', optional: true },
    {
      name: 'applicationId',
      label: 'Application number',
      secret: false,
      placeholder: '123456789',
      help: 'Only for webhooks: the number in the address of your app’s own page at linkedin.com/developers.',
      optional: true,
    },
    {
      name: 'webhookUrl',
      label: 'Webhook address',
      secret: false,
      placeholder: 'https://inbox.example.org/webhooks/linkedin',
      help: 'Only for webhooks: the address from the settings here, as it is registered with your app.',
      optional: true,
    },
    {
      name: 'version',
      label: 'API version',
      secret: false,
      placeholder: defaultVersion,
      help: 'Leave empty unless LinkedIn retires the version we use.',
      optional: true,
    },
  ],
  steps: [
    'At linkedin.com/developers make an app for your page, and let an administrator of the page verify it.',
    'Ask for the product “Community Management API”. It must be the only product of the app, and LinkedIn looks at the request; until then every call is refused.',
    'Under Docs and tools, OAuth token tools, create a token as an administrator of the page with the permissions below, and paste it here.',
    'If LinkedIn has approved webhooks for the app, enter the address under “Webhooks” there first; without them comments are read every minute.',
  ],
  permissions,
  oauth,
  app: {
    idHelp: 'The client id, under Auth of your app at linkedin.com/developers.',
    secretHelp: 'The primary client secret, beside it. It also signs webhooks, and answers when LinkedIn tries the address.',
    webhook:
      'Only where LinkedIn has approved webhooks for your app: under Webhooks there, register this address. It is tried at once, and every two hours from then on. Then give it with the number of the app when you connect a page by token.',
  },
  open,
  close: unsubscribe,
}

/** Finds the page among those the token administers, asks what it is called, and subscribes to what happens there where that can be done. */
async function open(io: ConnectIo, given: Record<string, string>): Promise<Connected> {
  const typed = (name: string): string => (given[name] ?? '').trim()
  const accessToken = typed('accessToken')
  if (accessToken === '') throw new PlatformError('rejected', 'The access token is missing')
  const version = typed('version')
  if (version !== '' && !/^\d{6}$/.test(version)) throw new PlatformError('rejected', 'A version of LinkedIn’s API looks like 202609')
  const wanted = typed('organizationId')
  const settings = keep({ apiUrl: given.apiUrl ?? '', version })
  const credentials = keep({ accessToken, refreshToken: typed('refreshToken'), expiresAt: typed('expiresAt') })
  Object.assign(credentials, keep({ refreshExpiresAt: typed('refreshExpiresAt') }))
  const [clientId, clientSecret] = [typed('clientId'), typed('clientSecret')]
  if (credentials.refreshToken) Object.assign(credentials, keep({ clientId, clientSecret }))
  let scope = typed('scope')
  if (clientId !== '' && clientSecret !== '' && !credentials.expiresAt) {
    const known = await introspect(io, settings, { client_id: clientId, client_secret: clientSecret, token: accessToken })
    if (known?.active === false && !credentials.refreshToken)
      throw new PlatformError('reauthorize', 'This access token has ended or was revoked')
    if (known?.expiresAt) credentials.expiresAt = known.expiresAt
    scope ||= known?.scope ?? ''
  }
  const api = earlyIo(io, settings, credentials)
  const page = choose(await administered(api, wanted), wanted)
  const { name, handle, url, logoUrl } = await readOrganization(api, page.urn)
  await tryComments(api, page.urn)
  Object.assign(settings, keep({ applicationId: typed('applicationId'), webhookUrl: typed('webhookUrl'), personUrn: page.person ?? '' }))
  const hook = await subscribe(api, page.urn)
  const end = endOfConnection(api.credentials)
  return {
    account: { externalId: page.urn, handle, name, avatarUrl: logoUrl, url },
    settings: { ...settings, organizationId: page.urn, ...keep({ webhook: hook, scope }) },
    credentials: api.credentials,
    ...(end !== null && { tokenExpiresAt: end }),
    ...(clientId !== '' && { appId: clientId }),
    ...(!mayWrite(scope) && { cannot: ['reply', 'like', 'remove', 'editReply'] }),
  }
}

/** An app without the product gets everything but what it is wanted for; better said now than later. */
async function tryComments(api: Io, urn: string): Promise<void> {
  const query = ['q=author', `author=${escapeUrn(urn)}`, 'count=1']
  try {
    const newest = nameOf(recordOf(elementsOf((await callApi(api, { path: 'posts', query })).json)[0]).id)
    if (newest !== null) await callApi(api, { path: `socialActions/${escapeUrn(newest)}/comments`, query: ['count=1'] })
  } catch (error) {
    if (!(error instanceof PlatformError) || statusOf(error) !== 403) throw error
    throw new PlatformError(
      'rejected',
      `LinkedIn lets this app read no comments: it needs the product “Community Management API” (${error.message})`,
    )
  }
}

function keep(values: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ''))
}

/** Who may not list their pages can still name one. */
async function administered(api: Io, wanted: string): Promise<Administered[] | null> {
  try {
    return await readAdministered(api)
  } catch (error) {
    if (!(error instanceof PlatformError) || error.kind !== 'rejected' || wanted === '') throw error
    return null
  }
}

function choose(pages: Administered[] | null, wanted: string): Administered {
  if (wanted === '') {
    const [only, ...others] = pages ?? []
    if (only === undefined) throw new PlatformError('rejected', 'Whoever this token belongs to administers no page')
    if (others.length === 0) return only
    const some = (pages ?? []).slice(0, 10).map(({ urn }) => urn.split(':').at(-1))
    throw new PlatformError('rejected', `Whoever this token belongs to administers several pages. Enter one of: ${some.join(', ')}`)
  }
  const urn = organizationOf(wanted)
  if (urn === null) throw new PlatformError('rejected', `"${wanted.slice(0, 100)}" is no number of a page`)
  const page = pages === null ? { urn, person: null } : pages.find((each) => each.urn === urn)
  if (page === undefined) throw new PlatformError('rejected', `Whoever this token belongs to does not administer the page ${wanted}`)
  return page
}
