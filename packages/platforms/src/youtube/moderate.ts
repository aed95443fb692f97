import { PlatformError } from '../error.ts'
import { idOf, recordOf } from '../json.ts'
import type { Io, PostStats } from '../platform.ts'
import { inGroups } from '../round.ts'
import { callApi, itemsOf } from './api.ts'
import { countOf } from './comment.ts'

/** Holds a comment back for review, or lets it be seen: the way back that a rejected comment would not have. */
export async function hide(io: Io, { externalId, hidden }: { externalId: string; hidden: boolean }): Promise<void> {
  await moderate(io, externalId, hidden ? 'heldForReview' : 'published')
}

async function moderate(io: Io, id: string, moderationStatus: string): Promise<void> {
  await callApi(io, { method: 'POST', path: 'comments/setModerationStatus', params: { id, moderationStatus } })
}

/** Deletes a comment. Where YouTube lets us delete none but our own, another's on our video is rejected, which takes it away from everybody. */
export async function remove(io: Io, { externalId }: { externalId: string }): Promise<void> {
  try {
    await callApi(io, { method: 'DELETE', path: 'comments', params: { id: externalId } })
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error
    if (error.kind === 'rejected') await moderate(io, externalId, 'rejected')
    else if (error.kind !== 'gone') throw error
  }
}

/** `GET /videos?part=statistics`: comments and replies together. A video that hides its number is left out. */
export async function postStats(io: Io, { posts }: { posts: { externalId: string }[] }): Promise<PostStats[]> {
  const stats: PostStats[] = []
  for (const group of inGroups(posts, 50)) {
    const params = { part: 'statistics', id: group.map((post) => post.externalId).join(',') }
    const { json } = await callApi(io, { path: 'videos', params })
    for (const video of itemsOf(json)) {
      const externalId = idOf(video.id)
      const replies = countOf(recordOf(video.statistics).commentCount)
      if (externalId !== null && replies !== null) stats.push({ externalId, replies, counts: 'all' })
    }
  }
  return stats
}
