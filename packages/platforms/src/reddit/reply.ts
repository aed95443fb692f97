import { PlatformError } from '../error.ts'
import { idOf, instantOf, nameOf, recordOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { FindInput, FindResult, Io, PostStats, ReplyInput, ReplySent } from '../platform.ts'
import { inGroups } from '../round.ts'
import { sameText } from '../same-text.ts'
import { callApi, childrenOf, thingsOf } from './api.ts'
import { authorNameOf, fullnameOf, isOwned, ownComment } from './thing.ts'

/** Answers a comment, or a post, by its fullname: `POST /api/comment`. No idempotency: after doubt, `find`. */
export async function reply(io: Io, input: ReplyInput): Promise<ReplySent> {
  const { json } = await callApi(io, { path: '/api/comment', form: { thing_id: input.target.externalId, text: input.text } })
  const [comment] = thingsOf(json)
  if (comment === undefined || fullnameOf(comment, 't1') === null)
    throw new PlatformError('unavailable', 'Reddit took the reply and did not name it')
  return sentReply(io, input, comment)
}

function sentReply(io: Io, { target, text }: ReplyInput, comment: JsonRecord): ReplySent {
  const known = { parentId: target.externalId, linkId: target.postExternalId, text }
  const fact = ownComment(comment, known, { self: io.self, receivedAt: io.now().toISOString(), kind: 'reply' })
  return { externalId: fullnameOf(comment, 't1') ?? '', url: fact?.url ?? null, facts: fact === null ? [] : [fact] }
}

const slackMs = 60_000

/** Looks among our newest comments: same parent, same words, not older than a minute before the send. Reddit's lists lag by seconds, so not seen is `unsure`. */
export async function find(io: Io, input: FindInput): Promise<FindResult> {
  const sinceMs = Date.parse(input.since) - slackMs
  const path = `/user/${encodeURIComponent(io.self.handle)}/comments`
  const { json } = await callApi(io, { path, params: { limit: '100', sort: 'new' } })
  const landed = childrenOf(json)
    .map((child) => recordOf(recordOf(child).data))
    .find((comment) => {
      const early = Date.parse(instantOf(comment.created_utc) ?? '') < sinceMs
      const same = sameText(nameOf(comment.body) ?? '', input.text)
      const ours = isOwned(authorNameOf(comment), io.self)
      return ours && same && !early && idOf(comment.parent_id) === input.target.externalId && fullnameOf(comment, 't1') !== null
    })
  return landed ? { found: 'landed', sent: sentReply(io, input, landed) } : { found: 'unsure' }
}

/** Other words for a comment of ours, `POST /api/editusertext`. */
export async function editReply(
  io: Io,
  { externalId, ref, text }: { externalId: string; ref: Record<string, string>; text: string },
): Promise<ReplySent> {
  const { json } = await callApi(io, { path: '/api/editusertext', form: { thing_id: externalId, text } })
  const [comment = {}] = thingsOf(json)
  const around = {
    self: io.self,
    receivedAt: io.now().toISOString(),
    kind: ref.kind === 'comment' ? ('comment' as const) : ('reply' as const),
  }
  const fact = ownComment({ ...comment, name: externalId }, { parentId: null, linkId: null, text }, around)
  return { externalId, url: fact?.url ?? null, facts: fact === null ? [] : [fact] }
}

/** Deletes a comment of ours; of what is gone Reddit says nothing. */
export async function remove(io: Io, { externalId }: { externalId: string }): Promise<void> {
  try {
    await callApi(io, { path: '/api/del', form: { id: externalId } })
  } catch (error) {
    if (!(error instanceof PlatformError) || error.kind !== 'gone') throw error
  }
}

/** A vote up, or none. Reddit allows it because a person presses for each. */
export async function like(io: Io, { externalId, liked }: { externalId: string; liked: boolean }): Promise<void> {
  await callApi(io, { path: '/api/vote', form: { id: externalId, dir: liked ? '1' : '0' } })
}

/** `num_comments` of each post: everything below it. */
export async function postStats(io: Io, { posts }: { posts: { externalId: string }[] }): Promise<PostStats[]> {
  const stats: PostStats[] = []
  for (const group of inGroups(posts, 100)) {
    const { json } = await callApi(io, { path: '/api/info', params: { id: group.map((post) => post.externalId).join(',') } })
    for (const child of childrenOf(json)) {
      const post = recordOf(recordOf(child).data)
      const externalId = fullnameOf(post, 't3')
      const { num_comments: replies } = post
      if (externalId !== null && typeof replies === 'number' && replies >= 0) stats.push({ externalId, replies, counts: 'all' })
    }
  }
  return stats
}
