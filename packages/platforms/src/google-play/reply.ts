import type { ReplyLimit } from '@answerback/core/reply-limit'
import { PlatformError } from '../error.ts'
import { nameOf, recordOf, textOf } from '../json.ts'
import type { FindInput, FindResult, Io, ReplyInput, ReplySent } from '../platform.ts'
import { sameText } from '../same-text.ts'
import { callReviews } from './api.ts'
import { appUrl, asTyped, itemOf, replyFact, replyIdOf, timeOf, withoutTags } from './review.ts'
import type { Item } from './review.ts'

/** “Approximately 350 characters”: counted the way that gives most. */
export const replyLimit: ReplyLimit = { max: 350, unit: 'utf16' }

/** The API shows a review for seven days after its last change, and nothing of older ones. */
const shownMs = 7 * 86_400_000

/** The one reply of a review. Google would write over what stands there, so we look first: the same words are our own earlier try, other words are somebody's answer, and stay. */
export async function reply(io: Io, input: ReplyInput): Promise<ReplySent> {
  const { target, text } = input
  const there = (await readOne(io, target)).reply
  const words = there === null ? '' : asTyped(textOf(there.text))
  if (there !== null && words !== '') {
    if (sameText(words, text)) return sentReply(io, target.externalId, { text: words, at: timeOf(there.lastModified) })
    throw new PlatformError('rejected', `Somebody has answered this review already: “${words.slice(0, 400)}”`)
  }
  return write(io, target, text)
}

/** Other words in place of those that stand there. */
export function editReply(io: Io, input: { externalId: string; text: string }): Promise<ReplySent> {
  return write(io, { externalId: input.externalId.replace(/\/reply$/, ''), ref: {} }, input.text)
}

type Review = { externalId: string; ref: Record<string, string> }

/** `reviews.reply`, which creates or replaces. A refusal is believed only after a look: an upsert that was carried out shows. */
async function write(io: Io, review: Review, text: string): Promise<ReplySent> {
  const reviewId = review.externalId
  try {
    const { json } = await callReviews(io, { path: `/${encodeURIComponent(reviewId)}:reply`, body: { replyText: withoutTags(text) } })
    const { replyText, lastEdited } = recordOf(json.result)
    const [words, at] = [nameOf(replyText), timeOf(lastEdited)]
    if (words === null && at === null) throw new PlatformError('unavailable', 'Google answered with something that is no reply')
    return sentReply(io, reviewId, { text: asTyped(words ?? text), at })
  } catch (error) {
    if (!(error instanceof PlatformError) || error.kind !== 'rejected') throw error
    const there = await readOne(io, review).catch(() => null)
    const words = asTyped(textOf(there?.reply?.text))
    if (!sameText(words, text)) throw error
    return sentReply(io, reviewId, { text: words, at: timeOf(there?.reply?.lastModified) })
  }
}

/** The review as it stands. One that is not found, and was not changed within a week, may still be there: where we cannot look we do not write. */
async function readOne(io: Io, { externalId, ref }: Review): Promise<Item> {
  try {
    const { json } = await callReviews(io, { path: `/${encodeURIComponent(externalId)}` })
    const item = itemOf(json)
    if (item.id === null) throw new PlatformError('unavailable', 'Google answered with something that is no review', { notSent: true })
    return item
  } catch (error) {
    const isOld = Date.parse(ref.changedAt ?? '') < io.now().getTime() - shownMs
    if (!isOld || !(error instanceof PlatformError) || error.kind !== 'gone') throw error
    throw new PlatformError(
      'rejected',
      'Google lets only reviews of the last seven days be answered from outside. This one can be answered in the Play Console',
    )
  }
}

function sentReply({ settings, self, now }: Io, reviewId: string, there: { text: string; at: string | null }): ReplySent {
  const at = there.at ?? now().toISOString()
  return {
    externalId: replyIdOf(reviewId),
    url: appUrl(settings.packageName ?? self.accountId, settings.apiUrl, reviewId),
    facts: [replyFact(reviewId, { text: there.text, at }, { ...self, settings })],
  }
}

/** The review says it: there is one reply at most. */
export async function find(io: Io, input: FindInput): Promise<FindResult> {
  const { reply: there } = await readOne(io, input.target)
  const words = asTyped(textOf(there?.text))
  if (there === null || !sameText(words, input.text)) return { found: 'absent' }
  return { found: 'landed', sent: sentReply(io, input.target.externalId, { text: words, at: timeOf(there.lastModified) }) }
}
