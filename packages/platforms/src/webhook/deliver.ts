import { createHash } from 'node:crypto'
import { countReply } from '@answerback/core/reply-limit'
import { PlatformError } from '../error.ts'
import { messageFact } from '../fact.ts'
import { failureOf } from '../http.ts'
import type { HttpAnswer } from '../http.ts'
import { idOf, instantOf, linkOf, parseAnswer, recordOf } from '../json.ts'
import type { FindInput, FindResult, Io, ReplyInput, ReplySent } from '../platform.ts'
import { attachmentsOf } from './attachments.ts'
import { mediaOf, versionOf } from './normalize.ts'
import { deliver, reasonOf } from './outgoing.ts'
import { limitOf } from './settings.ts'
import { bareId, sourceOf, wholeId } from './source.ts'

/**
 * Hands the reply to the source. `webhook-id` and `request_id` are our key, the same on every try: doing it once is the source's duty, and 409 with the answer
 * of the first time is as good as that. 202: it will be confirmed by `reply.created`.
 */
export async function reply(io: Io, input: ReplyInput): Promise<ReplySent> {
  const { target, text, key, media = [] } = input
  const { url } = io.settings
  if (!url) throw new PlatformError('rejected', 'This source has no address for replies', { notSent: true })
  if (target.ref.canReply === 'no') throw new PlatformError('rejected', 'The source takes no reply to this message', { notSent: true })
  const ownMax = Number(target.ref.maxLength ?? '0')
  const limit = limitOf(io.settings.maxLength)
  const { left } = countReply(text, ownMax > 0 ? { ...limit, max: Math.min(limit.max, ownMax) } : limit)
  if (left < 0) throw new PlatformError('rejected', `The reply is ${-left} characters over the limit of the source`, { notSent: true })
  const attachments = attachmentsOf(media)
  const source = sourceOf(io.self)
  const thread = target.ref.thread ?? (target.postExternalId === null ? null : bareId(source, target.postExternalId))
  const answer = await deliver(io, url, {
    id: key,
    type: 'reply.requested',
    data: {
      request_id: key,
      in_reply_to: target.ref.id ?? bareId(source, target.externalId),
      thread_id: thread,
      text,
      author: { id: io.self.accountId, name: io.self.handle },
      attachments,
    },
  })
  if (answer.status === 202)
    return { externalId: '', url: null, pending: 'The source took it and says later when it stands there', facts: [] }
  if (answer.status >= 300 && answer.status !== 409) throw refusalOf(answer, io.now())
  return sentReply(io, input, answer)
}

/** By the contract: 404 and 410 the target is gone, 422 never, 401 and 403 our secret is not theirs, 429 later; all else may have been carried out. */
function refusalOf(answer: HttpAnswer, now: Date): PlatformError {
  const { status } = answer
  const words = reasonOf(answer, `The source answered ${status}`)
  if (status === 422) return new PlatformError('rejected', words)
  if (status === 401 || status === 403) return new PlatformError('reauthorize', words)
  if (status === 404 || status === 410 || status === 429) return failureOf(answer, now, words)
  return new PlatformError('unavailable', words, { retryAfterMs: failureOf(answer, now).retryAfterMs ?? undefined })
}

function sentReply(io: Io, { target, text, key, media = [] }: ReplyInput, answer: HttpAnswer): ReplySent {
  const taken = recordOf(parseAnswer(answer.body))
  const id = idOf(taken.id)
  if (id === null) throw new PlatformError('unavailable', 'The source did not name the reply it took')
  const source = sourceOf(io.self)
  const externalId = wholeId(source, id)
  const url = linkOf(taken.url)
  // Where the source shows them, if it says so; else where it was to fetch them.
  const carried = mediaOf(Array.isArray(taken.attachments) ? taken.attachments : attachmentsOf(media))
  const { accountId, handle } = io.self
  const fact = messageFact({
    externalId,
    kind: target.private ? 'direct' : 'reply',
    ours: true,
    author: { externalId: accountId, handle, name: handle, avatarUrl: null, url: null },
    parentExternalId: target.externalId === externalId ? null : target.externalId,
    postExternalId: target.postExternalId,
    private: target.private,
    text,
    url,
    media: carried,
    platformAt: instantOf(taken.created_at) ?? io.now().toISOString(),
    version: versionOf({ text, media: carried, rating: null }),
    ref: { id, ...(target.ref.thread !== undefined && { thread: target.ref.thread }), clientRef: key },
  })
  return { externalId, url, facts: [fact] }
}

/** Nothing can be asked, and nothing has to be: the source does each `webhook-id` once, so the same reply may be handed over again. */
export async function find(io: Io, _input: FindInput): Promise<FindResult> {
  return io.settings.url ? { found: 'absent' } : { found: 'unsure' }
}

type Target = { externalId: string; ref: Record<string, string> }

/** `action.requested` with `like` or `unlike`. */
export function like(io: Io, input: Target & { liked: boolean }): Promise<void> {
  return act(io, input, input.liked ? 'like' : 'unlike')
}

/** `hide` or `unhide`. */
export function hide(io: Io, input: Target & { hidden: boolean }): Promise<void> {
  return act(io, input, input.hidden ? 'hide' : 'unhide')
}

/** `delete`; what is gone already is done. */
export async function remove(io: Io, input: Target): Promise<void> {
  await act(io, input, 'delete').catch((error: unknown) => {
    if (!(error instanceof PlatformError) || error.kind !== 'gone') throw error
  })
}

/** Its id is another one each time: to like again after a while is no repeat. */
async function act(io: Io, { externalId, ref }: Target, action: string): Promise<void> {
  const { actionUrl } = io.settings
  if (!actionUrl) throw new PlatformError('rejected', 'This source has no address for actions', { notSent: true })
  const target = ref.id ?? bareId(sourceOf(io.self), externalId)
  const id = `a_${createHash('sha256').update(`${action} ${externalId} ${io.now().getTime()}`).digest('base64url').slice(0, 24)}`
  const answer = await deliver(io, actionUrl, { id, type: 'action.requested', data: { request_id: id, action, target } })
  if (answer.status >= 300 && answer.status !== 409) throw refusalOf(answer, io.now())
}
