import type { Fact, Media } from '@answerback/core/facts'
import { PlatformError } from '../error.ts'
import { messageFact } from '../fact.ts'
import { nextParams } from '../graph/graph.ts'
import { hurried } from '../http.ts'
import { idOf, instantOf, linkOf, listOf, recordOf } from '../json.ts'
import type { FindInput, FindResult, Io, ReplyInput, ReplySent, ReplyTarget } from '../platform.ts'
import { pageGuard } from '../round.ts'
import { sameText } from '../same-text.ts'
import { callGraph } from './graph.ts'
import { attachmentOf, versionOf } from './object.ts'
import { descriptionOf, uploadPhoto } from './upload.ts'

/** Comments as the Page, `POST /{id}/comments`; a reply to a reply goes to the comment above it. No idempotency: after doubt, `find`. */
export async function reply(io: Io, input: ReplyInput): Promise<ReplySent> {
  const params = { message: input.text, ...(await uploadPhoto(io, input.media ?? [])) }
  const { json } = await callGraph(io, { method: 'POST', path: `${replyTo(input.target)}/comments`, params })
  const externalId = idOf(json.id)
  if (externalId === null) throw new PlatformError('unavailable', 'Facebook took the reply and did not name it')
  return sentReply(io, input, { id: externalId, ...(await lookUp(io, externalId, carriesPhoto(input))) })
}

function carriesPhoto({ media }: ReplyInput): boolean {
  return media !== undefined && media.length > 0
}

/** Where the answer is posted. Facebook shows one level: never the post when the target is a comment, and the comment above when it is a reply. */
function replyTo(target: ReplyTarget): string {
  const { externalId, parentExternalId, postExternalId, ref } = target
  if (ref.replyTo) return ref.replyTo
  return parentExternalId !== null && postExternalId !== null && parentExternalId !== postExternalId ? parentExternalId : externalId
}

const lookUpTimeoutMs = 3_000

/** Link, time and picture of what was just written: worth one short question, never worth failing for. */
async function lookUp(io: Io, id: string, withPhoto: boolean): Promise<Record<string, unknown>> {
  try {
    const call = { path: id, params: { fields: `id,created_time,permalink_url${withPhoto ? ',attachment' : ''}` } }
    return (await callGraph(hurried(io, lookUpTimeoutMs), call)).json
  } catch {
    return {}
  }
}

function sentReply(io: Io, input: ReplyInput, comment: Record<string, unknown>): ReplySent {
  const { target, text } = input
  const externalId = idOf(comment.id) ?? ''
  const url = linkOf(comment.permalink_url)
  const above = replyTo(target)
  const { accountId, handle } = io.self
  const media = carriesPhoto(input) ? attachmentOf(comment.attachment) : []
  // The picture counts for the version even where its address is not known yet.
  const carried: Media[] = carriesPhoto(input) ? [{ kind: 'image', url: '', alt: null, previewUrl: null }] : []
  const fact: Fact = messageFact({
    externalId,
    kind: 'reply',
    ours: true,
    author: { externalId: accountId, handle: null, name: handle || null, avatarUrl: null, url: null },
    parentExternalId: above,
    postExternalId: target.postExternalId,
    text,
    url,
    media,
    platformAt: instantOf(comment.created_time) ?? io.now().toISOString(),
    version: versionOf(text, carried),
    ref: { replyTo: above, ...(target.postExternalId !== null && { postId: target.postExternalId }) },
  })
  return { externalId, url, facts: [fact] }
}

const slackMs = 60_000
const maxPages = 10
const findFields = 'id,from{id,name},message,created_time,permalink_url'

/**
 * Looks below the comment that was answered: ours, same words, with a picture or without as it was sent, not older than a minute before the send; without words
 * the picture's description has to be the same. Not seen is `unsure`: Facebook keeps no key of ours.
 */
export async function find(io: Io, input: FindInput): Promise<FindResult> {
  const sinceMs = Date.parse(input.since) - slackMs
  const path = `${replyTo(input.target)}/comments`
  const guard = pageGuard(maxPages)
  const fields = carriesPhoto(input) ? `${findFields},attachment` : findFields
  let query: Record<string, string> | null = { filter: 'stream', order: 'reverse_chronological', limit: '50', fields }
  try {
    while (query !== null) {
      guard(JSON.stringify(query))
      const { json } = await callGraph(io, { path, params: query })
      const comments = listOf(json.data).map(recordOf)
      const atOf = (comment: Record<string, unknown>): number => Date.parse(instantOf(comment.created_time) ?? '')
      const ours = comments.filter(
        (one) => idOf(one.id) !== null && idOf(recordOf(one.from).id) === io.self.accountId && !(atOf(one) < sinceMs),
      )
      for (const one of ours) if (await isSame(io, input, one)) return { found: 'landed', sent: sentReply(io, input, one) }
      query = comments.some((one) => atOf(one) < sinceMs) ? null : nextParams(json)
    }
  } catch (error) {
    if (!(error instanceof PlatformError) || error.kind !== 'gone') throw error
  }
  return { found: 'unsure' }
}

async function isSame(io: Io, input: ReplyInput, comment: Record<string, unknown>): Promise<boolean> {
  const message = input.text === '' ? (comment.message ?? '') : comment.message
  if (typeof message !== 'string' || !sameText(message, input.text)) return false
  if (!carriesPhoto(input)) return true
  if (!attachmentOf(comment.attachment).some(({ kind }) => kind === 'image')) return false
  const alt = input.media?.[0]?.alt ?? ''
  const photoId = idOf(recordOf(recordOf(comment.attachment).target).id)
  return input.text !== '' || (alt !== '' && photoId !== null && (await descriptionOf(io, photoId)) === alt)
}

/** Likes as the Page, or takes it back; Facebook keeps one like an account. */
export async function like(io: Io, input: { externalId: string; liked: boolean }): Promise<void> {
  await callGraph(io, { method: input.liked ? 'POST' : 'DELETE', path: `${input.externalId}/likes` })
}
