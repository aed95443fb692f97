import { sql } from 'drizzle-orm'
import type { Change } from '../live/change-log.ts'
import type { ReplyRow } from './outcome.ts'

/**
 * What one of us wrote to the same message in the platform's own app while this reply was held back, or null. Asked before the first attempt only.
 * Colleagues here are told before they send; an echo of a reply of ours that is just being sent is not somebody else's answer.
 */
export async function answeredMeanwhile(change: Change, reply: ReplyRow): Promise<string | null> {
  if (reply.sentAt !== null) return null
  const { rows } = await change.tx.execute<{ text: string }>(sql`
    select answer.text from message target
    join message answer on answer.conversation_id = target.conversation_id and answer.parent_external_id = target.external_id and answer.platform = target.platform
    where target.id = ${reply.inReplyToId} and answer.ours and not answer.automated and not answer.gone and answer.reply_id is null
      and not exists (select from reply other where other.conversation_id = target.conversation_id and other.state = 'sending')
      and answer.received_at > ${reply.createdAt.toISOString()}::timestamptz
    order by answer.received_at desc limit 1`)
  return rows[0]?.text ?? null
}
