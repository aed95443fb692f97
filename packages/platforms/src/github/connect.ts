import { earlyIo } from '../early-io.ts'
import { PlatformError } from '../error.ts'
import { idOf, linkOf, nameOf, recordOf } from '../json.ts'
import type { ConnectIo, Connected, Io, Platform } from '../platform.ts'
import { apiHost, ask, rest } from './api.ts'
import { whoQuery } from './queries.ts'

/** A repository and a token; the webhook is entered on GitHub by hand. */
export const connect: Platform['connect'] = {
  apiUrl: apiHost,
  fields: [
    {
      name: 'repository',
      label: 'Repository',
      secret: false,
      placeholder: 'example/app',
      help: 'Owner and name, or its address. Discussions have to be turned on in its settings. Each repository is a channel.',
    },
    {
      name: 'token',
      label: 'Access token',
      secret: true,
      placeholder: 'github_pat_…',
      help: 'Of the account that answers. A classic token can also tell where else the account is mentioned.',
    },
  ],
  steps: [
    'Signed in as the account that answers, open Settings, Developer settings, Personal access tokens, and make a fine-grained token for the repository with the first two permissions below.',
    'To hear of mentions in issues elsewhere make a classic token instead, with the scopes repo and notifications.',
    'Once connected, add a webhook in the settings of the repository: the address and secret that are shown then, content type JSON, and the events Discussions and Discussion comments. Without it news come a little later.',
    'Owners, members and collaborators of the repository count as your people: what they write there is an answer, and owes none.',
  ],
  permissions: [
    { name: 'Discussions: Read and write', why: 'to read the discussions of the repository, answer, react, hide and remove' },
    { name: 'Metadata: Read-only', why: 'to find the repository' },
    { name: 'notifications', why: 'a scope of classic tokens, and optional: to hear of mentions in issues elsewhere' },
  ],
  open,
}

/** Asks whose token it is, whether the repository has discussions, and whether notifications can be read. */
async function open(io: ConnectIo, given: Record<string, string>): Promise<Connected> {
  const { owner, name } = repositoryOf(given.repository ?? '')
  const token = (given.token ?? '').trim()
  if (token === '') throw new PlatformError('rejected', 'The access token is missing')
  const early = { ...(given.apiUrl && { apiUrl: given.apiUrl }), owner, name }
  const api = earlyIo(io, early, { token })
  const { data } = await ask(api, whoQuery, { owner, name }, 'lookup')
  const viewer = recordOf(data.viewer)
  const repository = recordOf(data.repository)
  const id = nameOf(repository.id)
  const login = nameOf(viewer.login)
  if (id === null) throw new PlatformError('rejected', `This token sees no repository ${owner}/${name}`)
  if (login === null) throw new PlatformError('unavailable', 'GitHub does not say whose token this is')
  if (repository.hasDiscussionsEnabled === false)
    throw new PlatformError('rejected', `Discussions are turned off in ${owner}/${name}: its settings, Features`)
  const viewerId = idOf(viewer.databaseId) ?? login
  const mentions = (await canReadNotifications(api)) ? 'yes' : 'no'
  return {
    account: {
      externalId: id,
      handle: login,
      name: nameOf(repository.nameWithOwner) ?? `${owner}/${name}`,
      avatarUrl: linkOf(viewer.avatarUrl),
      url: linkOf(repository.url),
    },
    settings: { ...early, viewerId, viewerLogin: login, mentions },
    credentials: { token },
  }
}

/** Only classic tokens with the scope may. */
async function canReadNotifications(io: Io): Promise<boolean> {
  try {
    await rest(io, `${apiHost}/notifications?participating=true&per_page=1`)
    return true
  } catch (error) {
    if (error instanceof PlatformError && (error.kind === 'rejected' || error.kind === 'gone')) return false
    throw error
  }
}

/** `owner/name`, alone or out of an address. */
function repositoryOf(typed: string): { owner: string; name: string } {
  const path = typed
    .trim()
    .replace(/^(?:https?:\/\/)?(?:www\.)?github\.com\//i, '')
    .replace(/\.git$|\/+$/g, '')
  const [, owner, name] = /^([\w.-]{1,100})\/([\w.-]{1,100})(?:\/.*)?$/.exec(path) ?? []
  if (owner === undefined || name === undefined)
    throw new PlatformError('rejected', `“${typed.trim().slice(0, 100)}” is not a repository; it looks like example/app`)
  return { owner, name }
}
