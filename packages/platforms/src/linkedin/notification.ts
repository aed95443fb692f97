import type { Fact } from '@answerback/core/facts'
import { removalFact } from '../fact.ts'
import { idOf, nameOf, recordOf, textOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { Self, Wanted } from '../platform.ts'
import { instantOfMs } from './comment.ts'
import { readShare } from './share.ts'
import { commentUrn, isPostUrn, readCommentUrn } from './urn.ts'

/** A comment that a notification names: its URN, the post it says it stands under, the notification's own number ('' where unknown), and whether it only mentions us. */
export type Named = { urn: string; post: string; notice: string; mention: boolean }

/** What one notification comes to: facts, a comment to be read, something of no use, or why it cannot be read. */
export type NoticeRead = { facts: Fact[] } | { named: Named } | { ignored: true } | { reason: string }

const commenting = new Set(['COMMENT', 'ADMIN_COMMENT', 'COMMENT_EDIT', 'COMMENT_MENTION'])

/**
 * A notification of `ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS`, from a webhook or from the finder. Of a comment it tells neither place nor time, so that it has to be asked for;
 * of a share only what it shows itself can be read.
 */
export function readNotice(value: JsonRecord, receivedAt: string, self: Self): NoticeRead {
  const action = textOf(value.action)
  const urn = nameOf(value.generatedActivity)
  const at = instantOfMs(value.lastModifiedAt)
  if (commenting.has(action) || action === 'COMMENT_DELETE') {
    const name = readCommentUrn(urn)
    if (name === null) return { reason: `a notification "${action}" without a comment` }
    if (action === 'COMMENT_DELETE') return { facts: [removalFact(commentUrn(name), at)] }
    const post = isPostUrn(value.sourcePost) ? value.sourcePost : name.thread
    const notice = /^\d{1,25}$/.exec(idOf(value.notificationId) ?? '')?.[0] ?? ''
    return { named: { urn: commentUrn(name), post, notice, mention: action === 'COMMENT_MENTION' } }
  }
  if (action === 'SHARE_MENTION' || action === 'SHARE') {
    if (!isPostUrn(urn)) return { reason: `a notification "${action}" without a share` }
    const shown = recordOf(recordOf(value.decoratedGeneratedActivity).share)
    const source = recordOf(value.decoratedSourcePost)
    const handedOn = action === 'SHARE' && textOf(shown.text) === textOf(source.text)
    const fact = handedOn ? null : readShare(urn, shown, action === 'SHARE', at ?? receivedAt, self)
    return fact === null ? { ignored: true } : { facts: [fact] }
  }
  // Reactions are told, and nothing is owed for them.
  if (action === 'LIKE') return { ignored: true }
  return { reason: action === '' ? 'a notification without an action' : `unknown action "${action.slice(0, 60)}"` }
}

/** A named comment as what the platform's contract calls wanted. */
export function wantedOf({ urn, post, notice, mention }: Named): Wanted {
  return { kind: mention ? 'mention' : 'comment', id: [urn, post, notice].join(' ').trim() }
}

/** And back; null when it was not ours. */
export function namedOf({ kind, id }: Wanted): Named | null {
  const [urn, post = '', notice = ''] = id.split(' ')
  const name = readCommentUrn(urn)
  if (name === null || (kind !== 'comment' && kind !== 'mention')) return null
  return { urn: commentUrn(name), post: isPostUrn(post) ? post : name.thread, notice, mention: kind === 'mention' }
}
