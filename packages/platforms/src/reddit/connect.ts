import { PlatformError } from '../error.ts'
import { linkOf, nameOf, recordOf } from '../json.ts'
import type { ConnectIo, Connected, Io, Platform } from '../platform.ts'
import { callApi } from './api.ts'
import { oauth } from './oauth.ts'
import { permissions } from './permissions.ts'
import { ioOf } from './session.ts'
import { accountIdOf } from './thing.ts'
import { oauthHost } from './token.ts'

export const connect: Platform['connect'] = {
  apiUrl: oauthHost,
  fields: [
    { name: 'clientId', label: 'Client id', secret: false, placeholder: '', help: 'Below the name of your app at reddit.com/prefs/apps.' },
    { name: 'clientSecret', label: 'Client secret', secret: true, placeholder: '', help: 'Called "secret" there.' },
    { name: 'username', label: 'User name', secret: false, placeholder: '', help: 'The account that answers, without "u/".' },
    {
      name: 'password',
      label: 'Password',
      secret: true,
      placeholder: '',
      help: 'Only for an app of the type "script", whose developer the account is. Accounts with two steps need a refresh token instead.',
      optional: true,
    },
    {
      name: 'refreshToken',
      label: 'Refresh token',
      secret: true,
      placeholder: '',
      help: 'For an app of the type "web app": a permanent one with the permissions below.',
      optional: true,
    },
  ],
  steps: [
    'You need an app that Reddit has approved. Since November 2025 a new one is given only on request, and commercial use needs an agreement with Reddit; an app you already have keeps working.',
    'At reddit.com/prefs/apps find its client id and its secret. Only use an app that is your own.',
    'A “script” app signs in with the user name and password of its developer, a “web app” with a permanent refresh token.',
  ],
  permissions,
  oauth,
  app: {
    idHelp: 'The client id, below the name of the app at reddit.com/prefs/apps.',
    secretHelp: 'Beside “secret”, on the same page.',
  },
  open,
}

/** Signs in and asks whose account it is. */
async function open(io: ConnectIo, given: Record<string, string>): Promise<Connected> {
  const credentials: Record<string, string> = {}
  for (const name of ['clientId', 'clientSecret', 'username', 'password', 'refreshToken', 'accessToken', 'expiresAt']) {
    const value = (given[name] ?? '').trim()
    if (value !== '') credentials[name] = name === 'username' ? value.replace(/^\/?u\//i, '') : value
  }
  if (!credentials.clientId) throw new PlatformError('rejected', 'The client id is missing')
  if (!credentials.refreshToken && !credentials.password && !credentials.accessToken)
    throw new PlatformError('rejected', 'Either the password or the refresh token is needed')
  const settings: Record<string, string> = given.apiUrl ? { apiUrl: given.apiUrl } : {}
  const api = ioOf(io, settings, credentials)
  const account = await readMe(api)
  const wanted = credentials.username
  if (wanted && wanted.toLowerCase() !== account.name.toLowerCase())
    throw new PlatformError('rejected', `This login belongs to u/${account.name}, not to u/${wanted}`)
  return {
    account: {
      externalId: accountIdOf(account.name),
      handle: account.name,
      name: account.name,
      avatarUrl: account.avatarUrl,
      url: `https://www.reddit.com/user/${encodeURIComponent(account.name)}`,
    },
    settings,
    credentials: { ...api.credentials, username: account.name },
    tokenExpiresAt: null,
  }
}

async function readMe(api: Io): Promise<{ name: string; avatarUrl: string | null }> {
  const me = recordOf((await callApi(api, { path: '/api/v1/me' })).json)
  const name = nameOf(me.name)
  if (name === null) throw new PlatformError('unavailable', 'Reddit did not say whose login this is')
  if (me.is_suspended === true) throw new PlatformError('rejected', 'Reddit has suspended this account')
  return { name, avatarUrl: linkOf(me.icon_img) }
}
