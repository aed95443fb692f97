import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Context } from '../context.ts'
import { bodyFields, queryFields, textOf } from '../http/body.ts'
import { sameText } from '../http/hmac.ts'
import { pageNumbered } from '../http/paging.ts'
import { Windows } from '../http/windows.ts'
import { Tokens, bearerOf } from '../oauth/tokens.ts'
import type { Item, JsonObject } from '../world/item.ts'
import { LemmyError } from './errors.ts'
import { Inbox } from './inbox.ts'
import { picturesIn, routePictures } from './pictures.ts'
import { commentView, instance, isComment, maxCharacters, numberOf, personView, placeId, postNumberOf, postView } from './views.ts'

const maxDepth = 50
const tenYears = 10 * 365 * 86_400

/** The pretend Lemmy instance: version 0.19, API version 3. */
export type Lemmy = Context & { inbox: Inbox; tokens: Tokens; windows: Windows }

/** A pretend Lemmy with nothing in it yet. */
export function openLemmy(context: Context): Lemmy {
  return {
    ...context,
    inbox: new Inbox(context),
    // A login has no published end; it dies with the password, or when it is taken back.
    tokens: new Tokens(context, 'lemmy', { secret: context.secrets.lemmy.jwtSecret, accessSeconds: tenYears, rotates: false }),
    windows: new Windows(context, 'lemmy'),
  }
}

/** Registers the REST API below `/api/v3`. */
export function routeLemmy(app: FastifyInstance, lemmy: Lemmy): void {
  const v3 = '/api/v3'
  const { world, inbox } = lemmy
  app.register(async (scope) => {
    scope.setErrorHandler((error, _request, reply) => answerError(error, reply))
    scope.addHook('onRequest', async (request) => count(lemmy, request))
    scope.get(`${v3}/site`, async (request) => site(lemmy, request))
    scope.post(`${v3}/user/login`, async (request) => login(lemmy, request))
    routePictures(scope, lemmy, (request) => requireLogin(lemmy, request))
    scope.register(async (inner) => {
      inner.addHook('preHandler', async (request) => requireLogin(lemmy, request))
      inner.get(`${v3}/user/validate_auth`, async () => ({ success: true }))
      inner.post(`${v3}/user/logout`, async () => ({ success: true }))
      inner.get(`${v3}/user/unread_count`, async () => ({
        replies: inbox.list('reply', true).length,
        mentions: inbox.list('mention', true).length,
        private_messages: 0,
      }))
      inner.get(`${v3}/user/replies`, async (request) => ({ replies: listNotices(lemmy, request, 'reply') }))
      inner.get(`${v3}/user/mention`, async (request) => ({ mentions: listNotices(lemmy, request, 'mention') }))
      inner.post(`${v3}/comment/mark_as_read`, async (request) => ({ comment_reply_view: markRead(lemmy, request, 'reply') }))
      inner.post(`${v3}/user/mention/mark_as_read`, async (request) => ({ person_mention_view: markRead(lemmy, request, 'mention') }))
      inner.get(`${v3}/user`, async (request) => details(lemmy, request))
      inner.get(`${v3}/post`, async (request) => {
        const item = postOf(lemmy, queryFields(request)['id'])
        return { post_view: postView(lemmy, item), moderators: [], cross_posts: [] }
      })
      inner.get(`${v3}/post/list`, async (request) => {
        const items = world.posts('lemmy', false).filter((item) => !isComment(item))
        return { posts: pageOf(lemmy, request, items).map((item) => postView(lemmy, item)) }
      })
      inner.get(`${v3}/comment`, async (request) => ({
        comment_view: commentView(lemmy, keptComment(lemmy, queryFields(request)['id'])),
        recipient_ids: [],
      }))
      inner.get(`${v3}/comment/list`, async (request) => ({ comments: listComments(lemmy, request) }))
      inner.post(`${v3}/comment`, async (request) => createComment(lemmy, request))
      inner.put(`${v3}/comment`, async (request) => editComment(lemmy, request))
      inner.post(`${v3}/comment/delete`, async (request) => deleteComment(lemmy, request))
      inner.post(`${v3}/comment/like`, async (request) => vote(lemmy, request))
    })
  })
}

function answerError(error: unknown, reply: FastifyReply): FastifyReply {
  if (error instanceof LemmyError) return reply.code(error.status).send(error.body)
  const status = (error as { statusCode?: number }).statusCode ?? 500
  return reply.code(status).send({ error: status < 500 ? 'invalid_body_field' : 'unknown' })
}

