import type { FastifyRequest } from 'fastify'
import type { Context } from '../context.ts'
import { bodyFields, queryFields, textOf } from '../http/body.ts'
import type { Item, JsonObject } from '../world/item.ts'
import { WordPressError, refused } from './errors.ts'
import { commentByNumber, commentOf, postOf } from './reads.ts'
import type { Answer, Caller } from './routes.ts'
import { commentView, numberOf, parentNumber, statusOf } from './views.ts'
import type { Status } from './views.ts'

const maxBytes = 65_525
const floodMs = 15_000

/** `POST /comments`: as the user who signed in. A parent is not looked at. Who may not moderate waits for approval, and is held to one comment in 15 seconds. */
export function createComment(context: Context, request: FastifyRequest, caller: Caller): Answer {
  const { world } = context
  const form = fieldsOf(request)
  if (!caller.signedIn) throw refused(false, 'rest_comment_login_required', 'Sorry, you must be logged in to comment.')
  if (form['id'] !== undefined) throw new WordPressError(400, 'rest_comment_exists', 'Cannot create existing comment.')
  const post = openPost(context, Number(textOf(form['post']) ?? '0'))
  const text = contentOf(form['content'])
  if (text === undefined || text.trim() === '') throw new WordPressError(400, 'rest_comment_content_invalid', 'Invalid comment content.')
  refuseLong(text)
  const number = Number(textOf(form['parent']) ?? '0')
  const parent = number === 0 ? post : commentByNumber(context, number)
  const stands = parent && parent.deletedAt === null && parent.rootId === post.id ? parent : post
  const extra = { ...(stands === post && number !== 0 && { parent: number }) }
  refuseRepeat(context, { post, parent: number, text })
  if (!caller.mayModerate) refuseFlood(context)
  const item = world.write({ platform: 'wordpress', authorId: world.brand('wordpress').id, text, parentId: stands.id, extra })
  note(context, request, item, stands.id)
  if (!caller.mayModerate) moderate(context, item, 'hold')
  const location = `${caller.base}/wp-json/wp/v2/comments/${numberOf(item.id)}`
  return {
    status: 201,
    headers: { location },
    body: commentView(context, item, { base: caller.base, edit: caller.mayModerate, embed: false }),
  }
}

/** `POST /comments/{id}`: other words, or another status; to set the status that is there already fails. */
export function editComment(context: Context, request: FastifyRequest, caller: Caller): Answer {
  const item = commentOf(context, request)
  const form = fieldsOf(request)
  if (!mayEdit(context, item, caller))
    throw refused(caller.signedIn, 'rest_cannot_edit', 'Sorry, you are not allowed to edit this comment.')
  const text = contentOf(form['content'])
  const status = textOf(form['status'])
  if (text !== undefined) {
    if (text.trim() === '') throw new WordPressError(400, 'rest_comment_content_invalid', 'Invalid comment content.')
    refuseLong(text)
    if (text !== item.text) context.world.edit(item, text)
  }
  if (status !== undefined) {
    const wanted = statuses[status]
    if (wanted === undefined || (text === undefined && status === statusWord(item)))
      throw new WordPressError(500, 'rest_comment_failed_edit', 'Updating comment status failed.')
    moderate(context, item, wanted)
  }
  note(context, request, item, null)
  return { body: commentView(context, item, { base: caller.base, edit: caller.mayModerate, embed: false }) }
}

/** `DELETE /comments/{id}`: into the trash, or for good with `force=true`. */
export function deleteComment(context: Context, request: FastifyRequest, caller: Caller): Answer {
  const item = commentOf(context, request)
  if (!mayEdit(context, item, caller))
    throw refused(caller.signedIn, 'rest_cannot_delete', 'Sorry, you are not allowed to delete this comment.')
  const view = { base: caller.base, edit: caller.mayModerate, embed: false }
  const { force } = { ...queryFields(request), ...fieldsOf(request) }
  if (force === 'true' || force === '1' || force === true) {
    const previous = commentView(context, item, view)
    context.world.remove(item)
    delete item.extra['moderation']
    note(context, request, item, null)
    return { body: { deleted: true, previous } }
  }
  if (context.faults.quirks['noTrash'] === true)
    throw new WordPressError(501, 'rest_trash_not_supported', "The comment does not support trashing. Set 'force=true' to delete.")
  if (statusOf(item) === 'trash') throw new WordPressError(410, 'rest_already_trashed', 'The comment has already been trashed.')
  moderate(context, item, 'trash')
  note(context, request, item, null)
  return { body: commentView(context, item, view) }
}

