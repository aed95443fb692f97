import { baseUrl } from '../base-url.ts'
import { PlatformError } from '../error.ts'
import { idOf, nameOf, recordOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { ConnectIo, Connected, Platform } from '../platform.ts'
import { callApi, defaultApiUrl } from './api.ts'
import type { ApiIo } from './api.ts'
import { replyLimitOf } from './limit.ts'
import { accountIdOf, avatarOf } from './post.ts'

export const connect: Platform['connect'] = {
  apiUrl: defaultApiUrl,
  fields: [
    { name: 'url', label: 'Forum', secret: false, placeholder: 'https://forum.example.org', help: 'The address of the forum.' },
    {
      name: 'username',
      label: 'Username',
      secret: false,
      placeholder: 'fieldnote',
      help: 'The account that answers, as the forum writes it.',
    },
    { name: 'apiKey', label: 'API key', secret: true, placeholder: '', help: 'From Admin, API: a key for this one user.' },
  ],
  steps: [
    'As an admin of the forum open Admin, API, New API Key.',
    'Choose "Single User" and the account that answers. A key for all users would do more than is needed here.',
    'As scope choose "Granular" and tick what is listed below, or "Global". Copy the key: the forum shows it once.',
    'After connecting, the channel’s settings show an address and a secret. In Admin, API, Webhooks add them, with the content type application/json and all post events. Without it new posts are still found, only later.',
  ],
  permissions: [
    { name: 'topics: read', why: 'to read your topics and what is said in them' },
    { name: 'posts: edit, list', why: 'to find new posts, to reply, and to edit or take back a reply' },
    { name: 'notifications: list', why: 'to see mentions and quotes elsewhere' },
    { name: 'likes: create, delete', why: 'to like' },
    { name: 'uploads: create', why: 'to reply with pictures' },
  ],
  open,
}

/** Asks the forum who the key speaks for. */
async function open(io: ConnectIo, given: Record<string, string>): Promise<Connected> {
  const url = baseUrl(given.apiUrl || given.url, defaultApiUrl)
  const username = (given.username ?? '').trim().replace(/^@/, '')
  const apiKey = (given.apiKey ?? '').trim()
  if (apiKey === '') throw new PlatformError('rejected', 'The API key is missing')
  if (username === '') throw new PlatformError('rejected', 'The username is missing')
  const api: ApiIo = { ...io, settings: { url, username }, credentials: { apiKey } }
  // Notifications are only for who they are for: reading them proves the key.
  await callApi(api, { path: '/notifications.json', params: [['limit', '1']] })
  const user = await whoIs(api, username)
  const handle = nameOf(user.username) ?? username
  const { host } = new URL(url)
  // A stand-in for a forum says what its posts are named by; of a forum itself it is always its address.
  const limits = await readLimits(api)
  const settings = {
    url: baseUrl(given.url || given.apiUrl, defaultApiUrl),
    username: handle,
    ...(given.home && { home: given.home }),
    ...limits,
  }
  return {
    account: {
      externalId: accountIdOf({ user_id: user.id, username: handle }, host) ?? `${handle.toLowerCase()}@${host}`,
      handle,
      name: nameOf(user.name) ?? handle,
      avatarUrl: avatarOf(user, settings.url),
      url: `${settings.url}/u/${encodeURIComponent(handle)}`,
    },
    settings,
    credentials: { apiKey },
    tokenExpiresAt: null,
    replyLimit: replyLimitOf(limits),
  }
}

/** What pictures the forum takes, from the settings that it shows to everybody who may read it; one that tells nothing keeps Discourse's own. */
async function readLimits(api: ApiIo): Promise<Record<string, string>> {
  try {
    const { json } = await callApi(api, { path: '/site/settings.json' })
    const [extensions, imageKb] = [nameOf(json.authorized_extensions), idOf(json.max_image_size_kb)]
    return { ...(extensions !== null && extensions.length <= 1_000 && { extensions }), ...(imageKb !== null && { imageKb }) }
  } catch (error) {
    if (!(error instanceof PlatformError) || error.kind === 'rate_limited') throw error
    return {}
  }
}

/** The account's own record; a key with narrow scopes may not read it, and then the name has to do. */
async function whoIs(api: ApiIo, username: string): Promise<JsonRecord> {
  const ways: [string, (json: JsonRecord) => unknown][] = [
    ['/session/current.json', (json) => json.current_user],
    [`/u/${encodeURIComponent(username)}.json`, (json) => json.user],
  ]
  for (const [path, read] of ways) {
    try {
      const user = recordOf(read((await callApi(api, { path })).json))
      if (idOf(user.id) !== null && nameOf(user.username)?.toLowerCase() === username.toLowerCase()) return user
    } catch (error) {
      if (!(error instanceof PlatformError) || (error.kind !== 'gone' && error.kind !== 'rejected')) throw error
    }
  }
  return { username }
}
