import { createHash } from 'node:crypto'
import type { SandboxSecrets } from '../secrets.ts'

/** A Page of the pretend admin: what they may do there, and its token. `handle` names it in links. */
export type FacebookPage = { id: string; name: string; handle: string; token: string; tasks: string[] }

const allTasks = ['ADVERTISE', 'ANALYZE', 'CREATE_CONTENT', 'MESSAGING', 'MODERATE', 'MANAGE']

/** The Pages of the admin: the brand's own, a second one, and one where they only read figures. All but the first are empty. */
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
  return [own, another('Repairs', allTasks), another('Press', ['ANALYZE'])]
}

/** The token of the same bearer that lasts an hour or two: what a login gives first, and the Page tokens that are asked for with it. */
export function shortLived(token: string): string {
  return `EAAS${createHash('sha256').update(`short ${token}`).digest('hex')}`
}
