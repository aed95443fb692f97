import { PlatformError } from '../error.ts'
import { listOf, recordOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { Io, PostStats } from '../platform.ts'
import { callApi } from './api.ts'
import { placeOf } from './reply.ts'

/**
 * What a topic counts, without its first post and without the forum's own notices (closed, pinned) as far as they are on its first page. `withheld`: the topic lists
 * fewer posts for us than it counts, such as those of people we ignore there.
 */
export async function postStats(io: Io, { posts }: { posts: { externalId: string; ref: Record<string, string> }[] }): Promise<PostStats[]> {
  const stats: PostStats[] = []
  for (const { externalId, ref } of posts) {
    const topic = await openTopic(io, externalId, ref).catch((error: unknown) => {
      if (error instanceof PlatformError && (error.kind === 'gone' || error.kind === 'rejected')) return null
      throw error
    })
    const count = topic?.posts_count
    if (topic === null || typeof count !== 'number' || !Number.isSafeInteger(count) || count <= 0) continue
    const { posts: shown, stream } = recordOf(topic.post_stream)
    const notices = listOf(shown).filter((post) => ![undefined, 1].includes(recordOf(post).post_type as number | undefined)).length
    const withheld = Array.isArray(stream) ? Math.max(0, count - stream.length) : 0
    stats.push({ externalId, replies: Math.max(0, count - 1 - notices), counts: 'all', ...(withheld > 0 && { withheld }) })
  }
  return stats
}

async function openTopic(io: Io, externalId: string, ref: Record<string, string>): Promise<JsonRecord> {
  const topic = ref.topic ?? (await placeOf(io, externalId)).topic
  return (await callApi(io, { path: `/t/${encodeURIComponent(topic)}.json` })).json
}
