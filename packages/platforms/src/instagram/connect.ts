import { baseUrl } from '../base-url.ts'
import { PlatformError } from '../error.ts'
import { nextParams } from '../graph/graph.ts'
import type { GraphIo } from '../graph/graph.ts'
import { renewal } from '../graph/renew.ts'
import { idOf, instantOf, linkOf, listOf, nameOf, recordOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { ConnectIo, Connected, Io, Platform } from '../platform.ts'
import { callGraph, defaultApiUrl } from './graph.ts'
import { oauth } from './oauth.ts'
import { permissions } from './permissions.ts'

export const connect: Platform['connect'] = {
  apiUrl: defaultApiUrl,
  fields: [
    {
      name: 'accessToken',
      label: 'Access token',
      secret: true,
      placeholder: 'IGAA…',
      help: 'A long-lived token of your professional account, from your own Meta app. One that begins with EAA, of a Facebook login, is good too, and shows mentions elsewhere.',
    },
    {
      name: 'accountId',
      label: 'Account id',
      secret: false,
      placeholder: '17841400000000001',
      help: 'Only with a token of a Facebook login that reaches several accounts: the id of the Instagram account.',
      optional: true,
    },
    {
      name: 'version',
      label: 'Graph API version',
      secret: false,
      placeholder: 'v25.0',
      help: 'Leave empty unless Meta retires the version we use.',
      optional: true,
    },
  ],
  steps: [
    'In the Instagram app, make the account a professional one (business or creator) and let it be public.',
    'At developers.facebook.com make an app of the type Business and add the product Instagram, with the API set up for an Instagram login.',
    'Under “Generate access tokens” add the account, agree to the permissions below, and copy the token. It lives for 60 days and is renewed here in time.',
    'Paste the token here. Until the permissions have Advanced Access, comments of people without a role on the app may not be shown.',
  ],
  permissions,
  oauth,
  app: {
    idHelp: 'The Instagram app id, under “Set up Instagram business login”; not that of the Meta app.',
    secretHelp: 'The Instagram app secret, beside it. With it we tell real events from forged ones.',
    webhook:
      'In your app, under Instagram, “Configure webhooks”, subscribe to comments, live_comments and mentions, with this address and token:',
  },
  open,
  close,
}

/** Reads the account with its own token and asks for its webhooks; a refusal of those is noted, since polling works without. */
async function open(io: ConnectIo, given: Record<string, string>): Promise<Connected> {
  const accessToken = (given.accessToken ?? '').trim()
  const accountId = (given.accountId ?? '').trim()
  const version = (given.version ?? '').trim()
  if (accessToken === '') throw new PlatformError('rejected', 'The access token is missing')
  if (accountId !== '' && !/^\d+$/.test(accountId)) throw new PlatformError('rejected', 'An account id is a number')
  if (version !== '' && !/^v\d+\.\d+$/.test(version)) throw new PlatformError('rejected', 'A Graph API version looks like v25.0')
  const settings: Record<string, string> = {
    login: accessToken.startsWith('EAA') ? 'facebook' : 'instagram',
    ...(given.apiUrl && { apiUrl: baseUrl(given.apiUrl, defaultApiUrl) }),
    ...(version !== '' && { version }),
  }
  const graph: GraphIo = { ...io, settings, credentials: { accessToken } }
  const found = settings.login === 'facebook' ? await findLinked(graph, accountId) : await readMe(graph, accountId)
  const externalId = found.id
  const username = nameOf(found.account.username) ?? externalId
  const expiresAt = instantOf(given.expiresAt)
  return {
    account: {
      externalId,
      handle: username,
      name: nameOf(found.account.name) ?? username,
      avatarUrl: linkOf(found.account.profile_picture_url),
      url: /^[\w.]+$/.test(username) ? `https://www.instagram.com/${username}/` : null,
    },
    settings: { ...settings, ...found.settings, accountId: externalId, webhook: await install(found.graph, externalId) },
    // A token of a Facebook login is a Page's and does not end.
    credentials: { ...found.graph.credentials, ...(settings.login === 'instagram' && renewal(expiresAt, io.now())) },
    ...(expiresAt !== null && { tokenExpiresAt: expiresAt }),
  }
}

type Found = { id: string; account: JsonRecord; graph: GraphIo; settings: Record<string, string> }

async function readMe(graph: GraphIo, wanted: string): Promise<Found> {
  const { json } = await callGraph(graph, { path: 'me', params: { fields: 'user_id,username,name,profile_picture_url' } })
  // `user_id` is what webhooks name; `id` is another one, of this app alone.
  const id = idOf(json.user_id) ?? idOf(json.id)
  if (id === null) throw new PlatformError('rejected', 'Instagram does not say whose token this is. Is the account a professional one?')
  if (wanted !== '' && wanted !== id && wanted !== idOf(json.id))
    throw new PlatformError('rejected', 'This token belongs to another account')
  return { id, account: json, graph, settings: {} }
}

const maxRounds = 20

/** The account behind a Page of the person, and that Page's token: it does not end. */
async function findLinked(graph: GraphIo, wanted: string): Promise<Found> {
  const found: Found[] = []
  let params: Record<string, string> | null = { fields: 'id,name,access_token,instagram_business_account{id,username}', limit: '100' }
  for (let round = 0; params !== null && round < maxRounds; round += 1) {
    const { json } = await callGraph(graph, { path: 'me/accounts', params })
    for (const page of listOf(json.data).map(recordOf)) {
      const account = recordOf(page.instagram_business_account)
      const id = idOf(account.id)
      if (id === null || (wanted !== '' && wanted !== id)) continue
      const accessToken = nameOf(page.access_token) ?? graph.credentials.accessToken ?? ''
      found.push({ id, account, graph: { ...graph, credentials: { accessToken } }, settings: { pageId: idOf(page.id) ?? '' } })
    }
    params = nextParams(json)
  }
  const [first, second] = found
  if (!first) throw new PlatformError('rejected', 'Your Pages have no such Instagram account linked to them')
  if (second) throw new PlatformError('rejected', 'Your Pages have several Instagram accounts: say which one by its account id')
  const { json } = await callGraph(first.graph, { path: first.id, params: { fields: 'id,username,name,profile_picture_url' } })
  return { ...first, account: { ...first.account, ...json } }
}

/** `on`, or why not. With a Facebook login Meta takes the fields on the account itself; on the Page it refuses them. */
async function install(graph: GraphIo, accountId: string): Promise<string> {
  const path = graph.settings.login === 'facebook' ? `${accountId}/subscribed_apps` : 'me/subscribed_apps'
  try {
    await callGraph(graph, { method: 'POST', path, params: { subscribed_fields: 'comments,live_comments,mentions' } })
    return 'on'
  } catch (error) {
    if (error instanceof PlatformError && error.kind === 'reauthorize') throw error
    return error instanceof Error ? error.message : 'refused'
  }
}

/** Takes our app off the account: no webhook comes any more. */
async function close(io: Io): Promise<void> {
  const path = io.settings.login === 'facebook' ? `${io.self.accountId}/subscribed_apps` : 'me/subscribed_apps'
  await callGraph(io, { method: 'DELETE', path })
}
