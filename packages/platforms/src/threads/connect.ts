import { baseUrl } from '../base-url.ts'
import { PlatformError } from '../error.ts'
import type { GraphIo } from '../graph/graph.ts'
import { renewal } from '../graph/renew.ts'
import { idOf, instantOf, linkOf, nameOf } from '../json.ts'
import type { ConnectIo, Connected, Platform } from '../platform.ts'
import { callGraph, defaultApiUrl } from './graph.ts'
import { oauth } from './oauth.ts'
import { profileOf } from './object.ts'
import { permissions } from './permissions.ts'

export const connect: Platform['connect'] = {
  apiUrl: defaultApiUrl,
  fields: [
    {
      name: 'accessToken',
      label: 'Access token',
      secret: true,
      placeholder: 'THAA…',
      help: 'A long-lived token of the account, from your own Meta app with the Threads use case.',
    },
  ],
  steps: [
    'At developers.facebook.com make an app with the use case “Access the Threads API”, and add the permissions below to it.',
    'Under App roles, Roles, add the account as a Threads tester, and accept that in its settings on Threads (Website permissions).',
    'In the settings of the use case generate an access token for the account. It lives for 60 days and is renewed here in time.',
    'For replies at once, add the webhook topics replies, mentions, publish and delete there, with the address and the verify token that stand under “Webhooks”.',
  ],
  permissions,
  oauth,
  app: {
    idHelp: 'The Threads app id, under App settings, Basic; not that of the Meta app.',
    secretHelp: 'The Threads app secret, beside it. With it we tell real events from forged ones.',
    webhook:
      'In your app, in the settings of the use case, add the webhook topics replies, mentions, publish and delete, with this address and token:',
  },
  open,
}

/** Reads the account with its own token. Webhooks are set up in Meta's dashboard; no call can do it. */
async function open(io: ConnectIo, given: Record<string, string>): Promise<Connected> {
  const accessToken = (given.accessToken ?? '').trim()
  if (accessToken === '') throw new PlatformError('rejected', 'The access token is missing')
  const settings: Record<string, string> = { ...(given.apiUrl && { apiUrl: baseUrl(given.apiUrl, defaultApiUrl) }) }
  const graph: GraphIo = { ...io, settings, credentials: { accessToken } }
  const { json: me } = await callGraph(graph, { path: 'me', params: { fields: 'id,username,name,threads_profile_picture_url' } })
  const [externalId, username] = [idOf(me.id), nameOf(me.username)]
  if (externalId === null || username === null) throw new PlatformError('rejected', 'Threads does not say whose token this is')
  const expiresAt = instantOf(given.expiresAt)
  return {
    account: {
      externalId,
      handle: username,
      name: nameOf(me.name) ?? username,
      avatarUrl: linkOf(me.threads_profile_picture_url),
      url: profileOf(username),
    },
    settings: { ...settings, accountId: externalId },
    credentials: { accessToken, ...renewal(expiresAt, io.now()) },
    ...(expiresAt !== null && { tokenExpiresAt: expiresAt }),
  }
}
