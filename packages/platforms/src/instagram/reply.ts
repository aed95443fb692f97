import type { MessageFact } from '@answerback/core/facts'
import { PlatformError } from '../error.ts'
import { messageFact } from '../fact.ts'
import { nextParams } from '../graph/graph.ts'
import { hurried } from '../http.ts'
import { idOf, instantOf, linkOf, listOf, nameOf, recordOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { FindInput, FindResult, Io, PostStats, ReplyInput, ReplySent, ReplyTarget } from '../platform.ts'
import { pageGuard } from '../round.ts'
import { sameText } from '../same-text.ts'
import { callGraph } from './graph.ts'
import { versionOf } from './object.ts'

/**
 * A public answer below the comment (or the one above it), where we are mentioned by `POST /{account}/mentions`, in private by a message. Never with `fields`:
 * Instagram then writes it and answers with an error. No idempotency: after doubt, `find`.
 */
export async function reply(io: Io, input: ReplyInput): Promise<ReplySent> {
  const { target, text, privately } = input
  if (privately) return tell(io, input)
  if (target.ref.live)
    throw new PlatformError('rejected', 'Instagram takes no public answer to a comment on a live video. Answer it in private.')
  const { mentionMedia, mentionComment } = target.ref
  const call = mentionMedia
    ? {
        path: `${io.self.accountId}/mentions`,
        params: { media_id: mentionMedia, ...(mentionComment && { comment_id: mentionComment }), message: text },
      }
    : { path: `${replyTo(target)}/replies`, params: { message: text } }
  const { json } = await callGraph(io, { method: 'POST', ...call })
  const externalId = idOf(json.id)
  if (externalId === null) throw new PlatformError('unavailable', 'Instagram took the reply and did not name it')
  return sentReply(io, input, { id: externalId, ...(await lookUp(io, externalId)) })
}

/** Where the answer is posted: one level of replies, so an answer to a reply stands below the comment above it. */
function replyTo({ externalId, parentExternalId, postExternalId, ref }: ReplyTarget): string {
  if (ref.mentionMedia) return externalId
  if (ref.replyTo) return ref.replyTo
  return parentExternalId !== null && postExternalId !== null && parentExternalId !== postExternalId ? parentExternalId : externalId
}

/** `POST /{account}/messages`: one a comment, within seven days of it. */
async function tell(io: Io, { target, text }: ReplyInput): Promise<ReplySent> {
  const sender = io.settings.login === 'facebook' ? io.settings.pageId || 'me' : 'me'
  const json = { recipient: { comment_id: target.externalId }, message: { text } }
  const { json: answer } = await callGraph(io, { method: 'POST', path: `${sender}/messages`, json })
  const externalId = nameOf(answer.message_id)
  if (externalId === null) throw new PlatformError('unavailable', 'Instagram took the message and did not name it')
  const fact = factOf(io, target, { id: externalId, text, above: target.externalId, at: null, url: null })
  return { externalId, url: null, facts: [{ ...fact, kind: 'direct', private: true }] }
}

const lookUpTimeoutMs = 3_000

/** Time and post of what was just written: worth one short question, never worth failing for. */
async function lookUp(io: Io, id: string): Promise<JsonRecord> {
  try {
    return (await callGraph(hurried(io, lookUpTimeoutMs), { path: id, params: { fields: 'id,timestamp,media{id,permalink}' } })).json
  } catch {
    return {}
  }
}

function sentReply(io: Io, { target, text }: ReplyInput, comment: JsonRecord): ReplySent {
  const externalId = idOf(comment.id) ?? ''
  // A comment has no address of its own: its post's is where it can be seen.
  const url = linkOf(recordOf(comment.media).permalink) ?? linkOf(target.ref.permalink)
  const fact = factOf(io, target, { id: externalId, text, above: replyTo(target), at: instantOf(comment.timestamp), url })
  return { externalId, url, facts: [fact] }
}

function factOf(
  io: Io,
  { postExternalId }: ReplyTarget,
  known: { id: string; text: string; above: string; at: string | null; url: string | null },
): MessageFact {
  const { accountId, handle } = io.self
  const { id, text, above, at, url } = known
  return messageFact({
    externalId: id,
    kind: 'reply',
    ours: true,
    author: { externalId: accountId, handle: handle || null, name: null, avatarUrl: null, url: null },
    parentExternalId: above,
    postExternalId,
    text,
    url,
    platformAt: at ?? io.now().toISOString(),
    version: versionOf(text),
    ref: { replyTo: above, ...(postExternalId !== null && { mediaId: postExternalId }), ...(url !== null && { permalink: url }) },
  })
}

const slackMs = 60_000
const maxPages = 10
const findFields = 'id,text,timestamp,username,from{id,username}'

/**
 * Looks below the comment that was answered: ours (or of nobody we may know), same words, not older than a minute before the send. Not seen is `unsure`: Instagram
 * keeps no key of ours, shows nothing of what stands elsewhere, and a private message not at all.
 */
export async function find(io: Io, input: FindInput): Promise<FindResult> {
  if (input.privately || input.target.ref.mentionMedia) return { found: 'unsure' }
  const sinceMs = Date.parse(input.since) - slackMs
  const path = `${replyTo(input.target)}/replies`
  const guard = pageGuard(maxPages)
  let query: Record<string, string> | null = { limit: '50', fields: findFields }
  try {
    while (query !== null) {
      guard(JSON.stringify(query))
      const { json } = await callGraph(io, { path, params: query })
      const ours = listOf(json.data)
        .map(recordOf)
        .find((each) => mayBeOurs(io, each) && isSame(each, input.text, sinceMs) && idOf(each.id) !== null)
      if (ours) return { found: 'landed', sent: sentReply(io, input, { ...ours, ...(await lookUp(io, idOf(ours.id)!)) }) }
      query = nextParams(json)
    }
  } catch (error) {
    if (!(error instanceof PlatformError) || error.kind !== 'gone') throw error
  }
  return { found: 'unsure' }
}

function mayBeOurs({ self }: Io, comment: JsonRecord): boolean {
  const from = recordOf(comment.from)
  const [id, name] = [idOf(from.id), nameOf(from.username) ?? nameOf(comment.username)]
  if (id !== null) return id === self.accountId
  return name === null || name.toLowerCase() === self.handle.toLowerCase()
}

function isSame(comment: JsonRecord, text: string, sinceMs: number): boolean {
  const at = Date.parse(instantOf(comment.timestamp) ?? '')
  return typeof comment.text === 'string' && sameText(comment.text, text) && !(at < sinceMs)
}

type Message = { externalId: string; ref: Record<string, string> }

/** Hides a comment under a post of ours from everybody but its writer, or shows it again. */
export async function hide(io: Io, { externalId, hidden }: Message & { hidden: boolean }): Promise<void> {
  await callGraph(io, { method: 'POST', path: externalId, params: { hide: String(hidden) } })
}

/** Deletes a comment under a post of ours, and what stands below it. */
export async function remove(io: Io, { externalId }: Message): Promise<void> {
  try {
    await callGraph(io, { method: 'DELETE', path: externalId })
  } catch (error) {
    if (!(error instanceof PlatformError) || error.kind !== 'gone') throw error
  }
}

/** `comments_count` of each, replies included. A post that is gone is left out. */
export async function postStats(io: Io, { posts }: { posts: Message[] }): Promise<PostStats[]> {
  const stats: PostStats[] = []
  for (const { externalId } of posts) {
    try {
      const { json } = await callGraph(io, { path: externalId, params: { fields: 'id,comments_count' } })
      if (typeof json.comments_count === 'number') stats.push({ externalId, replies: json.comments_count, counts: 'all' })
    } catch (error) {
      if (!(error instanceof PlatformError) || (error.kind !== 'gone' && error.kind !== 'rejected')) throw error
    }
  }
  return stats
}
