import { baseUrl } from '../base-url.ts'
import { earlyIo } from '../early-io.ts'
import { PlatformError } from '../error.ts'
import { idOf, instantOf, linkOf, listOf, nameOf, recordOf, textOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { Ability, ConnectIo, Connected, Io, Platform } from '../platform.ts'
import { ask, callApi, defaultApiUrl, renew } from './api.ts'
import { lacksPermission } from './failure.ts'
import { oauth } from './oauth.ts'
import { permissions } from './permissions.ts'

export const connect: Platform['connect'] = {
  apiUrl: defaultApiUrl,
  fields: [
    { name: 'clientId', label: 'App id', secret: false, placeholder: '7100000000000000000', help: 'Of your own app, in its details.' },
    { name: 'clientSecret', label: 'App secret', secret: true, placeholder: '', help: 'Beside the app id.' },
    {
      name: 'refreshToken',
      label: 'Refresh token',
      secret: true,
      placeholder: 'rft.…',
      help: 'Of the account that answers. It is good for a year, and is exchanged here for a new one every day.',
    },
    {
      name: 'accessToken',
      label: 'Access token',
      secret: true,
      placeholder: 'act.…',
      help: 'Leave it empty: one is fetched with the refresh token.',
      optional: true,
    },
    {
      name: 'businessId',
      label: 'Business id',
      secret: false,
      placeholder: '',
      help: 'The open_id that came with the tokens. Leave it empty: TikTok says it again.',
      optional: true,
    },
    {
      name: 'webhookUrl',
      label: 'Webhook address',
      secret: false,
      placeholder: 'https://inbox.example.org/webhooks/tiktok',
      help: 'Only for webhooks: the address from the settings here. Your app is then subscribed to comments, for all its accounts.',
      optional: true,
    },
    {
      name: 'authorizationUrl',
      label: 'Authorization URL',
      secret: false,
      placeholder: 'https://www.tiktok.com/v2/auth/authorize?…',
      help: 'The “TikTok account holder authorization URL” of your app, as TikTok’s portal shows it. Not needed with tokens.',
      optional: true,
    },
  ],
  steps: [
    'At business-api.tiktok.com register as a developer of a company (no private persons, no private e-mail address) and make an app.',
    'Choose the scope “TikTok Accounts” with the permissions below, and fill in the “Accounts API Access Application Form”. TikTok looks at it for some days.',
    'Open the “TikTok account holder authorization URL” of your app, signed in as the account that answers, and exchange the code you come back with for tokens.',
    'Copy the app id, the app secret and the refresh token here. From then on only Answerback may use that refresh token: each is good once.',
  ],
  permissions,
  oauth,
  app: {
    idHelp: 'In the app’s details at business-api.tiktok.com, under My Apps.',
    secretHelp: 'Beside it. With it we tell real events from forged ones.',
    webhook:
      'Enter this address when you connect an account by token: the app is then subscribed, once for all its accounts. Or make TikTok’s call /business/webhook/update/ yourself, with app_id, secret, event_type COMMENT and this address as callback_url:',
  },
  open,
  close,
}

const manages: Ability[] = ['reply', 'like', 'hide', 'remove']
const refusals: PlatformError['kind'][] = ['rejected', 'gone']
const troubles: PlatformError['kind'][] = ['unavailable', 'rate_limited']

/** The newest video proves that the account can be read, and its address tells the account's name; what else TikTok says of the account is welcome. */
async function open(io: ConnectIo, given: Record<string, string>): Promise<Connected> {
  const [clientId, clientSecret, refreshToken, accessToken] = ['clientId', 'clientSecret', 'refreshToken', 'accessToken'].map((name) =>
    (given[name] ?? '').trim(),
  )
  if (!accessToken && !refreshToken) throw new PlatformError('rejected', 'The refresh token is missing')
  if (refreshToken && (!clientId || !clientSecret))
    throw new PlatformError('rejected', 'The app id or its secret is missing: without them the token cannot be renewed')
  const settings: Record<string, string> = {
    ...(given.apiUrl && { apiUrl: baseUrl(given.apiUrl, defaultApiUrl) }),
    ...(given.login === 'oauth' && { login: 'oauth' }),
    ...(given.authorizationUrl?.trim() && { authorizationUrl: given.authorizationUrl.trim() }),
  }
  let tokenExpiresAt = instantOf(given.refreshEndsAt)
  const early = earlyIo(io, settings, {
    ...(clientId && { clientId }),
    ...(clientSecret && { clientSecret }),
    ...(refreshToken && { refreshToken }),
    ...(accessToken && { accessToken }),
    ...(given.expiresAt && { expiresAt: given.expiresAt }),
  })
  const { save } = early
  early.save = async (credentials, more) => {
    tokenExpiresAt = more?.tokenExpiresAt ?? tokenExpiresAt
    await save(credentials)
  }
  if (!accessToken) await renew(early, undefined)
  const known = (given.businessId ?? '').trim() || early.credentials.openId
  const token = await orNothing(known ? [...refusals, ...troubles] : refusals, () => readToken(early))
  const businessId = known || idOf(token.open_id) || idOf(token.creator_id)
  if (!businessId)
    throw new PlatformError('rejected', 'TikTok does not say whose token this is: enter the open_id that came with it as the business id')
  early.self = { ...early.self, accountId: businessId }
  const video = await readNewest(early, refreshToken || undefined)
  const profile = await orNothing([...refusals, ...troubles], () => readProfile(early))
  const link = linkOf(video.share_url)
  const handle = nameOf(profile.username) ?? (/@([\w.]+)\/(?:video|photo)\//.exec(link ?? '')?.[1] || businessId)
  const scope = nameOf(token.scope) ?? given.scope ?? ''
  const webhookUrl = (given.webhookUrl ?? '').trim()
  if (webhookUrl !== '') Object.assign(settings, { webhookUrl, webhook: await subscribe(early, webhookUrl) })
  const { openId: _, ...credentials } = early.credentials
  return {
    account: {
      externalId: businessId,
      handle,
      name: nameOf(profile.display_name) ?? handle,
      avatarUrl: null,
      url: link?.includes(`/@${handle}/`) ? link.slice(0, link.indexOf(`/@${handle}/`) + handle.length + 2) : null,
    },
    settings,
    credentials,
    ...(scope !== '' && !scope.split(/[\s,]+/).includes('comment.list.manage') && { cannot: manages }),
    ...(tokenExpiresAt !== null && { tokenExpiresAt }),
  }
}

/** `POST /tt_user/token_info/get/`: whose it is and what it may. Connecting does without. */
async function readToken(io: Io): Promise<JsonRecord> {
  const { clientId = '', accessToken = '' } = io.credentials
  if (clientId === '') return {}
  const json = { app_id: clientId, access_token: accessToken }
  return (await ask(io, io.settings, { method: 'POST', path: '/tt_user/token_info/get/', json })).data
}

async function readNewest(io: Io, pasted: string | undefined): Promise<JsonRecord> {
  const params = { fields: ['item_id', 'create_time', 'share_url'], cursor: '0', max_count: '1' }
  try {
    const { data } = await callApi(io, { path: '/business/video/list/', params })
    return recordOf(listOf(data.videos)[0])
  } catch (error) {
    if (lacksPermission(error))
      throw new PlatformError('rejected', `The account did not permit to read its videos (${textOf((error as Error).message)})`)
    // A refresh token is good once: its exchange proves the account, and a trouble of theirs must not lose the new one.
    const isSpent = io.credentials.refreshToken !== pasted
    if (isSpent && error instanceof PlatformError && troubles.includes(error.kind)) return {}
    throw error
  }
}

/** `GET /business/get/`: name and handle. Not every app may ask. */
async function readProfile(io: Io): Promise<JsonRecord> {
  return (await callApi(io, { path: '/business/get/', params: { fields: ['username', 'display_name'] } })).data
}

/** `POST /business/webhook/update/`: the app's one address for comments, of all its accounts; again is the same. Gives `on`, or why not: reading works without. */
async function subscribe(io: Io, callbackUrl: string): Promise<string> {
  const { clientId = '', clientSecret = '' } = io.credentials
  if (clientId === '' || clientSecret === '') return 'the app id and the app secret are missing'
  const json = { app_id: clientId, secret: clientSecret, event_type: 'COMMENT', callback_url: callbackUrl }
  try {
    await ask(io, io.settings, { method: 'POST', path: '/business/webhook/update/', json })
    return 'on'
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error
    return error.message
  }
}

async function orNothing(kinds: PlatformError['kind'][], ask: () => Promise<JsonRecord>): Promise<JsonRecord> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof PlatformError && kinds.includes(error.kind)) return {}
    throw error
  }
}

/** Tokens that we were given by agreeing are handed back; those that somebody pasted stay theirs. */
async function close(io: Io): Promise<void> {
  const { clientId, clientSecret, accessToken } = io.credentials
  if (io.settings.login !== 'oauth' || !clientId || !clientSecret || !accessToken) return
  const json = { client_id: clientId, client_secret: clientSecret, access_token: accessToken }
  await ask(io, io.settings, { method: 'POST', path: '/tt_user/oauth2/revoke/', json })
}
