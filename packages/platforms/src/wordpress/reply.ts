import { PlatformError } from '../error.ts'
import { hurried } from '../http.ts'
import { idOf, instantOf, listOf, nameOf, recordOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import { plainText } from '../plain-text.ts'
import type { FindInput, FindResult, Io, PostStats, ReplyInput, ReplySent, ReplyTarget } from '../platform.ts'
import { sameText } from '../same-text.ts'
import { callApi, codeOf } from './api.ts'
import { readComment, wordsOf } from './comment.ts'
import { htmlOf } from './limit.ts'
import { numberOf } from './names.ts'
import { commentParams } from './poll.ts'

const lookMs = 5_000
const slackMs = 60_000
const dayMs = 86_400_000

/**
 * Writes a comment below the target, which is looked at first, because the site takes any number as a parent. The same words there once more are refused by the site (409):
 * then ours stands there already. Words with a backslash it takes once more all the same (`wp_allow_comment` unslashes them twice), so they are looked for before.
 */
export async function reply(io: Io, input: ReplyInput): Promise<ReplySent> {
  const content = htmlOf(input.text)
  const parent = commentNumber(input.target.externalId)
  const post = (await lookAt(io, parent)) ?? numberOf(input.target.postExternalId ?? '', 'post') ?? input.target.ref.post
  if (post === undefined) throw new PlatformError('rejected', 'It is not known below which post this stands', { notSent: true })
  const already = input.text.includes('\\') ? await lookBefore(io, input) : null
  if (already !== null) return sentReply(io, input.target, already)
  try {
    const body = { post: Number(post), parent: Number(parent), content }
    const { json } = await callApi(io, { method: 'POST', path: '/wp/v2/comments', body })
    return sentReply(io, input.target, recordOf(json))
  } catch (error) {
    if (codeOf(error) !== 'comment_duplicate') throw error
    const there = await lookBelow(io, input, Date.parse(input.createdAt) - dayMs).catch(() => null)
    if (there !== null) return sentReply(io, input.target, there)
    throw new PlatformError('unavailable', 'The site says that it has these words already, and does not show them', { cause: error })
  }
}

function commentNumber(externalId: string): string {
  const number = numberOf(externalId, 'comment')
  if (number === null) throw new PlatformError('rejected', 'This is no comment of a WordPress site', { notSent: true })
  return number
}

/** The post above; null when the site cannot say now. Throws when the target is gone, or nothing can be sent now anyway. */
async function lookAt(io: Io, id: string): Promise<string | null> {
  try {
    const comment = recordOf((await callApi(hurried(io, lookMs), { path: `/wp/v2/comments/${id}` })).json)
    if (comment.status === 'trash' || comment.status === 'spam')
      throw new PlatformError('gone', 'It was taken away there', { notSent: true })
    return idOf(comment.post)
  } catch (error) {
    if (error instanceof PlatformError && ['gone', 'rate_limited'].includes(error.kind)) throw error
    // A comment that waits for approval is not shown to everybody; only the call itself tells whether the password is good.
    return null
  }
}

async function lookBefore(io: Io, input: ReplyInput): Promise<JsonRecord | null> {
  try {
    return await lookBelow(hurried(io, lookMs), input, Date.parse(input.createdAt) - slackMs)
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error
    const { kind, message, retryAfterMs, cause } = error
    throw new PlatformError(kind, message, { retryAfterMs: retryAfterMs ?? undefined, notSent: true, cause })
  }
}

function sentReply(io: Io, target: Pick<ReplyTarget, 'externalId' | 'postExternalId'>, comment: JsonRecord): ReplySent {
  const fact = readComment(comment, { self: io.self, receivedAt: io.now().toISOString() })?.[0]
  if (fact?.fact !== 'message') throw new PlatformError('unavailable', 'The site took the reply and did not show it')
  const { externalId: parentExternalId, postExternalId } = target
  const facts = [{ ...fact, ours: true, parentExternalId, postExternalId: fact.postExternalId ?? postExternalId }]
  const waits = comment.status === 'hold' && { pending: 'Waits for approval on the site' }
  return { externalId: fact.externalId, url: fact.url, facts, ...waits }
}

/** Looks directly below the target for a comment of ours with the same words, not older than a minute before the send. Not seen is `unsure`. */
export async function find(io: Io, input: FindInput): Promise<FindResult> {
  const there = await lookBelow(io, input, Date.parse(input.since) - slackMs)
  return there === null ? { found: 'unsure' } : { found: 'landed', sent: sentReply(io, input.target, there) }
}

async function lookBelow(io: Io, { target, text }: ReplyInput, sinceMs: number): Promise<JsonRecord | null> {
  const params = { ...commentParams(io), parent: commentNumber(target.externalId), per_page: '100' }
  const { json } = await callApi(io, { path: '/wp/v2/comments', params })
  const own = numberOf(io.self.accountId, 'user')
  const there = listOf(json)
    .map(recordOf)
    .find((comment) => {
      const { raw, rendered } = wordsOf(comment)
      const words = raw === null ? plainText(rendered) : plainText(raw.replaceAll(/\r?\n/g, '<br>'))
      const at = Date.parse(instantOf(comment.date_gmt) ?? '')
      return idOf(comment.author) === own && !(at < sinceMs) && (sameText(words, text) || sameText(words, plainText(htmlOf(text))))
    })
  return there ?? null
}

/** Other words for a comment of ours. */
export async function editReply(io: Io, { externalId, text }: { externalId: string; text: string }): Promise<ReplySent> {
  const path = `/wp/v2/comments/${commentNumber(externalId)}`
  const { json } = await callApi(io, { method: 'POST', path, body: { content: htmlOf(text) } })
  const fact = readComment(recordOf(json), { self: io.self, receivedAt: io.now().toISOString() })?.[0]
  if (fact?.fact !== 'message') throw new PlatformError('unavailable', 'The site took the words and did not show them')
  return { externalId, url: fact.url, facts: [{ ...fact, externalId, ours: true }] }
}

/** Back to those that wait, or approved. Looks first: setting a status that it has already is an error there. */
export async function hide(io: Io, { externalId, hidden }: { externalId: string; hidden: boolean }): Promise<void> {
  const path = `/wp/v2/comments/${commentNumber(externalId)}`
  const status = nameOf(recordOf((await callApi(io, { path, params: { context: 'edit' } })).json).status)
  const wanted = hidden ? 'hold' : 'approved'
  if (status === 'trash') throw new PlatformError('gone', 'It is in the trash of the site')
  if (status !== wanted) await callApi(io, { method: 'POST', path, body: { status: wanted } })
}

/** Into the trash; for good where the site has none. */
export async function remove(io: Io, { externalId }: { externalId: string }): Promise<void> {
  const path = `/wp/v2/comments/${commentNumber(externalId)}`
  try {
    await callApi(io, { method: 'DELETE', path }).catch((error: unknown) => {
      if (codeOf(error) !== 'rest_trash_not_supported') throw error
      return callApi(io, { method: 'DELETE', path, params: { force: 'true' } })
    })
  } catch (error) {
    if (!(error instanceof PlatformError) || error.kind !== 'gone') throw error
  }
}

/** How many comments the site has below each post, as its header says it. */
export async function postStats(io: Io, { posts }: { posts: { externalId: string }[] }): Promise<PostStats[]> {
  const stats: PostStats[] = []
  for (const { externalId } of posts) {
    const post = numberOf(externalId, 'post')
    if (post === null) continue
    try {
      const { headers } = await callApi(io, { path: '/wp/v2/comments', params: { ...commentParams(io), post, per_page: '1' } })
      const total = headers.get('x-wp-total') ?? ''
      if (/^\d{1,9}$/.test(total)) stats.push({ externalId, replies: Number(total), counts: 'all' })
    } catch (error) {
      if (!(error instanceof PlatformError) || error.kind !== 'gone') throw error
    }
  }
  return stats
}
