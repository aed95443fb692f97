import { baseUrl } from '../base-url.ts'
import { PlatformError } from '../error.ts'
import { linkOf, nameOf } from '../json.ts'
import type { ConnectIo, Connected, Platform } from '../platform.ts'
import { defaultWebUrl } from './uri.ts'
import { callXrpc, defaultService, login, serverOf } from './xrpc.ts'

export const connect: Platform['connect'] = {
  apiUrl: defaultService,
  fields: [
    {
      name: 'identifier',
      label: 'Handle',
      secret: false,
      placeholder: 'brand.bsky.social',
      help: 'The handle of the account, without the @.',
    },
    {
      name: 'appPassword',
      label: 'App password',
      secret: true,
      placeholder: 'xxxx-xxxx-xxxx-xxxx',
      help: 'Made in Settings, Privacy and security, App passwords. Not the main password.',
    },
    {
      name: 'service',
      label: 'Server',
      secret: false,
      placeholder: defaultService,
      help: 'Leave empty unless the account lives on a server of its own.',
      optional: true,
    },
  ],
  steps: [
    'In Bluesky open Settings, Privacy and security, App passwords, and add one with a name you will know again.',
    'Copy it; it is shown only once. It does not need access to direct messages.',
    'Paste it here with the handle of the account. The main password is never needed, and the app password can be withdrawn there at any time.',
  ],
  permissions: [
    { name: 'App password', why: 'to read notifications and threads, and to reply and like; it cannot change the account or its password' },
  ],
  open,
}

/** Signs in once and keeps the session. A plain http server is a private network with its own public pages; every other account's pages are Bluesky's. */
async function open(io: ConnectIo, given: Record<string, string>): Promise<Connected> {
  const service = baseUrl(given.service, defaultService)
  const signIn = serverOf(given)
  const identifier = (given.identifier ?? '').trim().replace(/^@/, '')
  const appPassword = (given.appPassword ?? '').trim()
  if (identifier === '') throw new PlatformError('rejected', 'The handle is missing')
  if (appPassword === '') throw new PlatformError('rejected', 'The app password is missing')
  const { handle, ...session } = await login(io, signIn, { identifier, appPassword })
  const webUrl = baseUrl(given.webUrl, signIn.startsWith('http://') ? signIn : defaultWebUrl)
  const profile = await readProfile(io, serverOf(given, session.pds), session)
  return {
    account: {
      externalId: session.did,
      handle: handle || identifier,
      name: nameOf(profile.displayName) ?? (handle || identifier),
      avatarUrl: linkOf(profile.avatar),
      url: `${webUrl}/profile/${session.did}`,
    },
    settings: { service, identifier, webUrl, ...(signIn !== service && { apiUrl: signIn }) },
    credentials: { identifier, appPassword, ...session },
  }
}

/** Name and picture are a courtesy: without them the account still works. */
async function readProfile(io: ConnectIo, base: string, session: { did: string; accessJwt: string }): Promise<Record<string, unknown>> {
  try {
    return (await callXrpc(io, base, { nsid: 'app.bsky.actor.getProfile', params: [['actor', session.did]] }, session.accessJwt)).json
  } catch (error) {
    if (error instanceof PlatformError && (error.kind === 'rejected' || error.kind === 'gone' || error.kind === 'unavailable')) return {}
    throw error
  }
}
