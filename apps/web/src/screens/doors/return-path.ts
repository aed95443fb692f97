/** Where to go after signing in: `to` when it is a place of ours behind the door, else the inbox. Never to another site. */
export function returnPath(to: string | undefined): string {
  if (to === undefined || !/^\/(?![/\\])/.test(to)) return '/inbox'
  const path = new URL(to, 'http://here.invalid')
  if (path.host !== 'here.invalid' || /^\/(sign-in|setup|reset|invitation)?$/.test(path.pathname)) return '/inbox'
  return path.pathname + path.search + path.hash
}

/** What the addresses of the doors may carry. */
export type DoorSearch = { token?: string | undefined; to?: string | undefined }

export function readDoorSearch(search: Record<string, unknown>): DoorSearch {
  return { token: text(search.token), to: text(search.to) }
}

/** A token of digits alone comes parsed as a number. */
function text(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' && value !== '' ? value : undefined
}
