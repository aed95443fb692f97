import { countReply, withMention } from '@answerback/core/reply-limit'
import type { ReplyLimit } from '@answerback/core/reply-limit'
import { PlatformError } from '../error.ts'
import type { JsonRecord } from '../json.ts'
import type { FindInput, FindResult, Io, ReplyInput, ReplySent, ReplyTarget } from '../platform.ts'
import { sameText } from '../same-text.ts'
import { callApi } from './api.ts'
import { readComment } from './item.ts'
import type { Around } from './item.ts'
import { placeOf } from './names.ts'

/** A comment of 15 to 600 characters. It tells nobody but the owner of the post, unless it names them. */
export const replyLimit: ReplyLimit = { max: 600, min: 15, unit: 'utf16', namesPerson: true }

const slackMs = 60_000

/** A comment on the post of the target: on the answer itself, or beside the comment, whose writer is named. What was deleted is not answered. */
export async function reply(io: Io, input: ReplyInput): Promise<ReplySent> {
  const post = postOf(input.target)
  const text = wordsOf(input)
  const { left } = countReply(input.text, replyLimit, input.target.authorHandle)
  if (left < 0) throw new PlatformError('rejected', `The reply is ${-left} over the limit`, { notSent: true })
  await lookAt(io, input.target)
  const { items } = await callApi(io, { path: `/posts/${post}/comments/add`, form: { body: text, preview: 'false' } })
  return sentReply(io, input.target, items[0] ?? {})
}

function wordsOf({ target, text }: ReplyInput): string {
  return withMention(text, target.authorHandle)
}

function postOf({ externalId, ref }: ReplyTarget): string {
  const place = placeOf(externalId)
  const post = ref.post ?? (place?.type === 'posts' ? place.id : undefined)
  if (post === undefined || !/^\d+$/.test(post))
    throw new PlatformError('rejected', 'It is not known below which post this stands', { notSent: true })
  return post
}

/** Whatever fails here, nothing was written. */
async function lookAt(io: Io, { externalId }: ReplyTarget): Promise<void> {
  const place = placeOf(externalId)
  if (place === null) throw new PlatformError('rejected', 'This is no post or comment of Stack Exchange', { notSent: true })
  try {
    const { items } = await callApi(io, { path: `/${place.type}/${place.id}` })
    if (items.length === 0) throw new PlatformError('gone', 'It was deleted there', { notSent: true })
  } catch (error) {
    if (!(error instanceof PlatformError) || error.kind !== 'unavailable') throw error
    throw new PlatformError('unavailable', error.message, { notSent: true, cause: error })
  }
}

function sentReply(io: Io, target: ReplyTarget, comment: JsonRecord): ReplySent {
  const fact = readComment(comment, aroundOf(io, target), false)
  if (fact === null) throw new PlatformError('unavailable', 'Stack Exchange took the comment and did not name it')
  const { externalId, url } = fact
  const tagsExternalId = fact.tagsExternalId ?? (target.externalId === fact.parentExternalId ? null : target.authorExternalId)
  return {
    externalId,
    url: url ?? io.settings.origin ?? null,
    facts: [{ ...fact, kind: 'reply', ours: true, mentionsUs: false, tagsExternalId }],
  }
}

function aroundOf(io: Io, { ref }: Pick<ReplyTarget, 'ref'>): Around {
  const { site = '', origin = null } = io.settings
  const questions = new Map(ref.question !== undefined && ref.post !== undefined ? [[ref.post, ref.question]] : [])
  return { site, origin, self: io.self, receivedAt: io.now().toISOString(), questions }
}

/** Looks through the newest comments on the post for one of ours with these words, not older than a minute before the send. Not seen is `unsure`. */
export async function find(io: Io, input: FindInput): Promise<FindResult> {
  const since = Date.parse(input.since) - slackMs
  const params = { order: 'desc', sort: 'creation', pagesize: '100' }
  const { items } = await callApi(io, { path: `/posts/${postOf(input.target)}/comments`, params })
  for (const item of items) {
    const fact = readComment(item, aroundOf(io, input.target), false)
    if (fact === null || !fact.ours || Date.parse(fact.platformAt) < since) continue
    if (sameText(fact.text, wordsOf(input)) || sameText(fact.text, input.text))
      return { found: 'landed', sent: sentReply(io, input.target, item) }
  }
  return { found: 'unsure' }
}

/** Other words for a comment of ours; Stack Exchange allows it for some minutes, and then says why not. */
export async function editReply(io: Io, input: { externalId: string; ref: Record<string, string>; text: string }): Promise<ReplySent> {
  const { items } = await callApi(io, {
    path: `/comments/${commentOf(input.externalId)}/edit`,
    form: { body: input.text, preview: 'false' },
  })
  const fact = readComment(items[0] ?? {}, aroundOf(io, input), false)
  if (fact === null) throw new PlatformError('unavailable', 'Stack Exchange took the words and did not show them')
  return { externalId: input.externalId, url: fact.url, facts: [{ ...fact, externalId: input.externalId, kind: 'reply', ours: true }] }
}

/** Deletes a comment of ours. One that is not there any more is done with. */
export async function remove(io: Io, { externalId }: { externalId: string }): Promise<void> {
  const id = commentOf(externalId)
  const { items } = await callApi(io, { path: `/comments/${id}` })
  if (items.length > 0) await callApi(io, { path: `/comments/${id}/delete`, form: { preview: 'false' } })
}

function commentOf(externalId: string): string {
  const place = placeOf(externalId)
  if (place?.type !== 'comments') throw new PlatformError('rejected', 'This is no comment of Stack Exchange', { notSent: true })
  return place.id
}