/** 180 calls a minute, 6 comments in 10, 6 pictures an hour; no header tells. */
function count(lemmy: Lemmy, request: FastifyRequest): void {
  const isComment = request.method === 'POST' && (request.raw.url ?? '').endsWith('/comment')
  const isPicture = request.method === 'POST' && (request.raw.url ?? '').endsWith('/pictrs/image')
  const use = isComment
    ? lemmy.windows.use('comment', 6, 600)
    : isPicture
      ? lemmy.windows.use('image', 6, 3_600)
      : lemmy.windows.use('message', 180, 60)
  if (use.over) throw new LemmyError(400, 'rate_limit_error')
}

function login(lemmy: Lemmy, request: FastifyRequest): JsonObject {
  const form = bodyFields(request)
  const { username, password } = lemmy.secrets.lemmy
  const known = textOf(form['username_or_email'])?.toLowerCase() === username
  const revoked = lemmy.faults.tokens.lemmy === 'revoked'
  if (!known || revoked || !sameText(textOf(form['password']) ?? '', password)) throw new LemmyError(401, 'incorrect_login')
  return { jwt: lemmy.tokens.issue().accessToken, registration_created: false, verify_email_sent: false }
}

function requireLogin(lemmy: Lemmy, request: FastifyRequest): void {
  if (lemmy.tokens.fateOf(bearerOf(request)) !== 'good') throw new LemmyError(401, 'not_logged_in')
}

function site(lemmy: Lemmy, request: FastifyRequest): JsonObject {
  const signedIn = lemmy.tokens.fateOf(bearerOf(request)) === 'good'
  const person = personView(lemmy, lemmy.world.brand('lemmy'))
  return {
    site_view: { site: { id: 1, name: 'A pretend Lemmy', actor_id: `https://${instance}/` } },
    admins: [],
    version: '0.19.9',
    all_languages: [],
    discussion_languages: [],
    ...(signedIn ? { my_user: { local_user_view: { person } } } : {}),
  }
}

function listNotices(lemmy: Lemmy, request: FastifyRequest, kind: 'reply' | 'mention'): JsonObject[] {
  const unreadOnly = queryFields(request)['unread_only'] === 'true'
  return pageOf(lemmy, request, lemmy.inbox.list(kind, unreadOnly)).map((notice) => lemmy.inbox.view(notice))
}

function markRead(lemmy: Lemmy, request: FastifyRequest, kind: 'reply' | 'mention'): JsonObject {
  const form = bodyFields(request)
  const id = Number(form[kind === 'reply' ? 'comment_reply_id' : 'person_mention_id'])
  const notice = lemmy.inbox.mark(kind, id, form['read'] === true)
  if (!notice) throw new LemmyError(400, 'couldnt_find_comment_reply')
  return lemmy.inbox.view(notice)
}

/** `GET /user`: a person with their posts and comments, newest first. */
function details(lemmy: Lemmy, request: FastifyRequest): JsonObject {
  const { person_id: id, username } = queryFields(request)
  const accounts = [...lemmy.world.accounts.lemmy.values()]
  const account = accounts.find((each) => each.id === id || each.handle === username?.split('@')[0])
  if (!account) throw new LemmyError(400, 'couldnt_find_person')
  const items = [...lemmy.world.items.lemmy.values()].filter((item) => item.authorId === account.id && item.deletedAt === null).reverse()
  const posts = items.filter((item) => !isComment(item))
  const comments = items.filter(isComment)
  return {
    person_view: {
      person: personView(lemmy, account),
      counts: { post_count: posts.length, comment_count: comments.length },
      is_admin: false,
    },
    posts: pageOf(lemmy, request, posts).map((item) => postView(lemmy, item)),
    comments: pageOf(lemmy, request, comments).map((item) => commentView(lemmy, item)),
    moderates: [],
  }
}

/** `GET /comment/list`: with `max_depth` the whole tree at once, paged only without it, as on the real server. */
function listComments(lemmy: Lemmy, request: FastifyRequest): JsonObject[] {
  const { post_id: postId, parent_id: parentId, max_depth: depth } = queryFields(request)
  const top = lemmy.world.items.lemmy.get(parentId ? placeId('comment', parentId) : placeId('post', postId ?? ''))
  if (!top) return []
  const items = [...(parentId ? [top] : []), ...below(lemmy, top)].sort((a, b) => numberOf(b.id) - numberOf(a.id))
  const shown = depth === undefined ? pageOf(lemmy, request, items) : items.slice(0, 300)
  return shown.map((item) => commentView(lemmy, item))
}

/** Deleted comments stand in the tree as long as something is below them. */
function below(lemmy: Lemmy, item: Item): Item[] {
  return item.replyIds.flatMap((id) => {
    const reply = lemmy.world.items.lemmy.get(id)
    return reply ? [reply, ...below(lemmy, reply)] : []
  })
}

