import type { Context } from '../context.ts'
import type { Running } from '../dialect.ts'
import { withPrefix } from '../http/prefix.ts'
import type { Doorkeeper } from '../http/sockets.ts'
import { platformIds } from '../registry.ts'
import type { PlatformId } from '../world/item.ts'
import { faultAnswer } from './answers.ts'

/** Leads a caller who wants a WebSocket to the platform that has one at that path; scripted faults meet them as they meet any call, and the journal notes them. */
export function keepDoor(context: Context, running: Record<PlatformId, Running>): Doorkeeper {
  return ({ url, request }) => {
    const path = withPrefix(url.pathname)
    const platform = platformIds.find((id) => path.startsWith(`/${id}/`))
    const door = platform && running[platform].sockets?.[path.slice(platform.length + 1)]
    if (!platform || !door) return null
    const below = `${path.slice(platform.length + 1)}${url.search}`
    const note = (status: number): void => context.world.journal.called({ platform, method: 'GET', path: below, status })
    const fault = context.faults.take(platform, 'GET', below)
    if (fault?.kind === 'hang' || fault?.kind === 'reset') return fault.kind
    const decided = fault ? { refuse: faultAnswer(context, platform, fault) } : door({ url, request })
    note('refuse' in decided ? decided.refuse.status : 101)
    return decided
  }
}
