import { PlatformError } from '../error.ts'
import { recordOf } from '../json.ts'
import type { Io, PostStats } from '../platform.ts'
import { callApi } from './api.ts'
import { escapeUrn, isPostUrn } from './urn.ts'

/** `GET /rest/socialMetadata/{urn}`: comments and replies together. A post that is gone, or that does not say, is left out. */
export async function postStats(io: Io, { posts }: { posts: { externalId: string }[] }): Promise<PostStats[]> {
  const stats: PostStats[] = []
  for (const { externalId } of posts.filter((post) => isPostUrn(post.externalId))) {
    try {
      const { json } = await callApi(io, { path: `socialMetadata/${escapeUrn(externalId)}` })
      const { count } = recordOf(json.commentSummary)
      if (typeof count === 'number' && Number.isSafeInteger(count) && count >= 0) stats.push({ externalId, replies: count, counts: 'all' })
    } catch (error) {
      if (!(error instanceof PlatformError) || (error.kind !== 'gone' && error.kind !== 'rejected')) throw error
    }
  }
  return stats
}
