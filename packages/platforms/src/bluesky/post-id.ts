import type { Self } from '../platform.ts'

/** The post's at-uri: as given, or from its page below our own profile, by handle or DID. */
export function postId(
  { externalId, url }: { externalId?: string; url?: string },
  { accountId, handle }: Pick<Self, 'accountId' | 'handle'>,
): string | null {
  if (externalId !== undefined) return /^at:\/\/did:[a-z]+:[^/]+\/app\.bsky\.feed\.post\/[^/]+$/.test(externalId) ? externalId : null
  if (url === undefined || !URL.canParse(url)) return null
  const [, who, rkey] = /^\/profile\/([^/]+)\/post\/([\w-]+)\/?$/.exec(decodeURIComponent(new URL(url).pathname)) ?? []
  return who === accountId || who?.toLowerCase() === handle.toLowerCase() ? `at://${accountId}/app.bsky.feed.post/${rkey}` : null
}
