import type { ConversationRow, Me } from '@answerback/core/api'
import type { Reason } from '@answerback/core/reasons'
import { platformOf, staffName } from '../../ui/me.tsx'
import { shortSpan } from '../../words/spans.ts'
import type { Words } from '../../words/words.tsx'

/** A reply is on its way and needs nobody. */
export function hasPendingReply(row: Pick<ConversationRow, 'reply'>): boolean {
  return row.reply !== null && ['held', 'queued', 'sending', 'sent'].includes(row.reply.state)
}

export function nameOf(contact: ConversationRow['contact'] | null, t: Words): string {
  return contact?.name || contact?.handle || t('app.somebody')
}

/** Platform and post, "… · The spring tote is back", or the kind where there is no post of ours. */
export function placeOf(row: ConversationRow, me: Me, t: Words): string {
  return t('list.at', { platform: platformOf(me, row.platform).name, where: whereOf(row, t) })
}

/** The post's first words when it is ours, else the kind of message. */
export function whereOf(row: ConversationRow, t: Words): string {
  const title = row.post !== null && row.post.ours ? firstWords(row.post.text) : ''
  return title === '' ? t(`kind.${row.kind}`) : title
}

/** The first sentence or line, without what follows. */
export function firstWords(text: string): string {
  const line = text.trim().split(/\n/u)[0] ?? ''
  return /^.{3,}?[.!?。！？](?=\s|$)/u.exec(line)?.[0]?.replace(/\.$/u, '') ?? line
}

/** How it ended, in one line. Null while somebody waits. */
export function endedWords(row: ConversationRow, me: Me, t: Words): string | null {
  if (row.state === 'withdrawn') return t('list.withdrawn')
  if (row.state === 'moderated') return t('list.moderated')
  if (row.ended === null) return null
  if (row.state === 'closed') return t('list.noReplyNeeded', { reason: reasonWords(row.ended.reason, row.ended.reasonName, t) })
  if (row.state !== 'answered') return null
  const span = shortSpan(t, row.ended.seconds * 1_000, true)
  const name = staffName(me, row.ended.byId)
  if (row.ended.source === 'native' || name === null) return t('list.answeredNative', { span, platform: platformOf(me, row.platform).name })
  return t('list.answeredIn', { span, name: row.ended.byId === me.user.id ? t('app.you') : name })
}

/** What a reason is called where it is offered: as the workspace named it, else in the usual words. */
export function offerWords({ id, name }: Pick<Reason, 'id' | 'name'>, t: Words): string {
  const key = `reason.${id}` as 'reason.other'
  return name ?? (t.has(key) ? t(key) : id)
}

/** A reason in a few words: as it was named, else in the usual words; one that this catalogue does not know is shown as it is. */
export function reasonWords(reason: string | null, name: string | null, t: Words): string {
  if (name !== null) return name
  const key = `reason.short.${reason}` as 'reason.short.other'
  return reason !== null && t.has(key) ? t(key) : (reason ?? t('reason.short.other'))
}
