import { countReply, withMention } from '@answerback/core/reply-limit'
import type { ReplyLimit } from '@answerback/core/reply-limit'
import type { MessageFact } from '@answerback/core/facts'
import { PlatformError } from '../error.ts'
import { messageFact } from '../fact.ts'
import { idOf, instantOf, linkOf, listOf, recordOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { FindInput, FindResult, Io, ReplyInput, ReplySent, ReplyTarget } from '../platform.ts'
import { pageGuard } from '../round.ts'
import { sameText } from '../same-text.ts'
import { callApi } from './api.ts'
import { versionOf } from './comment.ts'
import { mediaLimit, uploadImage } from './upload.ts'

/** 150 until 2026-08-07. Nobody says what counts as a character, so an emoji counts as two, which is never too few. */
export const replyLimit: ReplyLimit = { max: 1200, unit: 'utf16', media: mediaLimit }

/** `POST /business/comment/reply/create/`, always below the top comment: nobody says whether a reply can be answered by its id. No idempotency: after doubt, `find`. */
export async function reply(io: Io, input: ReplyInput): Promise<ReplySent> {
  const text = wordsOf(input)
  const { left } = countReply(text, replyLimit)
  if (left < 0) throw new PlatformError('rejected', `With the name of its person the reply is ${-left} over the limit`, { notSent: true })
  const place = { video_id: videoOf(input.target), comment_id: topOf(input.target) }
  const json = { ...place, text, ...(await uploadImage(io, input.media ?? [])) }
  const { data } = await callApi(io, { method: 'POST', path: '/business/comment/reply/create/', json })
  if (idOf(data.comment_id) === null) throw new PlatformError('unavailable', 'TikTok took the reply and did not name it')
  return sentReply(io, input, data)
}

function videoOf({ postExternalId, ref }: ReplyTarget): string {
  const videoId = ref.videoId ?? postExternalId
  if (!videoId) throw new PlatformError('rejected', 'It is not known under which video this comment stands', { notSent: true })
  return videoId
}

function topOf({ externalId, parentExternalId, postExternalId, ref }: ReplyTarget): string {
  if (ref.topId) return ref.topId
  return parentExternalId !== null && postExternalId !== null && parentExternalId !== postExternalId ? parentExternalId : externalId
}

/** TikTok shows one level of replies: below it, only a name tells whom an answer is for. */
function wordsOf({ target, text }: ReplyInput): string {
  return topOf(target) === target.externalId ? text : withMention(text, target.authorHandle)
}

function sentReply(io: Io, input: ReplyInput, comment: JsonRecord): ReplySent {
  const { target } = input
  const externalId = idOf(comment.comment_id) ?? ''
  const [above, videoId, text] = [topOf(target), videoOf(target), wordsOf(input)]
  // A comment has no address of its own: its video's is where it can be seen.
  const url = linkOf(target.ref.permalink)
  const image = linkOf(comment.image_url)
  const { accountId, handle } = io.self
  const fact: MessageFact = messageFact({
    externalId,
    kind: 'reply',
    ours: true,
    author: { externalId: accountId, handle: handle || null, name: null, avatarUrl: null, url: null },
    parentExternalId: above,
    postExternalId: videoId,
    tagsExternalId: above === target.externalId ? null : target.authorExternalId,
    text,
    url,
    media: image === null ? [] : [{ kind: 'image', url: image, alt: null, previewUrl: null }],
    platformAt: instantOf(comment.create_time) ?? io.now().toISOString(),
    version: versionOf(text, image),
    ref: { topId: above, videoId, ...(url !== null && { permalink: url }) },
  })
  return { externalId, url, facts: [fact] }
}

const slackMs = 60_000
const maxPages = 10

/** Looks below the top comment: ours (`owner`), same words, with a picture where one was sent, not older than a minute before the send. Not seen is `unsure`: TikTok keeps no key of ours. */
export async function find(io: Io, input: FindInput): Promise<FindResult> {
  const sinceMs = Date.parse(input.since) - slackMs
  const wanted = wordsOf(input)
  const guard = pageGuard(maxPages)
  const params = { video_id: videoOf(input.target), comment_id: topOf(input.target), status: 'ALL', max_count: '30' }
  try {
    for (let cursor: string | null = '0'; cursor !== null;) {
      guard(cursor)
      const asked = { ...params, sort_field: 'create_time', sort_order: 'desc', cursor }
      const { data } = await callApi(io, { path: '/business/comment/reply/list/', params: asked })
      const ours = listOf(data.comments)
        .map(recordOf)
        .filter((each) => !input.media?.length || linkOf(each.image_url) !== null)
        .find((each) => each.owner === true && idOf(each.comment_id) !== null && isSame(each, wanted, sinceMs))
      if (ours) return { found: 'landed', sent: sentReply(io, input, ours) }
      cursor = data.has_more === true ? idOf(data.cursor) : null
    }
  } catch (error) {
    if (!(error instanceof PlatformError) || error.kind !== 'gone') throw error
  }
  return { found: 'unsure' }
}

function isSame(comment: JsonRecord, text: string, sinceMs: number): boolean {
  const at = Date.parse(instantOf(comment.create_time) ?? '')
  return typeof comment.text === 'string' && sameText(comment.text, text) && !(at < sinceMs)
}
