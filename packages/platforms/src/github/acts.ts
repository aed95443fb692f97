import { PlatformError } from '../error.ts'
import { listOf, nameOf, recordOf } from '../json.ts'
import type { Io, PostStats, ReplySent } from '../platform.ts'
import { ask } from './api.ts'
import { countQuery, givesComment, mutation } from './queries.ts'
import { sent } from './reply.ts'

type Message = { externalId: string; ref: Record<string, string> }

/** A thumb up, or its end. */
export async function like(io: Io, { externalId, liked }: Message & { liked: boolean }): Promise<void> {
  const name = liked ? 'addReaction' : 'removeReaction'
  await ask(io, mutation(name, 'subject { id }'), { input: { subjectId: externalId, content: 'THUMBS_UP' } })
}

/** Folds a comment away as off-topic, or shows it again. */
export async function hide(io: Io, { externalId, hidden }: Message & { hidden: boolean }): Promise<void> {
  const gives = hidden ? 'minimizedComment { isMinimized }' : 'unminimizedComment { isMinimized }'
  const input = { subjectId: externalId, ...(hidden && { classifier: 'OFF_TOPIC' }) }
  await ask(io, mutation(hidden ? 'minimizeComment' : 'unminimizeComment', gives), { input })
}

/** Deletes a comment, or a discussion. One that is not there any more is done with. */
export async function remove(io: Io, { externalId, ref }: Message): Promise<void> {
  const name =
    ref.issue !== undefined ? 'deleteIssueComment' : ref.discussion === externalId ? 'deleteDiscussion' : 'deleteDiscussionComment'
  try {
    await ask(io, mutation(name, 'clientMutationId'), { input: { id: externalId } })
  } catch (error) {
    if (!(error instanceof PlatformError) || error.kind !== 'gone') throw error
  }
}

/** Other words for a comment of ours in a discussion. */
export async function editReply(io: Io, { externalId, ref, text }: Message & { text: string }): Promise<ReplySent> {
  if (ref.issue !== undefined)
    throw new PlatformError('rejected', 'Comments in issues elsewhere are changed on GitHub itself', { notSent: true })
  const { data } = await ask(io, mutation('updateDiscussionComment', givesComment), { input: { commentId: externalId, body: text } })
  return sent(io, recordOf(recordOf(data.updateDiscussionComment).comment), ref.top ?? null)
}

/** Comments directly below each discussion. */
export async function postStats(io: Io, { posts }: { posts: Message[] }): Promise<PostStats[]> {
  const { data } = await ask(io, countQuery, { ids: posts.map((post) => post.externalId) }, 'lookup')
  return listOf(data.nodes).flatMap((value): PostStats[] => {
    const node = recordOf(value)
    const id = nameOf(node.id)
    const { totalCount } = recordOf(node.comments)
    return id !== null && typeof totalCount === 'number' && totalCount >= 0 ? [{ externalId: id, replies: totalCount, counts: 'top' }] : []
  })
}
