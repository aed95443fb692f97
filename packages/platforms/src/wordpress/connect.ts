import { baseUrl } from '../base-url.ts'
import { PlatformError } from '../error.ts'
import { idOf, linkOf, nameOf, recordOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { Ability, Connected, ConnectIo, Platform } from '../platform.ts'
import { callApi, defaultApiUrl } from './api.ts'
import type { ApiIo } from './api.ts'
import { externalIdOf, homeOf } from './names.ts'
import { permissions } from './permissions.ts'

export const connect: Platform['connect'] = {
  apiUrl: defaultApiUrl,
  fields: [
    {
      name: 'url',
      label: 'Site',
      secret: false,
      placeholder: 'https://blog.example',
      help: 'The address of the site, with its folder if it has one.',
    },
    { name: 'username', label: 'User name', secret: false, placeholder: 'brand', help: 'The account whose name stands on your replies.' },
    {
      name: 'applicationPassword',
      label: 'Application password',
      secret: true,
      placeholder: 'abcd EFGH 1234 ijkl MNOP 6789',
      help: 'From the profile of that user. It is shown once, and can be revoked there at any time.',
    },
  ],
  steps: [
    'Sign in to the site as the user whose name should stand on your replies: an Editor, or an Administrator. Others can read and reply, but not approve, hide or delete.',
    'Open Users, Profile, Application Passwords, give the new one a name you will know again, and add it.',
    'Copy the password. If that part of the page is missing, the site has no https, or a security plugin has switched it off.',
  ],
  permissions,
  open,
}

/** Finds the REST API, asks who the password belongs to and whether they may moderate. */
async function open(io: ConnectIo, given: Record<string, string>): Promise<Connected> {
  const url = baseUrl(given.apiUrl || given.url, defaultApiUrl)
  const credentials = {
    username: (given.username ?? '').trim(),
    applicationPassword: (given.applicationPassword ?? '').replaceAll(/\s/g, ''),
  }
  if (credentials.username === '' || credentials.applicationPassword === '')
    throw new PlatformError('rejected', 'The user name or the application password is missing')
  const { route, index } = await findRoute(io, url)
  const api: ApiIo = { ...io, settings: { url, route }, credentials }
  const user = recordOf((await callApi(api, { path: '/wp/v2/users/me', params: { context: 'edit' } })).json)
  const userId = idOf(user.id)
  if (userId === null) throw new PlatformError('unavailable', 'The site did not say who the password belongs to')
  const moderates = recordOf(user.capabilities).moderate_comments === true
  const home = homeOf(linkOf(index.home) ?? linkOf(index.url) ?? url)
  const settings = { url, route, home, userId, moderates: moderates ? 'yes' : 'no' }
  const lacks: Ability[] = ['hide', 'remove', 'editReply']
  return {
    account: {
      externalId: externalIdOf('user', userId, { settings, host: '' }),
      handle: nameOf(user.slug) ?? nameOf(user.username) ?? credentials.username,
      name: nameOf(user.name) ?? nameOf(index.name) ?? home,
      avatarUrl: linkOf(recordOf(user.avatar_urls)['96']),
      url: linkOf(index.home) ?? url,
    },
    settings,
    credentials,
    tokenExpiresAt: null,
    ...(!moderates && { cannot: lacks }),
  }
}

/** `/wp-json/` where permalinks are pretty, `?rest_route=/` where they are not. A site that is not well is asked again later. */
async function findRoute(io: ConnectIo, url: string): Promise<{ route: string; index: JsonRecord }> {
  let failure: unknown = null
  for (const route of ['pretty', 'query']) {
    try {
      const { json } = await callApi({ ...io, settings: { url, route }, credentials: {} }, { path: '/', anonymous: true })
      const index = recordOf(json)
      if (index.namespaces !== undefined || index.routes !== undefined || nameOf(index.name) !== null) return { route, index }
    } catch (error) {
      failure ??= error
      if (!(error instanceof PlatformError)) throw error
      const { status } = recordOf(error.cause)
      const isOther = typeof status === 'number' ? status === 404 : error.message.includes('not JSON')
      if (!isOther) throw error
    }
  }
  throw failure instanceof PlatformError && failure.kind === 'unavailable' && recordOf(failure.cause).status === undefined
    ? failure
    : new PlatformError('rejected', 'There is no WordPress with its REST API at this address')
}
