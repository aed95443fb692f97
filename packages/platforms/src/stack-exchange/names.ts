/** Each site counts for itself, posts apart from comments and people; all questions and answers are posts. */
export function postIdOf(site: string, id: string): string {
  return `${site}/posts/${id}`
}

export function commentIdOf(site: string, id: string): string {
  return `${site}/comments/${id}`
}

export function userIdOf(site: string, id: string): string {
  return `${site}/users/${id}`
}

/** What an external id names there; null when it is none of ours. */
export function placeOf(externalId: string): { type: 'posts' | 'comments'; id: string } | null {
  const [, type, id] = /\/(posts|comments)\/(\d+)$/.exec(externalId) ?? []
  return type === undefined || id === undefined ? null : { type: type as 'posts' | 'comments', id }
}
