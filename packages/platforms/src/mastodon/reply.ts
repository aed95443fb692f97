import { countReply, withMention } from '@answerback/core/reply-limit'
import { PlatformError } from '../error.ts'
import { idOf, instantOf, linkOf, listOf, nameOf, recordOf, textOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { FindInput, FindResult, Io, ReplyInput, ReplySent, ReplyTarget } from '../platform.ts'
import { sameMedia } from '../same-media.ts'
import type { SeenMedia } from '../same-media.ts'
import { sameText } from '../same-text.ts'
import { callApi } from './api.ts'
import { replyLimitOf } from './limit.ts'
import { ownIdOf } from './own-id.ts'
import { isOwned, mediaKinds, readStatus } from './status.ts'
import { uploadMedia } from './upload.ts'
import { plainText } from '../plain-text.ts'

/**
 * Posts the reply, naming its person (Mastodon notifies nobody else), never more public than what it answers. Our key goes along, but
 * real servers ignore it: after doubt, `find`.
 */
export async function reply(io: Io, input: ReplyInput): Promise<ReplySent> {
  const { target } = input
  const status = wordsOf(input)
  const spoiler = target.ref.spoiler ?? ''
  const { left } = countReply(spoiler + status, replyLimitOf(io.settings))
  if (left < 0)
    throw new PlatformError('rejected', `With the mention of @${handleOf(target)} the reply is ${-left} over the limit`, { notSent: true })
  const mediaIds = await uploadMedia(io, input.media)
  const body = {
    status,
    in_reply_to_id: target.externalId,
    visibility: input.privately ? 'direct' : visibilityOf(target, io.settings.replyVisibility),
    ...(spoiler !== '' && { spoiler_text: spoiler }),
    ...(mediaIds.length > 0 && { media_ids: mediaIds }),
  }
  const { json } = await callApi(io, { method: 'POST', path: '/api/v1/statuses', body, idempotencyKey: input.key })
  return sentReply(io, input, recordOf(json))
}

/** With the name of its person, even where there is nothing to say. */
function wordsOf({ text, target }: ReplyInput): string {
  return withMention(text, handleOf(target)).trim()
}

function handleOf(target: ReplyTarget): string {
  return (target.ref.acct ?? target.authorHandle ?? '').replace(/^@/, '')
}

const openness = ['direct', 'private', 'unlisted', 'public']

/** Never wider than the parent; quiet (`unlisted`) unless the channel asks for `public`. */
function visibilityOf(target: ReplyTarget, wanted = 'unlisted'): string {
  const parent = target.private ? 'direct' : (target.ref.visibility ?? 'unlisted')
  const levels = [parent, wanted].map((each) => openness.indexOf(each)).filter((level) => level >= 0)
  return openness[Math.min(...levels)] ?? 'unlisted'
}

function sentReply(io: Io, input: ReplyInput, status: JsonRecord): ReplySent {
  const externalId = idOf(status.id)
  if (externalId === null) throw new PlatformError('unavailable', 'The server took the reply and did not name it')
  const { target } = input
  const fact = readStatus(status, { self: io.self, receivedAt: io.now().toISOString(), ownParts: new Set(), rootId: target.postExternalId })
  const facts = fact?.fact === 'message' ? [{ ...fact, ours: true, parentExternalId: target.externalId }] : []
  return { externalId, url: linkOf(status.url) ?? linkOf(status.uri), facts }
}

const slackMs = 60_000
const maxPages = 5

/** Looks through our own statuses for one below the target with the same words, not older than a minute before the send. Not seen is `unsure`. */
export async function find(io: Io, input: FindInput): Promise<FindResult> {
  const sinceMs = Date.parse(input.since) - slackMs
  const wanted = plainText(escapeHtml(wordsOf(input)))
  const path = `/api/v1/accounts/${encodeURIComponent(await ownIdOf(io))}/statuses`
  const params: [string, string][] = [
    ['exclude_reblogs', 'true'],
    ['limit', '40'],
  ]
  let below: string | null = null
  for (let page = 0; page < maxPages; page += 1) {
    const { json } = await callApi(io, { path, params: below === null ? params : [...params, ['max_id', below]] })
    const statuses = listOf(json).map(recordOf)
    const atOf = (status: JsonRecord): number => Date.parse(instantOf(status.created_at) ?? '')
    const landed = statuses.find(
      (status) =>
        idOf(status.in_reply_to_id) === input.target.externalId &&
        isOwned(recordOf(status.account), io.self) &&
        !(atOf(status) < sinceMs) &&
        sameText(plainText(String(status.content ?? '')), wanted) &&
        carries(status, input),
    )
    if (landed && idOf(landed.id) !== null) return { found: 'landed', sent: sentReply(io, input, landed) }
    const last = idOf(statuses.at(-1)?.id)
    if (last === null || last === below || statuses.every((status) => atOf(status) < sinceMs)) break
    below = last
  }
  return { found: 'unsure' }
}

/** The same files; without words only if something tells them from others. */
function carries(status: JsonRecord, { text, media }: ReplyInput): boolean {
  const { same, telling } = sameMedia(media, listOf(status.media_attachments).map(seenMedia))
  return same && (telling || text.trim() !== '')
}

function seenMedia(value: unknown): SeenMedia {
  const { type, description, meta } = recordOf(value)
  const { width, height } = recordOf(recordOf(meta).original)
  return {
    kind: mediaKinds[textOf(type)] ?? 'other',
    alt: nameOf(description),
    width: typeof width === 'number' ? width : null,
    height: typeof height === 'number' ? height : null,
  }
}

/** Our words as the server will hand them back: as HTML, so that both sides go the same way. */
function escapeHtml(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/\n/g, '<br>')
}

/** Favourites as our account, or takes it back; doing either twice changes nothing. */
export async function like(io: Io, input: { externalId: string; liked: boolean }): Promise<void> {
  await callApi(io, {
    method: 'POST',
    path: `/api/v1/statuses/${encodeURIComponent(input.externalId)}/${input.liked ? 'favourite' : 'unfavourite'}`,
  })
}
