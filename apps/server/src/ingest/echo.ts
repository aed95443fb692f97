import { and, eq, inArray, isNull, sql } from 'drizzle-orm'
import { addSpending, priceOf } from '../access/spending.ts'
import { platformOf, type Context } from '../context.ts'
import { schema as t } from '../db/schema.ts'
import type { Change } from '../live/change-log.ts'

/**
 * A reply whose outcome was unknown shows up on the platform: it was sent. Our message with its text, in its conversation, not before it and not yet
 * any other reply's, is that reply.
 */
export async function settleEchoes(ctx: Context, change: Change, conversations: Set<string>): Promise<void> {
  if (conversations.size === 0) return
  const ids = [...conversations]
  const open = await change.tx
    .select()
    .from(t.reply)
    // What waited for an approval there had no name until now.
    .where(
      and(inArray(t.reply.conversationId, ids), sql`(state in ('sending', 'needs_check') or (state = 'sent' and external_id is null))`),
    )
  if (open.length === 0) return
  const echoes = await change.tx
    .select()
    .from(t.message)
    .where(and(inArray(t.message.conversationId, ids), eq(t.message.ours, true), isNull(t.message.replyId)))
  for (const reply of open.toSorted((a, b) => (a.id < b.id ? -1 : 1))) {
    const at = echoes.findIndex(
      (echo) =>
        echo.conversationId === reply.conversationId &&
        echo.receivedAt >= reply.createdAt &&
        sameWords(echo.text, reply.text) &&
        // Without words nothing tells it from another file of ours: the platform is asked.
        (reply.text !== '' || reply.externalId !== null) &&
        (reply.externalId === null || reply.externalId === echo.externalId),
    )
    const [echo] = at === -1 ? [] : echoes.splice(at, 1)
    if (!echo) continue
    // Whoever counts a reply as sent counts what it cost.
    const usd = reply.state === 'sent' ? 0 : priceOf(platformOf(ctx, echo.platform), reply.text)
    if (usd > 0) change.afterCommit(() => addSpending(ctx, reply.channelId, usd))
    await change.tx
      .update(t.message)
      .set({ replyId: reply.id, byId: reply.byId, inReplyToId: reply.inReplyToId, sentAt: reply.sentAt })
      .where(eq(t.message.id, echo.id))
    await change.tx
      .update(t.reply)
      .set({ state: 'sent', externalId: echo.externalId, url: echo.url, reason: null, dueAt: null, endedAt: ctx.now() })
      .where(eq(t.reply.id, reply.id))
    await change.tx
      .update(t.replyAttempt)
      .set({ outcome: 'landed', endedAt: ctx.now() })
      .where(and(eq(t.replyAttempt.replyId, reply.id), sql`outcome is null or outcome = 'unknown'`))
  }
}

/** Platforms trim, normalise and prefix the addressed handle; the words stay. */
function sameWords(shown: string, sent: string): boolean {
  return plain(shown) === plain(sent)
}

function plain(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/^(\s*@[\w.@-]+)+\s+/u, '')
    .replace(/\s+/gu, ' ')
    .trim()
}
