import { PlatformError } from '../error.ts'
import { hostOf } from '../http.ts'
import type { ConnectIo, Connected, Platform } from '../platform.ts'
import { baseUrl } from '../base-url.ts'
import { deliver, reasonOf, usualApiUrl } from './outgoing.ts'
import { lacking, limitOf, schemeOf, schemes } from './settings.ts'
import { keyOf } from './sign.ts'

export const connect: Platform['connect'] = {
  apiUrl: usualApiUrl,
  fields: [
    {
      name: 'name',
      label: 'Name of the source',
      secret: false,
      placeholder: 'Shop questions',
      help: 'As your staff will see it. It cannot be changed later.',
    },
    {
      name: 'url',
      label: 'Where replies go',
      secret: false,
      placeholder: 'https://shop.example/answerback/replies',
      help: 'We send each reply there as a signed POST. Leave it empty for a source that is only read.',
      optional: true,
    },
    {
      name: 'outboundSecret',
      label: 'Secret for what we send',
      secret: true,
      placeholder: 'whsec_',
      help: 'We sign replies with it. Make one with: echo "whsec_$(openssl rand -base64 32)"',
      optional: true,
    },
    {
      name: 'actionUrl',
      label: 'Where actions go',
      secret: false,
      placeholder: 'https://shop.example/answerback/actions',
      help: 'Likes, hiding and deleting, signed like replies. Empty: to the same address as replies.',
      optional: true,
    },
    {
      name: 'actions',
      label: 'What it can do',
      secret: false,
      placeholder: 'like hide delete files',
      help: 'Any of like, hide and delete, and files where it takes pictures and other files with a reply. Empty: none.',
      optional: true,
    },
    {
      name: 'maxLength',
      label: 'Longest reply',
      secret: false,
      placeholder: '10000',
      help: 'In characters. Empty: 10,000.',
      optional: true,
    },
    {
      name: 'scheme',
      label: 'How it signs',
      secret: false,
      placeholder: 'standard',
      help: `Standard Webhooks always counts. For a sender that cannot: ${schemes.slice(1).join(', ')}. The last proves nothing about the content.`,
      optional: true,
    },
  ],
  steps: [
    'Give the source a name. If replies should reach it, give the address they go to and a secret to sign them with.',
    'Once it is connected, its page here shows an address and a secret. Let your system send its events there, signed with that secret.',
    'What the events look like, with an example to run by hand, is in docs/webhook.md.',
  ],
  permissions: [],
  open,
}

/** Where there is an address for replies it is tried with a signed `source.ping`; a source that is only read has nothing to try. */
async function open(io: ConnectIo, given: Record<string, string>): Promise<Connected> {
  const name = (given.name ?? '').trim().slice(0, 100)
  const source = given.source || slugOf(name)
  if (source === '') throw new PlatformError('rejected', 'Give the source a name with letters or digits in it')
  const url = baseUrl(given.url, '')
  const actionUrl = baseUrl(given.actionUrl, url)
  const outboundSecret = (given.outboundSecret ?? '').trim()
  const scheme = schemeOf(given.scheme)
  const cannot = lacking(given.actions, { replies: url !== '', actions: actionUrl !== '' })
  const replyLimit = limitOf(given.maxLength, given.actions)
  if (actionUrl !== '' && keyOf(outboundSecret) === null)
    throw new PlatformError('rejected', 'Give the secret for what we send: whsec_ and 24 to 64 random bytes in base64')
  const settings = {
    source,
    name: name || source,
    scheme,
    ...(url !== '' && { url }),
    ...(actionUrl !== '' && { actionUrl }),
    ...(given.actions?.trim() && { actions: given.actions.trim() }),
    ...(given.maxLength?.trim() && { maxLength: given.maxLength.trim() }),
    ...(given.apiUrl && { apiUrl: given.apiUrl }),
  }
  if (url !== '') await knock(io, url, { settings, credentials: { outboundSecret } })
  return {
    account: { externalId: source, handle: source, name: settings.name, avatarUrl: null, url: null },
    settings,
    credentials: outboundSecret === '' ? {} : { outboundSecret },
    tokenExpiresAt: null,
    replyLimit,
    ...(cannot.length > 0 && { cannot }),
  }
}

/** Letters and digits of any script, joined by single dashes. */
function slugOf(name: string): string {
  return name
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60)
}

/** A source that knows no pings refuses one as it likes; only what says that replies will fail as well counts. */
async function knock(
  io: ConnectIo,
  url: string,
  channel: { settings: Record<string, string>; credentials: Record<string, string> },
): Promise<void> {
  const id = `ping_${io.now().getTime().toString(36)}`
  const answer = await deliver({ ...io, ...channel }, url, { id, type: 'source.ping', data: { id } })
  const { status } = answer
  if (status === 401 || status === 403)
    throw new PlatformError('reauthorize', reasonOf(answer, `${hostOf(url)} did not accept our signature`))
  if (status === 404 || status === 405 || status === 410)
    throw new PlatformError('rejected', `${hostOf(url)} has nothing at this address (${status})`)
  if (status >= 500 || status === 408 || status === 429) throw new PlatformError('unavailable', `${hostOf(url)} answered ${status}`)
}
