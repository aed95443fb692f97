import { baseUrl } from '../base-url.ts'
import { PlatformError } from '../error.ts'
import type { GraphIo } from '../graph/graph.ts'
import { idOf, instantOf, linkOf, listOf, nameOf, recordOf, textOf } from '../json.ts'
import type { ConnectIo, Connected, Io, Platform } from '../platform.ts'
import { callGraph, defaultApiUrl } from './graph.ts'
import { oauth } from './oauth.ts'
import { permissions } from './permissions.ts'

export const connect: Platform['connect'] = {
  apiUrl: defaultApiUrl,
  fields: [
    {
      name: 'pageId',
      label: 'Page id',
      secret: false,
      placeholder: '1100220033',
      help: 'The number under "About" of your Page, or the id from "me/accounts".',
    },
    {
      name: 'pageAccessToken',
      label: 'Page access token',
      secret: true,
      placeholder: 'EAA…',
      help: 'A Page token from your own Meta app, with the permissions to read and answer comments.',
    },
    {
      name: 'appSecret',
      label: 'App secret',
      secret: true,
      placeholder: '',
      help: 'Only when your Meta app requires a proof of the app secret with every call.',
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
    'At developers.facebook.com make an app of the type Business, and add Webhooks and Facebook Login for Business to it.',
    'In the Graph API Explorer choose your app and your Page, tick the permissions below, and generate a User token.',
    'Extend that token in the Access Token Debugger, then ask "me/accounts" with it: the Page token it lists does not expire.',
    'Paste the id and the token of the Page here. The permissions need Advanced Access before comments of people outside your app show their names.',
  ],
  permissions,
  oauth,
  app: {
    idHelp: 'In your app under App settings, Basic.',
    secretHelp: 'On the same page. With it we tell real events from forged ones.',
    webhook: 'In your app, under Webhooks, choose Page and subscribe to feed, mention and ratings, with this address and token:',
  },
  open,
  close,
}

/** Reads the Page with its own token and installs our webhook fields on it; a refused installation is noted, since polling works without. */
async function open(io: ConnectIo, given: Record<string, string>): Promise<Connected> {
  const pageId = (given.pageId ?? '').trim()
  const accessToken = (given.pageAccessToken ?? '').trim()
  const version = (given.version ?? '').trim()
  if (!/^[\w.-]+$/.test(pageId)) throw new PlatformError('rejected', 'The Page id is missing')
  if (accessToken === '') throw new PlatformError('rejected', 'The Page access token is missing')
  if (version !== '' && !/^v\d+\.\d+$/.test(version)) throw new PlatformError('rejected', 'A Graph API version looks like v25.0')
  const settings: Record<string, string> = {
    pageId,
    ...(given.apiUrl && { apiUrl: baseUrl(given.apiUrl, defaultApiUrl) }),
    ...(version !== '' && { version }),
  }
  const credentials = { accessToken, ...(given.appSecret && { appSecret: given.appSecret.trim() }) }
  const graph: GraphIo = { ...io, settings, credentials }
  const page = await readPage(graph, pageId)
  const externalId = idOf(page.id)
  if (externalId === null) throw new PlatformError('rejected', 'Facebook knows no Page by that id')
  const { json: me } = await callGraph(graph, { path: 'me', params: { fields: 'id' } })
  if (idOf(me.id) !== externalId) throw new PlatformError('rejected', 'This token belongs to another Page or to a person, not to this Page')
  const name = nameOf(page.name) ?? externalId
  const picture = recordOf(recordOf(page.picture).data)
  return {
    account: { externalId, handle: nameOf(page.username) ?? name, name, avatarUrl: linkOf(picture.url), url: linkOf(page.link) },
    settings: { ...settings, pageId: externalId, webhook: await install(graph, externalId) },
    credentials,
    ...(await inspect(graph, accessToken)),
  }
}

/**
 * `GET /debug_token`: when the token ends, or the right to read with it (90 days after the person last logged in), and whose app it is. Some tokens may not look at
 * themselves; then nothing is said.
 */
async function inspect(graph: GraphIo, token: string): Promise<Pick<Connected, 'tokenExpiresAt' | 'appId'>> {
  try {
    const data = recordOf((await callGraph(graph, { path: 'debug_token', params: { input_token: token } })).json.data)
    const ends = [data.expires_at, data.data_access_expires_at].flatMap((each) => (Number(each) > 0 ? [instantOf(Number(each))] : []))
    return {
      tokenExpiresAt: ends.filter((each) => each !== null).toSorted()[0] ?? null,
      appId: idOf(data.app_id),
    }
  } catch (error) {
    if (error instanceof PlatformError && error.kind === 'reauthorize') throw error
    return {}
  }
}

/** Takes our app off the Page: no webhook comes any more. */
async function close(io: Io): Promise<void> {
  await callGraph(io, { method: 'DELETE', path: `${io.self.accountId}/subscribed_apps` })
}

async function readPage(graph: GraphIo, pageId: string): Promise<Record<string, unknown>> {
  try {
    return (await callGraph(graph, { path: pageId, params: { fields: 'id,name,username,link,picture{url}' } })).json
  } catch (error) {
    if (!(error instanceof PlatformError) || error.kind !== 'rejected') throw error
    return (await callGraph(graph, { path: pageId, params: { fields: 'id,name' } })).json
  }
}

const wanted = ['feed', 'mention', 'ratings']

/** `subscribed_apps` replaces the list, so what is there stays in it. Gives `on`, or why not. */
async function install(graph: GraphIo, pageId: string): Promise<string> {
  const path = `${pageId}/subscribed_apps`
  try {
    const { json } = await callGraph(graph, { path, params: { fields: 'id,subscribed_fields' } })
    const there = listOf(json.data).flatMap((app) => listOf(recordOf(app).subscribed_fields).map(textOf))
    const fields = [...new Set([...there.filter((field) => field !== ''), ...wanted])]
    await callGraph(graph, { method: 'POST', path, params: { subscribed_fields: fields.join(',') } })
    return 'on'
  } catch (error) {
    if (error instanceof PlatformError && error.kind === 'reauthorize') throw error
    return error instanceof Error ? error.message : 'refused'
  }
}
