import type { Media } from '@answerback/core/facts'
import type { ReplyLimit } from '@answerback/core/reply-limit'
import { PlatformError } from '../error.ts'
import { messageFact } from '../fact.ts'
import { hurried } from '../http.ts'
import { idOf, listOf, nameOf, recordOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { FindInput, FindResult, Io, ReplyInput, ReplyMedia, ReplySent } from '../platform.ts'
import { pageGuard } from '../round.ts'
import { sameMedia } from '../same-media.ts'
import { sameText } from '../same-text.ts'
import { callApi } from './api.ts'
import { costs, replyUsd } from './cost.ts'
import { includedOf, mediaOf, readPost, webUrlOf } from './post.ts'
import { mediaLimit, uploadMedia } from './upload.ts'

/** As twitter-text counts; a link is 23, and the names that X puts in front do not count. Accounts that pay may write more; the API does not tell which. */
export const replyLimit: ReplyLimit = { max: 280, unit: 'weighted', urlLength: 23, media: mediaLimit }

/** `POST /2/tweets` below the latest version of what is answered. There is no key: after doubt, `find`. */
export async function reply(io: Io, input: ReplyInput): Promise<ReplySent> {
  const { target, text, media = [] } = input
  const media_ids = await uploadMedia(io, media)
  const body = {
    ...((text !== '' || media.length === 0) && { text }),
    reply: { in_reply_to_tweet_id: target.ref.latestId ?? target.externalId },
    ...(media.length > 0 && { media: { media_ids } }),
  }
  const { json } = await callApi(io, { method: 'POST', path: '/2/tweets', body, purpose: 'reply' })
  const externalId = idOf(recordOf(json.data).id)
  if (externalId === null) throw new PlatformError('unavailable', 'X took the reply and did not name it')
  const shown = media.length > 0 ? await lookUp(io, externalId) : null
  const sent = sentReply(io, input, externalId, { platformAt: io.now().toISOString(), media: shown ?? [] })
  return { ...sent, spentUsd: replyUsd(text) + (shown === null ? 0 : costs.read) }
}

const lookUpTimeoutMs = 3_000
const mediaFields = { expansions: 'attachments.media_keys', 'media.fields': 'url,preview_image_url,type,alt_text' }

/** Where X shows what was just sent along: worth one short question, never worth failing for. Null when it could not be asked. */
async function lookUp(io: Io, id: string): Promise<Media[] | null> {
  try {
    const { json } = await callApi(hurried(io, lookUpTimeoutMs), {
      path: `/2/tweets/${encodeURIComponent(id)}`,
      params: { 'tweet.fields': 'attachments', ...mediaFields },
    })
    return mediaOf(recordOf(json.data), includedOf(json))
  } catch {
    return null
  }
}

type Shown = { platformAt: string; media: Media[] }

function sentReply(io: Io, { target, text }: ReplyInput, externalId: string, { platformAt, media }: Shown): ReplySent {
  const { accountId, handle } = io.self
  const url = `${webUrlOf({ ...io.self, settings: io.settings })}/${handle || 'i/web'}/status/${externalId}`
  const root = target.postExternalId ?? target.ref.conversationId ?? target.externalId
  const fact = messageFact({
    externalId,
    kind: 'reply',
    ours: true,
    author: { externalId: accountId, handle: handle || null, name: handle || null, avatarUrl: null, url: null },
    parentExternalId: target.externalId,
    postExternalId: root,
    text,
    url,
    media,
    platformAt,
    version: externalId,
    ref: { conversationId: root },
  })
  return { externalId, url, spentUsd: replyUsd(text), facts: [fact] }
}

const slackMs = 10 * 60_000
const maxPages = 4

/**
 * Looks through our newest posts for one below the target with the same words and as many files; links are left out, because X shortens them. Without words the
 * descriptions have to be the same. Not seen is `unsure`.
 */
export async function find(io: Io, input: FindInput): Promise<FindResult> {
  const { target, text } = input
  const above = new Set([target.externalId, target.ref.latestId])
  const guard = pageGuard(maxPages)
  let token: string | null = ''
  while (token !== null) {
    if (token !== '') guard(token)
    const { json }: { json: JsonRecord } = await callApi(io, {
      path: `/2/users/${encodeURIComponent(io.self.accountId)}/tweets`,
      params: {
        max_results: '100',
        start_time: new Date(Date.parse(input.since) - slackMs).toISOString(),
        'tweet.fields': 'referenced_tweets,created_at,conversation_id,author_id,entities,note_tweet,attachments',
        ...mediaFields,
        ...(token !== '' && { pagination_token: token }),
      },
    })
    const around = { self: io.self, receivedAt: io.now().toISOString(), included: includedOf(json) }
    for (const each of listOf(json.data)) {
      const fact = readPost(recordOf(each), around)
      if (fact === null || fact === 'ignored' || fact.fact !== 'message') continue
      const same = sameText(bare(fact.text), bare(text)) && carries(fact.media, input.media ?? [], text === '')
      if (above.has(fact.parentExternalId ?? undefined) && same)
        return { found: 'landed', sent: sentReply(io, input, fact.externalId, fact) }
    }
    token = nameOf(recordOf(json.meta).next_token)
  }
  return { found: 'unsure' }
}

function carries(shown: Media[], sent: ReplyMedia[], wordless: boolean): boolean {
  const { same, telling } = sameMedia(sent, shown)
  return wordless ? same && telling : shown.length === sent.length
}

/** Without links, and without the names that X puts before an answer. */
function bare(text: string): string {
  return text.replace(/https?:\/\/\S+/gi, '').replace(/^(\s*@\w+)+\s*/, '')
}

/** Likes as the account, or takes it back. Only with the enterprise plan. */
export async function like(io: Io, input: { externalId: string; ref: Record<string, string>; liked: boolean }): Promise<void> {
  const path = `/2/users/${encodeURIComponent(io.self.accountId)}/likes`
  const id = input.ref.latestId ?? input.externalId
  if (input.liked) await callApi(io, { method: 'POST', path, body: { tweet_id: id } })
  else await callApi(io, { method: 'DELETE', path: `${path}/${encodeURIComponent(id)}` })
}

/** Hides a reply under one of our own posts, or shows it again; X refuses others. */
export async function hide(io: Io, input: { externalId: string; ref: Record<string, string>; hidden: boolean }): Promise<void> {
  const id = encodeURIComponent(input.ref.latestId ?? input.externalId)
  await callApi(io, { method: 'PUT', path: `/2/tweets/${id}/hidden`, body: { hidden: input.hidden } })
}

/** Deletes a post of ours, with all its versions. */
export async function remove(io: Io, input: { externalId: string; ref: Record<string, string> }): Promise<void> {
  try {
    await callApi(io, { method: 'DELETE', path: `/2/tweets/${encodeURIComponent(input.ref.latestId ?? input.externalId)}` })
  } catch (error) {
    if (!(error instanceof PlatformError) || error.kind !== 'gone') throw error
  }
}
