import { PlatformError } from '../error.ts'
import type { Io } from '../platform.ts'
import { callApi } from './api.ts'
import { escapeUrn } from './urn.ts'

/** What is told of a page: comments, their edits and deletions, shares that name it. */
export const eventType = 'ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS'

/**
 * Asks LinkedIn to tell this app of the page (`PUT /rest/eventSubscriptions/{key}`); again is the same. Gives `on`, or why not: reading works without. Where the channel does
 * not know the app's number, the person or the address, there is nothing to ask, and '' is given.
 */
export async function subscribe(io: Io, organization: string): Promise<string> {
  const path = keyOf(io, organization)
  if (path === null) return ''
  try {
    await callApi(io, { method: 'PUT', path, body: { webhook: io.settings.webhookUrl } })
    return 'on'
  } catch (error) {
    if (error instanceof PlatformError && error.kind === 'reauthorize') throw error
    return error instanceof Error ? error.message : 'refused'
  }
}

/** Takes the subscription away; one that is gone already is fine. */
export async function unsubscribe(io: Io): Promise<void> {
  const path = keyOf(io, io.self.accountId)
  if (path === null) return
  try {
    await callApi(io, { method: 'DELETE', path })
  } catch (error) {
    if (!(error instanceof PlatformError) || error.kind !== 'gone') throw error
  }
}

/** The key has round brackets of its own; only what stands in it is escaped. */
function keyOf({ settings }: Io, organization: string): string | null {
  const { applicationId, personUrn, webhookUrl } = settings
  if (!applicationId || !personUrn || !webhookUrl) return null
  const parts = [
    `developerApplication:${escapeUrn(`urn:li:developerApplication:${applicationId}`)}`,
    `user:${escapeUrn(personUrn)}`,
    `entity:${escapeUrn(organization)}`,
    `eventType:${eventType}`,
  ]
  return `eventSubscriptions/(${parts.join(',')})`
}
