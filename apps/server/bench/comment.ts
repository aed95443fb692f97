import { createHmac } from 'node:crypto'

/** Bytes of a body; a comment with a sentence or two, as Facebook sends it, has about this many. */
const bodyBytes = 1024

/** Who the comment is for and what signs it. */
export type CommentTarget = { pageId: string; postId: string; appSecret: string }

export type SignedComment = { body: Buffer; signature: string }
/** How many comments, and which share of them is sent twice. */
export type CommentBurst = { target: CommentTarget; requests: number; duplicateShare: number; run: string }

/** What one burst sends. Repeats come soon after the original, as a platform's retries and double deliveries do: some while the first is still being stored. */
export function signedComments({ target, requests, duplicateShare, run }: CommentBurst): { requests: SignedComment[]; distinct: number } {
  const every = Math.round(1 / duplicateShare)
  const made: SignedComment[] = []
  let distinct = 0
  for (let n = 0; n < requests; n += 1) {
    if (n % every === every - 1) {
      made.push(made[n - 1 - ((n * 7) % Math.min(n, 60))]!)
      continue
    }
    distinct += 1
    made.push(signedComment(target, run, n, `Comment ${n}: does this come in green?`))
  }
  return { requests: made, distinct }
}

/** A webhook of one new comment by somebody new, 1 KB, signed. Other `n` or `run`: another comment. `text` stands at the beginning of what is said. */
export function signedComment(target: CommentTarget, run: string, n: number, text: string): SignedComment {
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
