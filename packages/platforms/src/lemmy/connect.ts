import { baseUrl } from '../base-url.ts'
import { PlatformError } from '../error.ts'
import { idOf, linkOf, nameOf, recordOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { Connected, ConnectIo, Io, Platform } from '../platform.ts'
import { callApi, defaultApiUrl, versionOf } from './api.ts'
import type { ApiIo } from './api.ts'
import { actorOf, handleOf } from './names.ts'
import { permissions } from './permissions.ts'

export const connect: Platform['connect'] = {
  apiUrl: defaultApiUrl,
  fields: [
    { name: 'url', label: 'Server', secret: false, placeholder: defaultApiUrl, help: 'The address of the server the account lives on.' },
    { name: 'username', label: 'User name or e-mail address', secret: false, placeholder: 'brand', help: 'As you sign in there.' },
    {
      name: 'password',
      label: 'Password',
      secret: true,
      placeholder: '',
      help: 'Used once to sign in, and not kept. Changing it there ends the connection.',
    },
    {
      name: 'totp',
      label: 'Two-factor code',
      secret: true,
      placeholder: '',
      help: 'The six digits of this moment, if the account asks for them.',
      optional: true,
    },
  ],
  steps: [
    'Use the account that your brand posts with, or one made for it. If the server wants automated accounts marked, tick "Bot account" in its settings.',
    'Enter its server, name and password below. You are signed in once; only the token of that sign-in is kept.',
  ],
  permissions,
  open,
  close,
}

/** Finds out which version the server speaks, signs in, and asks who that is. */
async function open(io: ConnectIo, given: Record<string, string>): Promise<Connected> {
  const url = baseUrl(given.apiUrl || given.url, defaultApiUrl)
  const api: ApiIo = { ...io, settings: { url, api: await findVersion(io, url) }, credentials: {} }
  const login = { username_or_email: (given.username ?? '').trim(), password: given.password ?? '' }
  if (login.username_or_email === '' || login.password === '')
    throw new PlatformError('rejected', 'The user name or the password is missing')
  const totp = (given.totp ?? '').replaceAll(/\s/g, '')
  api.credentials = { jwt: await signIn(api, totp === '' ? login : { ...login, totp_2fa_token: totp }) }
  const person = await readPerson(api)
  const personId = idOf(person.id)
  const actor = actorOf(person)
  const handle = handleOf(person)
  if (personId === null || actor === null || handle === null) throw new PlatformError('unavailable', 'The server did not say who signed in')
  return {
    account: {
      externalId: actor,
      handle,
      name: nameOf(person.display_name) ?? nameOf(person.name) ?? handle,
      avatarUrl: linkOf(person.avatar),
      url: actor,
    },
    settings: { url, api: versionOf(api), personId, home: new URL(actor).host },
    credentials: api.credentials,
    tokenExpiresAt: null,
  }
}

/** Version 4 where the server has it. Only a clear "no such call" leads on to 3; a server that is not well is asked again later. */
async function findVersion(io: ConnectIo, url: string): Promise<string> {
  for (const version of ['v4', 'v3']) {
    try {
      const { json } = await callApi({ ...io, settings: { url, api: version }, credentials: {} }, { path: '/site', anonymous: true })
      if (nameOf(recordOf(json).version) !== null) return version
    } catch (error) {
      if (!(error instanceof PlatformError)) throw error
      const { status } = recordOf(error.cause)
      const answered = typeof status === 'number' ? status < 500 && status !== 429 : error.message.includes('not JSON')
      if (version === 'v3' || !answered) throw error
    }
  }
  throw new PlatformError('rejected', 'There is no Lemmy server at this address')
}

async function signIn(api: ApiIo, body: Record<string, string>): Promise<string> {
  const path = versionOf(api) === 'v4' ? '/account/auth/login' : '/user/login'
  const answer = recordOf((await callApi(api, { method: 'POST', path, body, anonymous: true })).json)
  const jwt = nameOf(answer.jwt)
  if (jwt !== null) return jwt
  const waits = answer.verify_email_sent === true ? 'its e-mail address to be confirmed' : 'the approval of its registration'
  throw new PlatformError('rejected', `The account cannot sign in yet: it waits for ${waits}`)
}

/** With the site in version 3, by a call of its own in version 4. */
async function readPerson(api: ApiIo): Promise<JsonRecord> {
  const answer = recordOf((await callApi(api, { path: versionOf(api) === 'v4' ? '/account' : '/site' })).json)
  const user = recordOf(answer.my_user ?? answer)
  return recordOf(recordOf(user.local_user_view).person)
}

/** Signs out: the token was made for us alone. */
async function close(io: Io): Promise<void> {
  await callApi(io, { method: 'POST', path: versionOf(io) === 'v4' ? '/account/auth/logout' : '/user/logout', body: {} })
}
