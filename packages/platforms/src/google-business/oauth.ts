import { earlyIo } from '../early-io.ts'
import { authorizeUrlOf, spendCode } from '../google/token.ts'
import type { OAuth } from '../platform.ts'
import { google } from './api.ts'
import { readLocations } from './locations.ts'
import { permissions } from './permissions.ts'

/** How to hear of reviews at once. */
export const pushStep =
  'If you want to hear of reviews at once: in the same project turn on the My Business Notifications API and the Cloud Pub/Sub API, make a topic, give mybusiness-api-pubsub@system.gserviceaccount.com the role “Pub/Sub Publisher” on it, and make a service account for the push. Enter the topic and the service account; the address for the subscription is shown with the channel afterwards.'

/** Google's authorization code flow with PKCE; afterwards every location of the person is one to choose. */
export const oauth: OAuth = {
  app: 'by_hand',
  asks: ['topic', 'pushAccount'],
  steps: [
    'In the Google Cloud console make a project, and ask for “Basic API Access” to the Business Profile APIs; Google takes two or three weeks.',
    'Turn on the Google My Business API, the Account Management API and the Business Information API, and fill in the consent screen.',
    'Publish the consent screen (“In production”). While it is in testing, every connection ends after seven days.',
    'Make an OAuth client of the type “Web application”, with the redirect URL below as its authorised redirect URI, and copy its client id and secret here.',
    pushStep,
  ],
  authorizeUrl(request) {
    return authorizeUrlOf(
      google,
      permissions.map(({ name }) => name),
      request,
    )
  },
  async exchange(io, grant) {
    const { settings } = grant
    const credentials = await spendCode(google, io, grant)
    const locations = await readLocations(earlyIo(io, settings, credentials))
    const trouble = credentials.refreshToken === undefined ? { trouble: 'Google gave no lasting permission. Please connect again.' } : {}
    return locations.map(({ id, title, name }) => ({
      externalId: id,
      name: title,
      settings: { ...settings, ...credentials, location: name },
      ...trouble,
    }))
  },
}
