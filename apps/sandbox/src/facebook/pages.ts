import { createHash } from 'node:crypto'
import type { SandboxSecrets } from '../secrets.ts'

/**
 * A Page of the pretend admin: what they may do there, and its token. `handle` names it in links. `business`: not their own, but reached through the Business, as
 * its own Page or as one of a client, whose token they do not get.
 */
export type FacebookPage = { id: string; name: string; handle: string; token: string; tasks: string[]; business?: 'owned' | 'client' }

const allTasks = ['ADVERTISE', 'ANALYZE', 'CREATE_CONTENT', 'MESSAGING', 'MODERATE', 'MANAGE']

/** The Business in which the pretend admin works. */
export function businessOf({ facebook }: SandboxSecrets): { id: string; name: string } {
  return { id: `7${facebook.pageId.slice(1)}`, name: `${facebook.pageName} Studio` }
}

/** The Pages of the admin: the brand's own, a second one, one where they only read figures, and two of the Business. All but the first are empty. */
export function pagesOf({ facebook }: SandboxSecrets): FacebookPage[] {
  const { pageId, pageName, pageAccessToken } = facebook
  const another = (name: string, tasks: string[]): FacebookPage => {
    const digest = createHash('sha256').update(`${pageAccessToken} ${name}`).digest('hex')
    const id = String(BigInt(`0x${digest.slice(0, 14)}`))
      .padStart(15, '1')
      .slice(0, 15)
    return { id, name: `${pageName} ${name}`, handle: `fieldnote.${name.toLowerCase()}`, token: `EAA${digest}`, tasks }
  }
  const own = { id: pageId, name: pageName, handle: 'fieldnote', token: pageAccessToken, tasks: allTasks }
  return [
    own,
    another('Repairs', allTasks),
    another('Press', ['ANALYZE']),
    { ...another('Outlet', allTasks), business: 'owned' },
    { ...another('Guild', []), business: 'client' },
  ]
}

/** The token of the same bearer that lasts an hour or two: what a login gives first, and the Page tokens that are asked for with it. */
export function shortLived(token: string): string {
  return `EAAS${createHash('sha256').update(`short ${token}`).digest('hex')}`
}