/** Below a deleted comment too; below one that is not there any more it lands on top of the thread. Both are the real server's ways. */
function createComment(lemmy: Lemmy, request: FastifyRequest): JsonObject {
  const form = bodyFields(request)
  const text = readContent(form)
  const postId = textOf(form['post_id']) ?? ''
  const below = lemmy.world.items.lemmy.get(placeId('comment', textOf(form['parent_id']) ?? ''))
  const parent = below ?? postOf(lemmy, postId)
  if (postNumberOf(lemmy, parent) !== Number(postId)) throw new LemmyError(400, 'couldnt_create_comment')
  if (depthOf(lemmy, parent) >= maxDepth) throw new LemmyError(400, 'max_comment_depth_reached')
  const authorId = lemmy.world.brand('lemmy').id
  const item = lemmy.world.write({ platform: 'lemmy', authorId, text, parentId: parent.id, media: picturesIn(lemmy, text) })
  note(lemmy, request, item, parent.id)
  return { comment_view: commentView(lemmy, item), recipient_ids: [] }
}

function editComment(lemmy: Lemmy, request: FastifyRequest): JsonObject {
  const form = bodyFields(request)
  const item = ownComment(lemmy, form)
  const text = readContent(form)
  lemmy.world.edit(item, text, { media: picturesIn(lemmy, text) })
  note(lemmy, request, item, null)
  return { comment_view: commentView(lemmy, item), recipient_ids: [] }
}

function deleteComment(lemmy: Lemmy, request: FastifyRequest): JsonObject {
  const item = ownComment(lemmy, bodyFields(request))
  lemmy.world.remove(item)
  note(lemmy, request, item, null)
  return { comment_view: commentView(lemmy, item), recipient_ids: [] }
}

/** `POST /comment/like`: 1 up, 0 takes it back; -1 down is taken and not kept. */
function vote(lemmy: Lemmy, request: FastifyRequest): JsonObject {
  const form = bodyFields(request)
  const item = livingComment(lemmy, form)
  const brandId = lemmy.world.brand('lemmy').id
  if (form['score'] === 1) lemmy.world.like(item, brandId)
  else lemmy.world.unlike(item, brandId)
  note(lemmy, request, item, null)
  return { comment_view: commentView(lemmy, item), recipient_ids: [] }
}

function readContent(form: JsonObject): string {
  const text = textOf(form['content'])
  if (text === undefined || text.trim() === '' || text.length > maxCharacters) throw new LemmyError(400, 'invalid_body_field')
  return text
}

function ownComment(lemmy: Lemmy, form: JsonObject): Item {
  const item = livingComment(lemmy, form)
  if (item.authorId !== lemmy.world.brand('lemmy').id) throw new LemmyError(400, 'no_comment_edit_allowed')
  return item
}

function livingComment(lemmy: Lemmy, form: JsonObject): Item {
  const item = lemmy.world.find('lemmy', placeId('comment', textOf(form['comment_id']) ?? ''))
  if (!item) throw new LemmyError(404, 'couldnt_find_comment')
  return item
}

function postOf(lemmy: Lemmy, id: string | undefined): Item {
  const item = lemmy.world.find('lemmy', placeId('post', id ?? ''))
  if (!item) throw new LemmyError(404, 'couldnt_find_post')
  return item
}

/** A comment that is deleted is still there, without its words. */
function keptComment(lemmy: Lemmy, id: string | undefined): Item {
  const item = lemmy.world.items.lemmy.get(placeId('comment', id ?? ''))
  if (!item) throw new LemmyError(404, 'couldnt_find_comment')
  return item
}

function depthOf(lemmy: Lemmy, item: Item): number {
  let depth = 0
  for (let each: Item | undefined = item; each && isComment(each); each = lemmy.world.items.lemmy.get(each.parentId ?? '')) depth += 1
  return depth
}

function pageOf<T>(lemmy: Lemmy, request: FastifyRequest, entries: T[]): T[] {
  const { page, limit } = queryFields(request)
  const asked = Math.min(Number(limit ?? 10) || 10, 50)
  return pageNumbered(lemmy, entries, { page: Number(page ?? 1) || 1, limit: asked }).page
}

function note(lemmy: Lemmy, request: FastifyRequest, item: Item, inReplyTo: string | null): void {
  const endpoint = (request.raw.url ?? '').replace(/^\/lemmy/, '')
  const { method } = request
  lemmy.world.journal.record({ platform: 'lemmy', method, endpoint, key: null, externalId: item.id, inReplyTo, text: item.text })
}
