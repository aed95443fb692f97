/** Where the public pages are, unless the channel's own setting says otherwise. */
export const defaultWebUrl = 'https://bsky.app'

/** The DID that owns an `at://did/collection/rkey`; null when it is none. */
export function didOf(uri: string): string | null {
  return /^at:\/\/(did:[a-z]+:[^/]+)\//.exec(uri)?.[1] ?? null
}

/** The record key, the last part of an at-uri. */
export function rkeyOf(uri: string): string {
  return uri.slice(uri.lastIndexOf('/') + 1)
}

/** Public page of a post; by DID, since handles change. */
export function postUrl(uri: string, webUrl = defaultWebUrl): string | null {
  const did = didOf(uri)
  return did === null ? null : `${webUrl}/profile/${did}/post/${rkeyOf(uri)}`
}
