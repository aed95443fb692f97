/** Every scope that an app may ask for (docs.joinmastodon.org, OAuth scopes). */
export const knownScopes = [
  ...['profile', 'read', 'write', 'push', 'follow'],
  ...['accounts', 'blocks', 'bookmarks', 'favourites', 'filters', 'follows', 'lists', 'mutes', 'notifications', 'search', 'statuses'].map(
    (what) => `read:${what}`,
  ),
  ...['accounts', 'blocks', 'bookmarks', 'conversations', 'favourites', 'filters', 'follows', 'lists', 'media', 'mutes'].map(
    (what) => `write:${what}`,
  ),
  ...['notifications', 'reports', 'statuses'].map((what) => `write:${what}`),
]

/** Whether these scopes hold that one: `read` holds `read:statuses`. */
export function covers(scopes: string[], wanted: string): boolean {
  return scopes.includes(wanted) || scopes.includes(wanted.split(':')[0] ?? '')
}

/** The scope that a call of the REST API asks for; `path` stands below `/mastodon/api`. */
export function scopeOf(method: string, path: string): string[] {
  const verb = method === 'GET' ? 'read' : 'write'
  if (path.includes('/accounts/verify_credentials')) return ['read:accounts', 'profile']
  if (/\/accounts\/[^/]+\/statuses/.test(path) || path.includes('/timelines/')) return ['read:statuses']
  if (/\/(un)?favourite$/.test(path)) return ['write:favourites']
  for (const what of ['accounts', 'notifications', 'media', 'statuses'])
    if (path.includes(`/${what}`)) return [what === 'media' ? 'write:media' : `${verb}:${what}`]
  return [verb]
}
