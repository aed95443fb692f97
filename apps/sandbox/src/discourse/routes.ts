import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Context } from '../context.ts'
import { bodyFields, queryFields, textOf } from '../http/body.ts'
import { Windows } from '../http/windows.ts'
import { fateOfStatic } from '../oauth/tokens.ts'
import type { JsonObject } from '../world/item.ts'
import { DiscourseError, invalidAccess, notFound, tooMany } from './errors.ts'
import { createdTopics, latestPosts, notifications, oneTopic, postByNumber, repliesOf, topicPosts, userActions } from './lists.ts'
import { Notices } from './notices.ts'
import { upload, uploadSettings } from './uploads.ts'
import { postOf, userOf } from './views.ts'
import { act, createPost, deletePost, editPost, knownPost, unact } from './writes.ts'

/** Calls of one admin key a minute. */
const callsAMinute = 60

/** The pretend forum. */
export type Discourse = Context & { notices: Notices; windows: Windows }

/** A pretend forum with nothing in it yet. */
export function openDiscourse(context: Context): Discourse {
  return { ...context, notices: new Notices(context), windows: new Windows(context, 'discourse') }
}

/** Registers the REST API. What anybody may read needs no key; a wrong key is refused everywhere. */
export function routeDiscourse(app: FastifyInstance, forum: Discourse): void {
  const { world } = forum
  app.register(async (scope) => {
    scope.setErrorHandler((error, _request, reply) => answerError(error, reply))
    scope.addHook('onRequest', async (request) => admit(forum, request))
    scope.get('/about.json', async () => ({ about: site }))
    scope.get('/site/basic-info.json', async () => site)
    scope.get('/site/settings.json', async () => ({ min_post_length: 20, max_post_length: 32_000, title: site.title, ...uploadSettings }))
    scope.get('/posts.json', async (request) => latestPosts(forum, request))
    scope.get('/posts/:id(^\\d+).json', async (request) => postOf(forum, knownPost(forum, idIn(request)), { raw: true }))
    scope.get('/posts/:id(^\\d+)/replies.json', async (request) => repliesOf(forum, request))
    scope.get('/posts/by_number/:topicId(^\\d+)/:number(^\\d+).json', async (request) => postByNumber(forum, request))
    scope.get('/t/:id(^\\d+).json', async (request) => oneTopic(forum, request))
    scope.get('/t/:slug/:id(^\\d+).json', async (request) => oneTopic(forum, request))
    scope.get('/t/:id(^\\d+)/posts.json', async (request) => topicPosts(forum, request))
    scope.get('/topics/created-by/:username.json', async (request) => createdTopics(forum, request))
    scope.get('/u/:username.json', async (request) => {
      const { username = '' } = request.params as Record<string, string>
      const user = [...world.accounts.discourse.values()].find(({ handle }) => handle === username.toLowerCase())
      if (!user) throw notFound()
      return { user: { ...userOf(user), trust_level: user.isBrand ? 4 : 1, moderator: user.isBrand, admin: false } }
    })
    scope.register(async (inner) => {
      inner.addHook('preHandler', async (request) => requireLogin(request))
      inner.get('/session/current.json', async () => ({
        current_user: { ...userOf(world.brand('discourse')), moderator: true, admin: false, staff: true, trust_level: 4 },
      }))
      inner.get('/notifications.json', async (request) => notifications(forum, request))
      inner.put('/notifications/mark-read.json', async (request) => {
        const id = textOf(bodyFields(request)['id'])
        forum.notices.markRead(id === undefined ? null : Number(id))
        return { success: 'OK' }
      })
      inner.get('/user_actions.json', async (request) => userActions(forum, request))
      inner.post('/uploads.json', async (request) => upload(forum, request))
      inner.post('/posts.json', async (request) => createPost(forum, request))
      inner.put('/posts/:id(^\\d+).json', async (request) => editPost(forum, request))
      inner.delete('/posts/:id(^\\d+).json', async (request, reply) => {
        deletePost(forum, request)
        return reply.code(200).send('')
      })
      inner.post('/post_actions.json', async (request) => act(forum, request))
      inner.delete('/post_actions/:id(^\\d+).json', async (request) => unact(forum, request))
      inner.put('/t/:id(^\\d+)/status.json', async (request) => setStatus(forum, request))
    })
  })
}

const site = { title: 'A pretend forum', description: 'Bags, thread and dye', version: '3.6.0' }

function idIn(request: FastifyRequest): string {
  return (request.params as Record<string, string>)['id'] ?? ''
}

/** Counts the calls of a key, and refuses one that is not good, or is used for another user. */
function admit(forum: Discourse, request: FastifyRequest): void {
  const key = request.headers['api-key']
  if (typeof key !== 'string') return
  const { apiKey, username } = forum.secrets.discourse
  const given = request.headers['api-username']
  const fate = fateOfStatic(forum, 'discourse', key, apiKey)
  if (fate !== 'good' || typeof given !== 'string' || given.toLowerCase() !== username) throw invalidAccess(true)
  const use = forum.windows.use('key', callsAMinute, 60)
  const seconds = Math.max(1, Math.ceil((use.resetAt - forum.world.clock('discourse')) / 1000))
  if (use.over) throw tooMany(seconds, { 'retry-after': String(seconds) })
}

function requireLogin(request: FastifyRequest): void {
  if (request.headers['api-key'] === undefined)
    throw new DiscourseError(403, 'You need to be logged in to do that.', { error_type: 'not_logged_in' })
}

/** `PUT /t/{id}/status`: closed or archived topics take no posts. */
function setStatus(forum: Discourse, request: FastifyRequest): JsonObject {
  const { status = '', enabled = '' } = { ...queryFields(request), ...bodyFields(request) } as Record<string, unknown>
  const first = [...forum.world.posts('discourse', false)].find(({ extra }) => extra['topicId'] === Number(idIn(request)))
  if (!first) throw notFound()
  if (status !== 'closed' && status !== 'archived') throw new DiscourseError(400, 'status', { error_type: 'invalid_parameters' })
  first.extra[status] = textOf(enabled) === 'true'
  return { success: 'OK', topic_status_update: null }
}

function answerError(error: unknown, reply: FastifyReply): FastifyReply {
  if (error instanceof DiscourseError) return reply.code(error.status).headers(error.headers).send(error.body)
  const status = (error as { statusCode?: number }).statusCode ?? 500
  return status < 500
    ? reply.code(400).send({ errors: ['You supplied invalid parameters to the request'], error_type: 'invalid_parameters' })
    : reply.code(500).send({ status: 500, error: 'Internal Server Error' })
}
