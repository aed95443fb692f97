import { PlatformError } from '../error.ts'
import type { Self } from '../platform.ts'

/**
 * What we call a post: its number with the forum it stands on (`forum.example/post/9001`), because every forum counts from 1 and a workspace may have several. The forum is
 * named by the address that this channel was connected with, never by what it answers.
 */
export function externalIdOf(id: string, self: Pick<Self, 'host' | 'settings'>): string {
  return `${homeOf(self)}/post/${id}`
}

/** The forum's number of a post; null for what is none. */
export function numberIn(externalId: string): string | null {
  const [, number = '', ...more] = externalId.split('/post/')
  return more.length === 0 && /^\d{1,15}$/.test(number) ? number : null
}

/** The same for what is asked of the forum: `rejected` where there is nothing to ask for. */
export function knownNumber(externalId: string): string {
  const number = numberIn(externalId)
  if (number === null) throw new PlatformError('rejected', 'This is no post of a Discourse forum', { notSent: true })
  return number
}

/** What a topic's first post that somebody announces is called here: by the forum's number of the post, or as we call it. Addresses name topics, not posts. */
export function postId({ externalId }: { externalId?: string }, self: Self): string | null {
  if (externalId === undefined) return null
  const number = /^\d{1,15}$/.test(externalId) ? externalId : numberIn(externalId)
  const id = number === null ? null : externalIdOf(number, self)
  return number === externalId || id === externalId ? id : null
}

/** Host and path of the forum, for one may share its host with another. `home` is set only where something else stands in for the forum. */
function homeOf({ host, settings }: Pick<Self, 'host' | 'settings'>): string {
  if (settings?.home) return settings.home
  if (settings?.url === undefined || !URL.canParse(settings.url)) return host
  const url = new URL(settings.url)
  return `${url.host}${url.pathname.replace(/\/+$/, '')}`
}
