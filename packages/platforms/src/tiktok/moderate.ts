import { PlatformError } from '../error.ts'
import { idOf, listOf, recordOf } from '../json.ts'
import type { Io, PostStats } from '../platform.ts'
import { callApi } from './api.ts'
import { countOf } from './comment.ts'

type Message = { externalId: string; ref: Record<string, string> }

/** The documents leave `video_id` out, and without it TikTok may say that it is missing: it always goes along. */
async function act(io: Io, path: string, { externalId, ref }: Message, more: Record<string, string> = {}): Promise<void> {
  const json = { ...(ref.videoId && { video_id: ref.videoId }), comment_id: externalId, ...more }
  await callApi(io, { method: 'POST', path: `/business/comment/${path}/`, json })
}

/** Likes as the account, or takes it back. */
export async function like(io: Io, input: Message & { liked: boolean }): Promise<void> {
  await act(io, 'like', input, { action: input.liked ? 'LIKE' : 'UNLIKE' })
}

/** Hides a comment under a video of ours, or shows it again. What TikTok itself moderated may stay hidden all the same. */
export async function hide(io: Io, input: Message & { hidden: boolean }): Promise<void> {
  await act(io, 'hide', input, { action: input.hidden ? 'HIDE' : 'UNHIDE' })
}

/** Deletes a comment of our own, for good. Others' can only be hidden. */
export async function remove(io: Io, input: Message): Promise<void> {
  try {
    await act(io, 'delete', input)
  } catch (error) {
    if (!(error instanceof PlatformError) || error.kind !== 'gone') throw error
  }
}

/** A hundred videos: whoever asks, asks for the newest. */
const maxPages = 5

/** `comments` of each video, replies included, from the list of our videos: TikTok documents no way to ask for one. Those that it does not reach are left out. */
export async function postStats(io: Io, { posts }: { posts: Message[] }): Promise<PostStats[]> {
  const wanted = new Set(posts.map((post) => post.externalId))
  const stats: PostStats[] = []
  let cursor: string | null = '0'
  for (let page = 0; cursor !== null && wanted.size > 0 && page < maxPages; page += 1) {
    const params = { fields: ['item_id', 'comments'], cursor, max_count: '20' }
    const { data } = await callApi(io, { path: '/business/video/list/', params })
    for (const item of listOf(data.videos).map(recordOf)) {
      const [externalId, replies] = [idOf(item.item_id), countOf(item.comments)]
      if (externalId !== null && wanted.delete(externalId) && replies !== null) stats.push({ externalId, replies, counts: 'all' })
    }
    const next: string | null = data.has_more === true ? idOf(data.cursor) : null
    cursor = next === cursor ? null : next
  }
  return stats
}
