import { earlyIo } from '../early-io.ts'
import { PlatformError } from '../error.ts'
import { nameOf, recordOf } from '../json.ts'
import type { ConnectIo, Connected, Io, Platform } from '../platform.ts'
import { apiHost, callApi } from './api.ts'
import { readKey } from './key.ts'
import { permissions } from './permissions.ts'

export const connect: Platform['connect'] = {
  apiUrl: apiHost,
  fields: [
    {
      name: 'appId',
      label: 'App',
      secret: false,
      placeholder: '1234567890',
      help: 'The Apple ID of the app (a number, under App Information), or its address in the App Store. Each app is a channel.',
    },
    { name: 'keyId', label: 'Key id', secret: false, placeholder: '2X9R4HXF34', help: 'Beside the key, under Integrations.' },
    {
      name: 'issuerId',
      label: 'Issuer id',
      secret: false,
      placeholder: '57246542-96fe-1a63-e053-0824d011072a',
      help: 'Above the list of team keys. Leave empty for an individual key.',
      optional: true,
    },
    {
      name: 'privateKey',
      label: 'Private key',
      secret: true,
      placeholder: '-----BEGIN PRIVATE KEY-----…',
      help: 'The content of the .p8 file. Apple lets you download it once.',
    },
  ],
  steps: [
    'In App Store Connect open Users and Access, then Integrations, App Store Connect API.',
    'Make a team key with the role Customer Support, and download its .p8 file.',
    'Copy the issuer id above the list, and the key id beside the new key.',
    'Open your app, General, App Information, and copy its Apple ID.',
  ],
  permissions,
  open,
}

/** Reads one review of the app: a key, role or number that is wrong shows at once. The name is asked for too; a key that may not know it does no harm. */
async function open(io: ConnectIo, given: Record<string, string>): Promise<Connected> {
  const of = (name: string): string => (given[name] ?? '').trim()
  const appId = appIdOf(of('appId'))
  if (of('keyId') === '') throw new PlatformError('rejected', 'The key id is missing')
  const credentials = { keyId: of('keyId'), issuerId: of('issuerId'), privateKey: readKey(of('privateKey')) }
  const apiUrl: Record<string, string> = given.apiUrl ? { apiUrl: given.apiUrl } : {}
  const api = earlyIo(io, apiUrl, credentials)
  try {
    await callApi(api, { path: `v1/apps/${appId}/customerReviews`, params: { limit: '1' } })
  } catch (error) {
    if (!(error instanceof PlatformError) || error.kind !== 'gone') throw error
    throw new PlatformError('rejected', `This key sees no app with the Apple ID ${appId}`)
  }
  const name = (await nameOfApp(api, appId)) ?? `App ${appId}`
  return {
    account: { externalId: appId, handle: name, name, avatarUrl: null, url: `https://apps.apple.com/app/id${appId}` },
    settings: { ...apiUrl, appId },
    credentials,
    // Keys live until somebody revokes them.
    tokenExpiresAt: null,
  }
}

/** The number, alone or out of `https://apps.apple.com/es/app/fieldnote/id1234567890`. */
function appIdOf(typed: string): string {
  const id = /^(?:id)?(\d{1,19})$/.exec(typed)?.[1] ?? /\/id(\d{1,19})(?=$|[/?#])/.exec(typed)?.[1]
  if (id === undefined) throw new PlatformError('rejected', 'The app is missing: its Apple ID is a number, such as 1234567890')
  return id
}

async function nameOfApp(api: Io, appId: string): Promise<string | null> {
  try {
    const { json } = await callApi(api, { path: `v1/apps/${appId}`, params: { 'fields[apps]': 'name' } })
    return nameOf(recordOf(recordOf(json.data).attributes).name)
  } catch (error) {
    if (error instanceof PlatformError && (error.kind === 'gone' || error.kind === 'rejected')) return null
    throw error
  }
}
