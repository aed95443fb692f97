import type { Self } from '../platform.ts'

/** The name of the source among its channel's settings: what its ids begin with. */
export function sourceOf(self: Self): string {
  return self.settings?.source ?? self.accountId
}

/** An id of the source made one of the platform. One that has the source's name before it already stays as it is. */
export function wholeId(source: string, id: string): string {
  return id.startsWith(`${source}/`) ? id : `${source}/${id}`
}

/** The source's own id again. */
export function bareId(source: string, externalId: string): string {
  return externalId.startsWith(`${source}/`) ? externalId.slice(source.length + 1) : externalId
}
