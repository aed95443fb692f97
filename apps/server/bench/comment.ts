import { createHmac } from 'node:crypto'

/** Bytes of a body; a comment with a sentence or two, as Facebook sends it, has about this many. */
const bodyBytes = 1024

/** Who the comment is for and what signs it. */
export type CommentTarget = { pageId: string; postId: string; appSecret: string }

/** A webhook of one new comment by somebody new, 1 KB, signed. Other `n` or `run`: another comment. `text` stands at the beginning of what is said. */
export function signedComment(target: CommentTarget, run: string, n: number, text: string): { body: Buffer; signature: string } {
  const second = Math.floor(Date.now() / 1000)
  const person = `${run}${String(n).padStart(7, '0')}`
  const value = {
    item: 'comment',
    verb: 'add',
    post_id: target.postId,
    parent_id: target.postId,
    comment_id: `${target.postId.split('_').at(-1)}_${person}`,
    from: { id: `9${person}`, name: `Guest ${n}` },
    message: text,
    post: { status_type: 'mobile_status_update', is_published: true, permalink_url: `https://www.facebook.com/${target.postId}` },
    created_time: second,
  }
  const whole = () => JSON.stringify({ object: 'page', entry: [{ id: target.pageId, time: second, changes: [{ field: 'feed', value }] }] })
  value.message = `${text} `.padEnd(text.length + Math.max(0, bodyBytes - Buffer.byteLength(whole())), 'and more of what people say ')
  const body = Buffer.from(whole())
  return { body, signature: `sha256=${createHmac('sha256', target.appSecret).update(body).digest('hex')}` }
}
