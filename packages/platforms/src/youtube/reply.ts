import { countReply, withMention } from '@answerback/core/reply-limit'
import type { ReplyLimit } from '@answerback/core/reply-limit'
import { PlatformError } from '../error.ts'
import { idOf, instantOf, nameOf, recordOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { FindInput, FindResult, Io, ReplyInput, ReplySent, ReplyTarget } from '../platform.ts'
import { pageGuard } from '../round.ts'
import { sameText } from '../same-text.ts'
import { callApi, itemsOf } from './api.ts'
import { authorIdOf, isOwned, permalinkOf, readComment, threadIdOf } from './comment.ts'

/** Nothing says how long a comment may be; 10,000 is what people met, and longer ones are refused as `commentTextTooLong`. */
export const replyLimit: ReplyLimit = { max: 10_000, unit: 'utf16' }

/** Writes below the top comment of the thread, `POST /comments`; who answers a reply names its writer. No idempotency: after doubt, `find`. */
export async function reply(io: Io, input: ReplyInput): Promise<ReplySent> {
  const textOriginal = wordsOf(input)
  const { left } = countReply(textOriginal, replyLimit)
  if (left < 0) throw new PlatformError('rejected', `With the name of its person the reply is ${-left} over the limit`, { notSent: true })
  const body = { snippet: { parentId: topOf(input.target), textOriginal } }
  const { json } = await callApi(io, { method: 'POST', path: 'comments', params: { part: 'snippet' }, body })
  if (idOf(json.id) === null) throw new PlatformError('unavailable', 'YouTube took the reply and did not name it')
  return sentReply(io, input, json)
}

function topOf({ externalId, ref }: ReplyTarget): string {
  return ref.threadId ?? threadIdOf(externalId)
}

/** YouTube shows one level of replies: below it, only a name tells whom an answer is for. */
function wordsOf({ target, text }: ReplyInput): string {
  return topOf(target) === target.externalId ? text : withMention(text, target.authorHandle?.replace(/^@/, '') ?? null)
}

function sentReply(io: Io, input: ReplyInput, comment: JsonRecord): ReplySent {
  const { target } = input
  const parentId = topOf(target)
  const postId = target.postExternalId ?? target.ref.videoId ?? null
  const given = recordOf(comment.snippet)
  const snippet = {
    ...given,
    parentId,
    textOriginal: nameOf(given.textOriginal) ?? wordsOf(input),
    authorChannelId: { value: io.self.accountId },
  }
  const fact = readComment({ id: comment.id, snippet }, { self: io.self, receivedAt: io.now().toISOString(), postId })
  const externalId = idOf(comment.id) ?? ''
  const tags = parentId === target.externalId ? null : target.authorExternalId
  return { externalId, url: permalinkOf(externalId, postId), facts: fact === null ? [] : [{ ...fact, tagsExternalId: tags }] }
}

const slackMs = 60_000
const maxPages = 20

/** Looks below the thread's top comment: ours, same words, not older than a minute before the send. Not seen is `unsure`: YouTube keeps no key of ours. */
export async function find(io: Io, input: FindInput): Promise<FindResult> {
  const sinceMs = Date.parse(input.since) - slackMs
  const wanted = wordsOf(input)
  const guard = pageGuard(maxPages)
  try {
    for (let pageToken: string | null = ''; pageToken !== null;) {
      guard(pageToken)
      const params = { part: 'snippet', parentId: topOf(input.target), maxResults: '100', textFormat: 'plainText' }
      const { json } = await callApi(io, { path: 'comments', params: pageToken === '' ? params : { ...params, pageToken } })
      const landed = itemsOf(json).find((comment) => {
        const snippet = recordOf(comment.snippet)
        const text = nameOf(snippet.textOriginal) ?? nameOf(snippet.textDisplay) ?? ''
        const early = Date.parse(instantOf(snippet.publishedAt) ?? '') < sinceMs
        return idOf(comment.id) !== null && isOwned(authorIdOf(snippet), io.self) && sameText(text, wanted) && !early
      })
      if (landed) return { found: 'landed', sent: sentReply(io, input, landed) }
      pageToken = nameOf(json.nextPageToken)
    }
  } catch (error) {
    if (!(error instanceof PlatformError) || error.kind !== 'gone') throw error
  }
  return { found: 'unsure' }
}

type Ours = { externalId: string; ref: Record<string, string>; text: string }

/** `PUT /comments`: other words under the same id. */
export async function editReply(io: Io, { externalId, ref, text }: Ours): Promise<ReplySent> {
  const body = { id: externalId, snippet: { textOriginal: text } }
  const { json } = await callApi(io, { method: 'PUT', path: 'comments', params: { part: 'snippet' }, body })
  const postId = ref.videoId ?? null
  const snippet = {
    ...recordOf(json.snippet),
    parentId: ref.threadId ?? threadIdOf(externalId),
    authorChannelId: { value: io.self.accountId },
  }
  const read = { id: externalId, snippet: { ...snippet, textOriginal: nameOf(recordOf(json.snippet).textOriginal) ?? text } }
  const fact = readComment(read, { self: io.self, receivedAt: io.now().toISOString(), postId })
  return { externalId, url: permalinkOf(externalId, postId), facts: fact === null ? [] : [fact] }
}
