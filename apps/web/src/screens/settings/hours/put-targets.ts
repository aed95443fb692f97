import type { ChannelHours, Hours, Targets, TargetView } from '@answerback/core/settings-api'
import { targetsQuery } from '../../../api/access-queries.ts'
import { change } from '../../../api/call.ts'
import { cache } from '../../../api/queries.ts'

type Body = { target?: TargetView | null; hours?: Hours | ChannelHours | null; revision: string }

/** Stores a target or hours of the workspace (`/targets`) or of a channel. Due times follow by the live channel. Throws ApiProblem. */
export async function putTargets(path: string, body: Body): Promise<void> {
  cache.setQueryData(targetsQuery.queryKey, await change<Targets>({ method: 'PUT', path, body }))
}
