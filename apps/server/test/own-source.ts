import { createHmac } from 'node:crypto'

/** A comment as docs/webhook.md has it, signed with the channel's secret. `id` names comment, writer and delivery. */
export function signedComment(
  secret: string,
  { id, text, at }: { id: string; text: string; at: Date },
): { headers: Record<string, string>; body: string } {
  const data = { id, thread_id: 'post-40', text, created_at: at.toISOString(), author: { id: `writer-${id}`, name: 'Kai' } }
  const body = JSON.stringify({ type: 'comment.created', data })
  const seconds = Math.floor(at.getTime() / 1000)
  const signature = createHmac('sha256', Buffer.from(secret.slice('whsec_'.length), 'base64'))
    .update(`${id}.${seconds}.${body}`)
    .digest('base64')
  const headers = { 'webhook-id': id, 'webhook-timestamp': String(seconds), 'webhook-signature': `v1,${signature}` }
  return { headers: { 'content-type': 'application/json', ...headers }, body }
}