/** What may be asked for, and what it comes to. */
const statuses: Record<string, Status> = {
  approved: 'approved',
  approve: 'approved',
  '1': 'approved',
  hold: 'hold',
  '0': 'hold',
  spam: 'spam',
  unspam: 'approved',
  trash: 'trash',
  untrash: 'approved',
}

/** As `wp_get_comment_status` words it. */
function statusWord(item: Item): string {
  const status = statusOf(item)
  return status === 'hold' ? 'unapproved' : status
}

/** Another status for a comment; what leaves the trash is there again. */
export function moderate({ world }: Context, item: Item, status: Status): void {
  if (status === 'trash') {
    item.extra['moderation'] = 'trash'
    return world.remove(item)
  }
  item.deletedAt = null
  if (status === 'approved') delete item.extra['moderation']
  else item.extra['moderation'] = status
  world.hide(item, status !== 'approved')
}

function mayEdit({ world }: Context, item: Item, { signedIn, mayModerate }: Caller): boolean {
  return mayModerate || (signedIn && world.author(item).isBrand)
}

function openPost(context: Context, number: number): Item {
  if (number === 0)
    throw new WordPressError(403, 'rest_comment_invalid_post_id', 'Sorry, you are not allowed to create this comment without a post.')
  const post = postOf(context, number)
  if (!post) {
    const trashed = [...context.world.items.wordpress.values()].some((item) => item.parentId === null && numberOf(item.id) === number)
    throw trashed
      ? new WordPressError(403, 'rest_comment_trash_post', 'Sorry, you are not allowed to create a comment on this post.')
      : new WordPressError(403, 'rest_comment_invalid_post_id', 'Sorry, you are not allowed to create this comment without a post.')
  }
  if (post.extra['commentsClosed'] === true)
    throw new WordPressError(403, 'rest_comment_closed', 'Sorry, comments are closed for this item.')
  return post
}

/** The same words of the same writer in the same place; some sites look at the whole post. Backslashes are taken off before comparing, so words that have any are never the same. */
function refuseRepeat(context: Context, said: { post: Item; parent: number; text: string }): void {
  const { world, faults } = context
  const { id } = world.brand('wordpress')
  const repeats = [...world.items.wordpress.values()].some(
    (item) =>
      item.authorId === id &&
      item.rootId === said.post.id &&
      item.parentId !== null &&
      item.deletedAt === null &&
      item.text === said.text.replaceAll(/\\(.?)/gs, '$1') &&
      (faults.quirks['duplicatesByPost'] === true || parentNumber(item) === said.parent),
  )
  if (repeats)
    throw new WordPressError(409, 'comment_duplicate', 'Duplicate comment detected; it looks as though you&#8217;ve already said that!')
}

function refuseFlood({ world }: Context): void {
  const { id } = world.brand('wordpress')
  const now = world.clock('wordpress')
  const quick = [...world.items.wordpress.values()].some(
    (item) => item.authorId === id && item.parentId !== null && now - item.createdAt < floodMs,
  )
  if (quick) throw new WordPressError(400, 'comment_flood', 'You are posting comments too quickly. Slow down.')
}

function refuseLong(text: string): void {
  if (Buffer.byteLength(text) > maxBytes) throw new WordPressError(400, 'comment_content_column_length', 'Your comment is too long.')
}

/** A text, or an object with `raw`. */
function contentOf(value: unknown): string | undefined {
  if (typeof value === 'object' && value !== null) return textOf((value as JsonObject)['raw'])
  return textOf(value)
}

/** The body, or what stands in the address in its place. */
function fieldsOf(request: FastifyRequest): JsonObject {
  return { ...queryFields(request), ...bodyFields(request) }
}

function note({ world }: Context, request: FastifyRequest, item: Item, inReplyTo: string | null): void {
  const endpoint = (request.raw.url ?? '').replace(/^\/wordpress/, '')
  const { method } = request
  world.journal.record({ platform: 'wordpress', method, endpoint, key: null, externalId: item.id, inReplyTo, text: item.text })
}
