import { baseUrl } from '../base-url.ts'
import { PlatformError } from '../error.ts'
import { idOf, linkOf, listOf, nameOf, recordOf, textOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { ConnectIo, Connected, Io, Platform } from '../platform.ts'
import { callApi, defaultApiUrl } from './api.ts'
import type { ApiIo } from './api.ts'
import { replyLimitOf } from './limit.ts'
import { oauth } from './oauth.ts'
import { permissions } from './permissions.ts'
import { accountIdOf } from './status.ts'

export const connect: Platform['connect'] = {
  apiUrl: defaultApiUrl,
  fields: [
    { name: 'url', label: 'Server', secret: false, placeholder: defaultApiUrl, help: 'The address of the server the account lives on.' },
    {
      name: 'accessToken',
      label: 'Access token',
      secret: true,
      placeholder: '',
      help: 'From Preferences, Development, your application: "Your access token".',
    },
  ],
  steps: [
    'On your server open Preferences, Development, New application, and give it a name you will know again.',
    'Tick the scopes below and no others, then submit. The redirect address can stay as it is.',
    'Open the application and copy "Your access token". It stays good until you delete the application.',
  ],
  permissions,
  oauth,
  open,
  close,
}

/** Asks the server who the token is and how long a status may be. */
async function open(io: ConnectIo, given: Record<string, string>): Promise<Connected> {
  const url = baseUrl(given.apiUrl || given.url, defaultApiUrl)
  const accessToken = (given.accessToken ?? '').trim()
  if (accessToken === '') throw new PlatformError('rejected', 'The access token is missing')
  const api: ApiIo = { ...io, settings: { url }, credentials: { accessToken } }
  const account = recordOf((await callApi(api, { path: '/api/v1/accounts/verify_credentials' })).json)
  const localId = idOf(account.id)
  if (localId === null) throw new PlatformError('unavailable', 'The server did not say who the token belongs to')
  const limits = await readLimits(api)
  const settings: Record<string, string> = {
    url,
    accountId: localId,
    ...limits,
    ...(given.replyVisibility && { replyVisibility: given.replyVisibility }),
  }
  const handle = nameOf(account.acct) ?? nameOf(account.username) ?? localId
  const whole = handle.includes('@') ? handle : `${handle}@${settings.domain ?? new URL(url).host}`
  return {
    account: {
      externalId: accountIdOf(account, { handle: whole, host: '' }) ?? localId,
      handle: whole,
      name: nameOf(account.display_name) ?? handle,
      avatarUrl: linkOf(account.avatar),
      url: linkOf(account.url),
    },
    settings,
    // The client's own names are there only when it made the token, and are what takes it back.
    credentials: {
      accessToken,
      ...(given.clientId && given.clientSecret && { clientId: given.clientId, clientSecret: given.clientSecret }),
    },
    tokenExpiresAt: null,
    replyLimit: replyLimitOf(settings),
  }
}

/** Takes back a token that we asked for (`POST /oauth/revoke`); one that was pasted belongs to the person who made it, and stays. */
async function close(io: Io): Promise<void> {
  const { accessToken, clientId, clientSecret } = io.credentials
  if (!clientId || !clientSecret) return
  const body = { client_id: clientId, client_secret: clientSecret, token: accessToken }
  await callApi(io, { method: 'POST', path: '/oauth/revoke', body, anonymous: true })
}

/** `configuration.statuses` of the instance; version 2 of the call, else 1. A server that tells neither keeps Mastodon's own numbers. */
async function readLimits(api: ApiIo): Promise<Record<string, string>> {
  for (const path of ['/api/v2/instance', '/api/v1/instance']) {
    try {
      const instance = recordOf((await callApi(api, { path })).json)
      const { statuses, media } = partsOf(instance.configuration)
      const found: JsonRecord = {
        domain: instance.domain ?? instance.uri,
        maxCharacters: statuses.max_characters ?? instance.max_toot_chars,
        urlLength: statuses.characters_reserved_per_url,
        mediaMax: statuses.max_media_attachments,
        mediaTypes: listOf(media.supported_mime_types)
          .filter((type) => /^(image|video)\//.test(textOf(type)))
          .join(' '),
        imageBytes: media.image_size_limit,
        videoBytes: media.video_size_limit,
        altMax: media.description_limit,
      }
      return Object.fromEntries(Object.entries(found).flatMap(([name, value]) => (idOf(value) === null ? [] : [[name, String(value)]])))
    } catch (error) {
      if (!(error instanceof PlatformError) || error.kind === 'rate_limited') throw error
    }
  }
  return {}
}

function partsOf(configuration: unknown): { statuses: JsonRecord; media: JsonRecord } {
  const { statuses, media_attachments: media } = recordOf(configuration)
  return { statuses: recordOf(statuses), media: recordOf(media) }
}
