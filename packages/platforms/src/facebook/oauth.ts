import { baseUrl } from '../base-url.ts'
import { PlatformError } from '../error.ts'
import { nextParams } from '../graph/graph.ts'
import type { GraphIo } from '../graph/graph.ts'
import { idOf, listOf, nameOf, recordOf, textOf } from '../json.ts'
import type { ConnectIo, OAuth, OAuthAccount } from '../platform.ts'
import { callGraph, defaultApiUrl, defaultVersion } from './graph.ts'
import { permissions } from './permissions.ts'

/** A person with hundreds of Pages is read to the end; one that goes in circles is not. */
const maxRounds = 20
/** An agency may be in more Businesses than anybody would wait for. */
const maxBusinesses = 25

/** Facebook Login by code (Meta, "Manually Build a Login Flow"). It has no PKCE; the app's secret proves who exchanges. */
export const oauth: OAuth = {
  app: 'by_hand',
  asks: [],
  steps: [
    'At developers.facebook.com make an app of the type Business, and add Facebook Login for Business and Webhooks to it.',
    'Under Facebook Login for Business, Settings, enter the redirect URL below as a valid OAuth redirect URI.',
    'Under App settings, Basic, find the app id and the app secret, and register both here under “Webhooks”.',
    'While the app is in development, only people with a role on it can connect, and only they show with their names. For everybody else it needs Advanced Access to the permissions below.',
  ],
  authorizeUrl({ settings, clientId, redirectUrl, state }) {
    const apiUrl = baseUrl(settings.apiUrl, defaultApiUrl)
    // The dialog stands on another host than the API; who stands in for the API stands in for it too.
    const base = apiUrl === defaultApiUrl ? 'https://www.facebook.com' : apiUrl
    const query = new URLSearchParams({
      client_id: clientId,
      redirect_uri: redirectUrl,
      state,
      scope: permissions.map(({ name }) => name).join(','),
      response_type: 'code',
    })
    return `${base}/${settings.version || defaultVersion}/dialog/oauth?${query.toString()}`
  },
  async exchange(io, { settings, client, redirectUrl, code }) {
    const ask = (params: Record<string, string>) =>
      askToken(io, settings, { client_id: client.id, client_secret: client.secret, ...params })
    const brief = await ask({ redirect_uri: redirectUrl, code })
    // Page tokens asked for with what a login gives end with it, within hours.
    const lasting = await ask({ grant_type: 'fb_exchange_token', fb_exchange_token: brief })
    try {
      return await readPages(io, settings, { accessToken: lasting })
    } catch (error) {
      if (!wantsProof(error)) throw error
      // The app requires the proof with every call, so the channel keeps the secret for it.
      return readPages(io, { ...settings, appSecret: client.secret }, { accessToken: lasting, appSecret: client.secret })
    }
  },
}

function wantsProof(error: unknown): boolean {
  return error instanceof PlatformError && error.kind === 'rejected' && error.message.includes('appsecret_proof')
}

/** `POST /oauth/access_token`: secrets in the body, never in an address. A refused code is refused for good; the person starts again. */
async function askToken(io: ConnectIo, settings: Record<string, string>, params: Record<string, string>): Promise<string> {
  const graph: GraphIo = { ...io, settings, credentials: {} }
  const { json } = await callGraph(graph, { method: 'POST', path: 'oauth/access_token', params, anonymous: true })
  const token = nameOf(json.access_token)
  if (token === null) throw new PlatformError('unavailable', 'Facebook gave no token')
  return token
}

/**
 * Every Page that was ticked in the dialog: `GET /me/accounts`, then those reached through a Business alone (`/me/businesses`, their `owned_pages` and `client_pages`),
 * each to the last page. Whoever did not let us see their Businesses has the first ones.
 */
async function readPages(io: ConnectIo, settings: Record<string, string>, credentials: Record<string, string>): Promise<OAuthAccount[]> {
  const graph: GraphIo = { ...io, settings, credentials }
  const pages = await readList(graph, 'me/accounts', 'id,name,access_token,tasks')
  for (const business of await readBusinesses(graph)) {
    // `tasks` is not told here: what somebody may do with such a Page shows when it is connected.
    for (const edge of ['owned_pages', 'client_pages'])
      pages.push(...(await readList(graph, `${business}/${edge}`, 'id,name,access_token').catch(refusedIsNone)))
  }
  const found = new Map<string, OAuthAccount>()
  for (const account of pages.flatMap((each) => accountOf(each, settings))) {
    const known = found.get(account.externalId)
    // The same Page on two lists counts as the one that can be connected.
    if (!known || (known.trouble !== undefined && account.trouble === undefined)) found.set(account.externalId, account)
  }
  return [...found.values()]
}

async function readBusinesses(graph: GraphIo): Promise<string[]> {
  const businesses = await readList(graph, 'me/businesses', 'id,name').catch(refusedIsNone)
  return businesses.flatMap((each) => idOf(each.id) ?? []).slice(0, maxBusinesses)
}

/** Without the permission for it Meta refuses the list, and the Pages of the person themselves stay. */
function refusedIsNone(error: unknown): Record<string, unknown>[] {
  if (error instanceof PlatformError && (error.kind === 'rejected' || error.kind === 'gone')) return []
  throw error
}

async function readList(graph: GraphIo, path: string, fields: string): Promise<Record<string, unknown>[]> {
  const found: Record<string, unknown>[] = []
  let params: Record<string, string> | null = { fields, limit: '100' }
  for (let round = 0; params !== null && round < maxRounds; round += 1) {
    const { json } = await callGraph(graph, { path, params })
    found.push(...listOf(json.data).map(recordOf))
    params = nextParams(json)
  }
  return found
}

function accountOf(page: Record<string, unknown>, settings: Record<string, string>): OAuthAccount[] {
  const externalId = idOf(page.id)
  if (externalId === null) return []
  const tasks = listOf(page.tasks).map(textOf)
  const token = textOf(page.access_token)
  const trouble =
    token === ''
      ? 'Facebook gave no token for this Page.'
      : tasks.length > 0 && !tasks.includes('MODERATE')
        ? 'Your role on this Page does not let you answer comments. Somebody with full access to it can give it to you.'
        : undefined
  return [
    {
      externalId,
      name: nameOf(page.name) ?? externalId,
      settings: { ...settings, pageId: externalId, pageAccessToken: token },
      ...(trouble !== undefined && { trouble }),
    },
  ]
}
