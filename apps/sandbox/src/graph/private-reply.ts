import type { Context } from '../context.ts'
import { textOf } from '../http/body.ts'
import type { JsonObject, PlatformId } from '../world/item.ts'
import { GraphError, objectMissing } from './errors.ts'
import { objectField } from './request.ts'

const privateReplyMs = 7 * 86_400_000

/** What `POST /{account}/messages` with a comment as its recipient did. */
export type PrivateReply = { targetId: string; text: string; answer: { recipient_id: string; message_id: string } }

/** One message to the writer of a comment, once and within 7 days (codes 10900, 10903). */
export function replyPrivately(context: Context, platform: PlatformId, form: JsonObject): PrivateReply {
  const { world } = context
  const recipient = objectField(form['recipient'])
  const text = textOf(objectField(form['message'])['text'])
  const targetId = textOf(recipient['comment_id']) ?? textOf(recipient['post_id'])
  if (!targetId || !text) throw new GraphError(100, '(#100) Param recipient or message is missing')
  const item = world.find(platform, targetId)
  if (!item) throw objectMissing(targetId, 'post')
  if (item.toldPrivately.length > 0) throw new GraphError(10900, '(#10900) Activity already replied to')
  const own = item.authorId === world.brand(platform).id
  if (own || world.clock(platform) - item.createdAt > privateReplyMs)
    throw new GraphError(10903, '(#10903) This user cannot reply to this activity')
  const messageId = `m_${world.nextSerial()}_${world.now().getTime()}`
  item.toldPrivately.push(text)
  return { targetId, text, answer: { recipient_id: `9${item.authorId}`, message_id: messageId } }
}
