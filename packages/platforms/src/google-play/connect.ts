import { earlyIo } from '../early-io.ts'
import { PlatformError } from '../error.ts'
import { readServiceAccount } from '../google/service-account.ts'
import type { ConnectIo, Connected, Platform } from '../platform.ts'
import { callReviews, packageOf, publisherHost, scope } from './api.ts'
import { appUrl } from './review.ts'

/** An app and the key of a service account that was invited for it. */
export const connect: Platform['connect'] = {
  apiUrl: publisherHost,
  fields: [
    {
      name: 'packageName',
      label: 'App id',
      secret: false,
      placeholder: 'com.example.app',
      help: 'The package name of the app: the id in the address of its page in the store.',
    },
    {
      name: 'serviceAccountKey',
      label: 'Key of a service account',
      secret: true,
      placeholder: '{ "type": "service_account", … }',
      help: 'The whole JSON file that Google Cloud gave when the key was made.',
    },
    {
      name: 'appName',
      label: 'Name of the app',
      secret: false,
      placeholder: 'Example',
      help: 'As it is to be called here; the API does not tell it.',
      optional: true,
    },
  ],
  steps: [
    'In the Google Cloud console make a project, and turn on the Google Play Android Developer API.',
    'Make a service account there, and a key for it of the type JSON; its file is saved by your browser.',
    'In the Play Console, under Users and permissions, invite the service account by its e-mail address with the permission below. It may take a day until the invitation counts.',
    'Google shows reviews of the last seven days only, and none without words. What is older stays in the Play Console.',
  ],
  permissions: [
    { name: 'Reply to reviews', why: 'to read the reviews of the app, and to write and change the reply to each' },
    { name: scope, why: 'the scope in which the service account asks for its tokens; nobody has to grant it' },
  ],
  open,
}

/** Reads one review: whether the key is good, and the account invited for this app, shows at once. */
async function open(io: ConnectIo, given: Record<string, string>): Promise<Connected> {
  const packageName = packageOf(given)
  const key = (given.serviceAccountKey ?? '').trim()
  if (key === '') throw new PlatformError('rejected', 'The key of the service account is missing')
  const { email } = readServiceAccount(key)
  const settings = { ...(given.apiUrl && { apiUrl: given.apiUrl }), packageName, serviceAccount: email }
  const api = earlyIo(io, settings, { serviceAccountKey: key })
  await callReviews(api, { path: '', params: { maxResults: '1' } })
  const name = (given.appName ?? '').trim().slice(0, 100) || packageName
  return {
    account: { externalId: packageName, handle: name, name, avatarUrl: null, url: appUrl(packageName, given.apiUrl) },
    settings,
    credentials: api.credentials,
    // A key is good until somebody deletes it.
    tokenExpiresAt: null,
  }
}
