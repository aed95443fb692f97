import type { ReplyLimit } from '@answerback/core/reply-limit'
import { PlatformError } from '../error.ts'
import { instantOf, linkOf, listOf, nameOf, recordOf, textOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { FindInput, FindResult, Io, ReplyInput, ReplySent, ReplyTarget } from '../platform.ts'
import { sameText } from '../same-text.ts'
import { ask, rest } from './api.ts'
import { fromRest, isViewer, placeOf, readComment } from './item.ts'
import { givesComment, mutation, newestQuery, targetQuery } from './queries.ts'

/** The longest comment, in characters. */
export const replyLimit: ReplyLimit = { max: 65_536, unit: 'codepoints' }

const slackMs = 60_000

/** Below a discussion or a comment in it; an answer to an answer stands beside it, because there is one level. In an issue elsewhere at its end. */
export async function reply(io: Io, input: ReplyInput): Promise<ReplySent> {
  const { issue } = input.target.ref
  if (issue !== undefined) return replyInIssue(io, issue, input)
  const { discussion, top } = await lookAt(io, input.target)
  try {
    const { data } = await ask(io, mutation('addDiscussionComment', givesComment), {
      input: { discussionId: discussion, body: input.text, ...(top !== null && { replyToId: top }), clientMutationId: input.key },
    })
    return sent(io, recordOf(recordOf(data.addDiscussionComment).comment), top)
  } catch (error) {
    // A refusal is believed only after a look: what was carried out shows. Except a plain one, when the same words to somebody else would be taken for it.
    if (!(error instanceof PlatformError) || error.kind !== 'rejected' || isForbidden(error)) throw error
    const there = await find(io, { ...input, since: input.createdAt }).catch(() => null)
    if (there?.found === 'landed') return there.sent
    throw error
  }
}

/** Forbidden as a whole (locked): surely not written. A field of what was written may be forbidden, too. */
function isForbidden({ cause }: PlatformError): boolean {
  const { type, path } = recordOf(cause)
  return type === 'FORBIDDEN' && listOf(path).length < 2
}

type Spot = { discussion: string; top: string | null }

/** Where an answer to it goes. Whatever fails here, nothing was written. */
async function lookAt(io: Io, target: ReplyTarget): Promise<Spot> {
  try {
    const { data } = await ask(io, targetQuery, { id: target.externalId }, 'lookup')
    if (!('node' in data)) throw new PlatformError('unavailable', 'GitHub does not say whether it is there')
    const node = recordOf(data.node)
    const id = nameOf(node.id)
    if (data.node === null || instantOf(node.deletedAt) !== null) throw new PlatformError('gone', 'It was deleted there', { notSent: true })
    const discussion = node.__typename === 'Discussion' ? id : nameOf(recordOf(node.discussion).id)
    if (id === null || discussion === null) throw new PlatformError('unavailable', 'GitHub answered with something that is no comment')
    return { discussion, top: node.__typename === 'Discussion' ? null : (nameOf(recordOf(node.replyTo).id) ?? id) }
  } catch (error) {
    if (!(error instanceof PlatformError) || error.kind !== 'unavailable') throw error
    throw new PlatformError('unavailable', error.message, { notSent: true, cause: error })
  }
}

/** A comment of ours as GitHub gave it back; `above` is the comment below which it was written. */
export function sent(io: Io, comment: JsonRecord, above: string | null): ReplySent {
  const self = { ...io.self, settings: io.settings }
  const place = placeOf(recordOf(comment.discussion), self)
  const facts = place === null ? null : readComment(comment, place, above, self, io.now().toISOString())
  const fact = facts?.[0]
  if (fact?.fact !== 'message') throw new PlatformError('unavailable', 'GitHub took the words and did not show them')
  return {
    externalId: fact.externalId,
    url: fact.url,
    facts: [{ ...fact, kind: 'reply', ours: true, automated: false, mentionsUs: false }],
  }
}

async function replyInIssue(io: Io, issue: string, input: ReplyInput): Promise<ReplySent> {
  const { json } = await rest(io, `${issue}/comments`, { method: 'POST', body: { body: input.text } })
  return sentInIssue(io, json, input)
}

function sentInIssue(io: Io, item: JsonRecord, { target, text }: ReplyInput): ReplySent {
  const node = fromRest(item)
  const self = { ...io.self, settings: io.settings }
  const facts = readComment(
    { ...node, body: node.body ?? text },
    { id: target.externalId, ours: false },
    null,
    self,
    io.now().toISOString(),
  )
  const fact = facts?.[0]
  if (fact?.fact !== 'message') throw new PlatformError('unavailable', 'GitHub took the words and did not show them')
  const at = linkOf(item.url)
  const ref = { issue: target.ref.issue ?? '', ...(at !== null && { at }) }
  return {
    externalId: fact.externalId,
    url: fact.url,
    facts: [{ ...fact, kind: 'reply', ours: true, automated: false, mentionsUs: false, ref }],
  }
}

/** Looks through the newest where it would stand for one by us with these words, not older than a minute before the send. Not seen is `unsure`. */
export async function find(io: Io, input: FindInput): Promise<FindResult> {
  const since = Date.parse(input.since) - slackMs
  const { issue } = input.target.ref
  const isIt = (author: unknown, body: unknown, at: unknown): boolean =>
    isViewer(author, { ...io.self, settings: io.settings }) &&
    sameText(textOf(body), input.text) &&
    Date.parse(instantOf(at) ?? '') >= since
  if (issue !== undefined) {
    const query = new URLSearchParams({ since: new Date(since).toISOString(), per_page: '100' }).toString()
    const { data } = await rest(io, `${issue}/comments?${query}`)
    const found = listOf(data.list)
      .map(recordOf)
      .find((item) => isIt(item.user, item.body, item.created_at))
    return found ? { found: 'landed', sent: sentInIssue(io, found, input) } : { found: 'unsure' }
  }
  const { discussion, top } = input.target.ref
  const isHead = input.target.externalId === discussion
  const id = isHead ? input.target.externalId : (top ?? input.target.externalId)
  const { data } = await ask(io, newestQuery, { id }, 'lookup')
  const node = recordOf(data.node)
  const below = listOf(recordOf(isHead ? node.comments : node.replies).nodes).map(recordOf)
  const found = below.findLast((comment) => isIt(comment.author, comment.body, comment.createdAt))
  const around = isHead ? node : recordOf(node.discussion)
  return found ? { found: 'landed', sent: sent(io, { ...found, discussion: around }, isHead ? null : id) } : { found: 'unsure' }
}
