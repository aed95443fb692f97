import type { Self } from '../platform.ts'

/** The status's id: as given, or from its page on our own server (`/@user/{id}`). Another server calls the same status by another id. */
export function postId({ externalId, url }: { externalId?: string; url?: string }, { host }: Pick<Self, 'host'>): string | null {
  if (externalId !== undefined) return /^[\w-]{1,64}$/.test(externalId) ? externalId : null
  if (url === undefined || !URL.canParse(url)) return null
  const page = new URL(url)
  return page.host === host ? (/^\/(?:web\/)?@[^/]+\/(\w{1,64})\/?$/.exec(page.pathname)?.[1] ?? null) : null
}
