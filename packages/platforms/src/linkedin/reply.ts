import type { ReplyLimit } from '@answerback/core/reply-limit'
import { PlatformError } from '../error.ts'
import { hurried } from '../http.ts'
import { listOf, nameOf, recordOf, textOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { FindInput, FindResult, Io, ReplyInput, ReplySent, ReplyTarget } from '../platform.ts'
import { pageGuard } from '../round.ts'
import { sameText } from '../same-text.ts'
import { callApi, elementsOf, statusOf } from './api.ts'
import { instantOfMs, nameIn, readComment } from './comment.ts'
import { mediaLimit, uploadImage } from './upload.ts'
import { commentUrn, escapeUrn, isPostUrn, readCommentUrn } from './urn.ts'
import type { CommentName } from './urn.ts'

/** As others who write there count it; LinkedIn's documents name no number. */
export const replyLimit: ReplyLimit = { max: 1_250, unit: 'utf16', media: mediaLimit }

/** Where an answer is written: below a comment's own thread (one level of replies, hence always the comment on top), or below a post that names us. */
function placeOf({ externalId, ref }: Pick<ReplyTarget, 'externalId' | 'ref'>): { below: string; thread: string; root: string | null } {
  const name = readCommentUrn(externalId)
  if (name === null) return { below: externalId, thread: isPostUrn(ref.thread) ? ref.thread : externalId, root: null }
  const root = readCommentUrn(ref.root) === null ? externalId : ref.root!
  return { below: root, thread: name.thread, root }
}

/** `POST /rest/socialActions/{urn}/comments` as the page. LinkedIn keeps no key of ours: after doubt, `find`. */
export async function reply(io: Io, input: ReplyInput): Promise<ReplySent> {
  const { below, thread, root } = placeOf(input.target)
  const image = await uploadImage(io, input.media ?? [])
  const content = image === null ? {} : { content: [{ entity: { image } }] }
  const body = {
    actor: io.self.accountId,
    object: thread,
    message: { text: input.text },
    ...content,
    ...(root !== null && { parentComment: root }),
  }
  const { json, headers } = await callApi(io, { method: 'POST', path: `socialActions/${escapeUrn(below)}/comments`, body })
  const made = decoded(headers.get('x-restli-id'))
  const name = nameIn({ object: thread, ...json, ...(json.id === undefined && { id: readCommentUrn(made)?.id ?? made }) })
  if (name === null) throw new PlatformError('unavailable', 'LinkedIn took the reply and did not name it')
  // Where the picture is shown the answer may leave away.
  const shown = image === null || 'content' in json ? {} : ((await lookUp(io, name)) ?? {})
  return sentReply(io, input, name, { ...content, ...json, ...shown })
}

function decoded(header: string | null): string {
  try {
    return decodeURIComponent(header ?? '')
  } catch {
    return header ?? ''
  }
}

function sentReply(io: Io, { target, text }: ReplyInput, name: CommentName, there: JsonRecord): ReplySent {
  const { root } = placeOf(target)
  const post = target.postExternalId ?? target.ref.post ?? target.externalId
  const at = io.now().toISOString()
  const said = typeof recordOf(there.message).text === 'string' ? {} : { message: { text } }
  const value = {
    ...there,
    ...said,
    object: name.thread,
    id: name.id,
    actor: io.self.accountId,
    ...(root !== null && { parentComment: root }),
  }
  const fact = readComment(value, { postId: post, at }, io.self)
  const facts = fact === null ? [] : [{ ...fact, postExternalId: target.postExternalId ?? (root === null ? target.externalId : null) }]
  return { externalId: commentUrn(name), url: fact?.url ?? null, facts }
}

const slackMs = 60_000
const maxPages = 10
const perPage = 100

/** Looks below what was answered: by us, the same words, with a picture where one was sent, not older than a minute before the send. Not seen is `unsure`: there is no key of ours, and a list may lag. */
export async function find(io: Io, input: FindInput): Promise<FindResult> {
  const sinceMs = Date.parse(input.since) - slackMs
  const path = `socialActions/${escapeUrn(placeOf(input.target).below)}/comments`
  const guard = pageGuard(maxPages)
  try {
    for (let start = 0, page = 0; page < maxPages; page += 1) {
      guard(String(start))
      const query = [...(start === 0 ? [] : [`start=${start}`]), `count=${perPage}`]
      const elements = elementsOf((await callApi(io, { path, query })).json).map(recordOf)
      for (const each of elements) {
        const name = nameIn(each)
        const actor = nameOf(each.actor) ?? nameOf(recordOf(each.created).actor)
        const at = Date.parse(instantOfMs(recordOf(each.created).time) ?? '')
        if (name === null || actor !== io.self.accountId || at < sinceMs) continue
        const carries = (input.media ?? []).length === 0 || listOf(each.content).length > 0
        if (carries && sameText(textOf(recordOf(each.message).text), input.text))
          return { found: 'landed', sent: sentReply(io, input, name, each) }
      }
      if (elements.length === 0) break
      start += elements.length
    }
  } catch (error) {
    if (!(error instanceof PlatformError) || error.kind !== 'gone') throw error
  }
  return { found: 'unsure' }
}

type Message = { externalId: string; ref: Record<string, string> }

function commentOf({ externalId }: Message): CommentName {
  const name = readCommentUrn(externalId)
  if (name === null) throw new PlatformError('rejected', 'LinkedIn lets a page do that to comments only')
  return name
}

function pathOf({ thread, id }: CommentName): string {
  return `socialActions/${escapeUrn(thread)}/comments/${id}`
}

/** Other words for a comment of ours (`PARTIAL_UPDATE`). What else it carries only a look tells; without one there is no fact. */
export async function editReply(io: Io, message: Message & { text: string }): Promise<ReplySent> {
  const name = commentOf(message)
  const { text, ref } = message
  const body = { patch: { message: { $set: { text } } } }
  const query = [`actor=${escapeUrn(io.self.accountId)}`]
  await callApi(io, { method: 'POST', path: pathOf(name), query, body, partial: true })
  const at = io.now().toISOString()
  const shown = await lookUp(io, name)
  if (shown === null) return { externalId: message.externalId, url: null, facts: [] }
  const above = ref.root !== undefined && ref.root !== message.externalId ? { parentComment: ref.root } : {}
  const there = { ...above, ...shown, object: name.thread, id: name.id, actor: io.self.accountId }
  const fact = readComment({ ...there, message: { text } }, { postId: isPostUrn(ref.post) ? ref.post : null, at }, io.self)
  const facts = fact === null ? [] : [{ ...fact, editedAt: fact.editedAt ?? at }]
  return { externalId: message.externalId, url: fact?.url ?? null, facts }
}

const lookUpTimeoutMs = 3_000

/** When it was first written, which an edit does not answer: worth one short question, never worth failing for. Null when it could not be asked. */
async function lookUp(io: Io, name: CommentName): Promise<JsonRecord | null> {
  try {
    return (await callApi(hurried(io, lookUpTimeoutMs), { path: pathOf(name) })).json
  } catch {
    return null
  }
}

/** Deletes a comment: ours, or anybody's below a post of ours. */
export async function remove(io: Io, message: Message): Promise<void> {
  try {
    await callApi(io, { method: 'DELETE', path: pathOf(commentOf(message)), query: [`actor=${escapeUrn(io.self.accountId)}`] })
  } catch (error) {
    if (!(error instanceof PlatformError) || error.kind !== 'gone') throw error
  }
}

/** Likes as the page, or takes it back; what is so already is fine. */
export async function like(io: Io, { externalId, liked }: Message & { liked: boolean }): Promise<void> {
  const actor = escapeUrn(io.self.accountId)
  try {
    if (liked)
      await callApi(io, { method: 'POST', path: 'reactions', query: [`actor=${actor}`], body: { root: externalId, reactionType: 'LIKE' } })
    else await callApi(io, { method: 'DELETE', path: `reactions/(actor:${actor},entity:${escapeUrn(externalId)})` })
  } catch (error) {
    const status = statusOf(error)
    // There is one reaction of ours at most: a second like is a duplicate, and one that is not there cannot be taken away.
    if (liked ? status !== 409 && status !== 422 : status !== 404) throw error
  }
}
