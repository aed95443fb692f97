import { earlyIo } from '../early-io.ts'
import { PlatformError } from '../error.ts'
import { idOf, linkOf, nameOf } from '../json.ts'
import type { ConnectIo, Connected, Platform } from '../platform.ts'
import { apiHost, callApi } from './api.ts'
import { userIdOf } from './names.ts'
import { permissions } from './permissions.ts'

export const connect: Platform['connect'] = {
  apiUrl: apiHost,
  fields: [
    {
      name: 'site',
      label: 'Site',
      secret: false,
      placeholder: 'stackoverflow',
      help: 'As the API calls it: the first word of its address, such as stackoverflow or superuser. Each site is a channel.',
    },
    {
      name: 'key',
      label: 'Key',
      secret: false,
      placeholder: 'U4DMV*8nvpm3EOpvf69Rxw((',
      help: 'Of your app on stackapps.com. It is no secret.',
    },
    {
      name: 'accessToken',
      label: 'Access token',
      secret: true,
      placeholder: 'Qk7…',
      help: 'Of the account that answers, for the same app.',
    },
  ],
  steps: [
    'Register an app on stackapps.com, with client-side OAuth on, and copy its key.',
    'Signed in as the account that answers, allow the app the permissions below, and copy the access token from the address that you land on.',
    'Know the culture: answers that sell are voted down. Say who you are, and help.',
  ],
  permissions,
  open,
}

/** Asks whose token it is, on that site. */
async function open(io: ConnectIo, given: Record<string, string>): Promise<Connected> {
  const of = (name: string): string => (given[name] ?? '').trim()
  const site = siteOf(of('site'))
  if (of('key') === '') throw new PlatformError('rejected', 'The key of the app is missing')
  const settings = { ...(given.apiUrl ? { apiUrl: given.apiUrl } : {}), site }
  const api = earlyIo(io, settings, { key: of('key'), accessToken: of('accessToken') })
  const [me] = (await callApi(api, { path: '/me' })).items
  const id = idOf(me?.user_id)
  if (me === undefined || id === null)
    throw new PlatformError('rejected', `This account was never on ${site}: visit the site once, signed in`)
  const name = nameOf(me.display_name) ?? `user${id}`
  const url = linkOf(me.link)
  return {
    account: { externalId: userIdOf(site, id), handle: name, name, avatarUrl: linkOf(me.profile_image), url },
    settings: { ...settings, ...(url !== null && { origin: new URL(url).origin }) },
    credentials: api.credentials,
  }
}

/** The site's name, alone or out of its address. */
function siteOf(typed: string): string {
  const name = typed
    .toLowerCase()
    .replace(/^https?:\/\//, '')
    .replace(/\/.*$/, '')
    .replace(/(\.stackexchange)?\.com$/, '')
  if (!/^[a-z0-9][a-z0-9.-]*$/.test(name)) throw new PlatformError('rejected', 'The site is missing, such as stackoverflow')
  return name
}
