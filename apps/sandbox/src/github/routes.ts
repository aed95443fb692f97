import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Context } from '../context.ts'
import { baseUrlOf } from '../http/base.ts'
import { bodyFields, queryFields, textOf } from '../http/body.ts'
import { Windows } from '../http/windows.ts'
import type { WindowUse } from '../http/windows.ts'
import { bearerOf, fateOfStatic } from '../oauth/tokens.ts'
import type { Item, JsonObject } from '../world/item.ts'
import { RestError, badCredentials } from './errors.ts'
import { isDiscussion, numberOf } from './ids.ts'
import { answer } from './run.ts'
import type { Types } from './run.ts'
import { typesOf } from './schema.ts'
import { repositoryOf, seconds, urlOf, userView } from './views.ts'

const platform = 'github'
const pointsAnHour = 5_000
const maxNotifications = 50
const issueTitle = 'A question about bags'

/** The pretend GitHub: discussions by GraphQL, notifications and a little more by REST. */
export type Github = Context & { windows: Windows; types: Types; missed: Set<string> }

/** A pretend GitHub with nothing in it yet. */
export function openGithub(context: Context): Github {
  const windows = new Windows(context, platform)
  const types = typesOf(context, () => windows.use('graphql', pointsAnHour, 3_600, 0))
  const github: Github = { ...context, windows, types, missed: new Set() }
  context.world.listen(({ kind, item }) => {
    const { lostNotifications } = context.faults.quirks
    if (kind === 'added' && item.platform === platform && lostNotifications > 0 && context.world.random() < lostNotifications)
      github.missed.add(item.id)
  })
  return github
}

/** Registers both APIs. */
export function routeGithub(app: FastifyInstance, github: Github): void {
  app.register(async (scope) => {
    scope.setErrorHandler((error, _request, reply) => answerError(error, reply))
    scope.addHook('preHandler', async (request, reply) => admit(github, request, reply))
    scope.post('/graphql', async (request) => answer(github.types, bodyFields(request)))
    scope.get('/user', async () => userView(github, github.world.brand(platform)))
    scope.get('/notifications', async (request, reply) => listNotifications(github, request, reply))
    scope.get('/repos/:owner/:name', async (request) => repositoryView(github, request))
    scope.get('/repos/elsewhere/bags/issues/comments/:id', async (request) =>
      commentInIssue(github, request, inIssue(github, request, 'id')),
    )
    scope.get('/repos/elsewhere/bags/issues/:number', async (request) => issueView(github, request))
    scope.get('/repos/elsewhere/bags/issues/:number/comments', async (request, reply) => listInIssue(github, request, reply))
    scope.post('/repos/elsewhere/bags/issues/:number/comments', async (request, reply) => reply.code(201).send(addInIssue(github, request)))
  })
}

function admit(github: Github, request: FastifyRequest, reply: FastifyReply): void {
  const token = bearerOf(request) ?? bearerOf(request, 'token')
  if (fateOfStatic(github, platform, token, github.secrets[platform].token) !== 'good') throw badCredentials()
  const resource = request.url.includes('/graphql') ? 'graphql' : 'core'
  const use = github.windows.use(resource, pointsAnHour, 3_600)
  reply.headers(rateHeaders(use, resource))
  if (use.over) throw new RestError(403, 'API rate limit exceeded')
}

function rateHeaders({ limit, left, resetAt }: WindowUse, resource: string): Record<string, string> {
  return {
    'x-ratelimit-limit': String(limit),
    'x-ratelimit-remaining': String(left),
    'x-ratelimit-used': String(limit - left),
    'x-ratelimit-reset': String(Math.ceil(resetAt / 1000)),
    'x-ratelimit-resource': resource,
  }
}

function answerError(error: unknown, reply: FastifyReply): FastifyReply {
  if (error instanceof RestError) return reply.code(error.status).send(error.body)
  const status = (error as { statusCode?: number }).statusCode ?? 500
  const known = status < 500 ? new RestError(400, 'Problems parsing JSON') : new RestError(500, 'Server Error')
  return reply.code(known.status).send(known.body)
}

/**
 * The brand's notifications, one a thread, the last changed first: where it was named, and somebody wrote last. `since` by time, `304` when nothing came since `If-Modified-Since`, and
 * the pause to keep in `X-Poll-Interval`. Discussions have a notification without an address.
 */
function listNotifications(github: Github, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { world } = github
  const since = Date.parse(queryFields(request)['since'] ?? '') || 0
  const byOthers = [...world.items[platform].values()].filter(
    (item) => item.deletedAt === null && item.authorId !== world.brand(platform).id && !github.missed.has(item.id),
  )
  const named = new Set(byOthers.filter((item) => item.mentionsBrand).map((item) => item.rootId))
  const latest = new Map<string, Item>()
  for (const item of byOthers) {
    const before = latest.get(item.rootId)
    if (named.has(item.rootId) && (!before || changedAt(item) >= changedAt(before))) latest.set(item.rootId, item)
  }
  const all = [...latest.values()].filter((item) => changedAt(item) >= since).toSorted((a, b) => changedAt(b) - changedAt(a))
  const newest = all[0] ? changedAt(all[0]) : 0
  const known = Date.parse(String(request.headers['if-modified-since'] ?? ''))
  reply.header('x-poll-interval', '60')
  if (newest > 0) reply.header('last-modified', new Date(newest).toUTCString())
  if (newest > 0 && Math.floor(newest / 1000) * 1000 <= known) return reply.code(304).send()
  return reply.send(pageOf(request, reply, all, maxNotifications, maxNotifications).map((item) => notificationView(github, request, item)))
}

function changedAt(item: Item): number {
  return item.editedAt ?? item.createdAt
}

/** The page asked for; the address of the next stands in `Link`. */
function pageOf(request: FastifyRequest, reply: FastifyReply, all: Item[], usual: number, most: number): Item[] {
  const query = queryFields(request)
  const size = Math.min(Number(query['per_page']) || usual, most)
  const page = Math.max(Number(query['page']) || 1, 1)
  if (page * size < all.length) {
    const path = request.url.split('?')[0]!.replace(/^\/github(?=\/)/, '')
    const next = new URLSearchParams({ ...query, page: String(page + 1) }).toString()
    reply.header('link', `<${baseUrlOf(request, platform)}${path}?${next}>; rel="next"`)
  }
  return all.slice((page - 1) * size, page * size)
}

function notificationView(github: Github, request: FastifyRequest, item: Item): JsonObject {
  const root = github.world.items[platform].get(item.rootId) ?? item
  const elsewhere = !isDiscussion(root)
  const api = `${baseUrlOf(request, platform)}/repos/elsewhere/bags/issues`
  return {
    id: String(numberOf(root, 'databaseId')),
    unread: true,
    reason: 'mention',
    updated_at: seconds(changedAt(item)),
    last_read_at: null,
    subject: elsewhere
      ? {
          title: issueTitle,
          type: 'Issue',
          url: `${api}/${numberOf(root, 'databaseId')}`,
          latest_comment_url: `${api}/comments/${numberOf(item, 'databaseId')}`,
        }
      : { title: root.title, type: 'Discussion', url: null, latest_comment_url: null },
    repository: elsewhere
      ? { id: 78, name: 'bags', full_name: 'elsewhere/bags', private: false }
      : { id: 77, name: repositoryOf(github).name, full_name: github.secrets[platform].repository, private: false },
  }
}

/** The issue in which somebody speaks first: that it was opened is no part of the world. */
function issueView(github: Github, request: FastifyRequest): JsonObject {
  const root = inIssue(github, request, 'number')
  const comment = commentInIssue(github, request, root)
  return {
    ...comment,
    node_id: root.id.replace(/^IC_/, 'I_'),
    url: comment['issue_url'],
    issue_url: undefined,
    html_url: urlOf(github, root).split('#')[0],
    number: numberOf(root, 'databaseId'),
    title: issueTitle,
    body: 'Which one do you carry?',
    comments: github.world.replies(root).length + 1,
  }
}

function commentInIssue(github: Github, request: FastifyRequest, item: Item): JsonObject {
  const api = `${baseUrlOf(request, platform)}/repos/elsewhere/bags/issues`
  const root = github.world.items[platform].get(item.rootId) ?? item
  const author = github.world.author(item)
  return {
    id: numberOf(item, 'databaseId'),
    node_id: item.id,
    url: `${api}/comments/${numberOf(item, 'databaseId')}`,
    html_url: urlOf(github, item),
    issue_url: `${api}/${numberOf(root, 'databaseId')}`,
    user: userView(github, author),
    author_association: 'NONE',
    body: item.text,
    created_at: seconds(item.createdAt),
    updated_at: seconds(changedAt(item)),
  }
}

/** What stands in issues elsewhere: whatever was said there, by its number. */
function inIssue(github: Github, request: FastifyRequest, name: 'id' | 'number'): Item {
  const wanted = (request.params as Record<string, string>)[name]
  for (const item of github.world.items[platform].values())
    if (String(numberOf(item, 'databaseId')) === wanted && item.deletedAt === null && item.id.startsWith('IC_')) return item
  throw new RestError(404, 'Not Found')
}

/** The comments of an issue, oldest first; `since` is about their last change. */
function listInIssue(github: Github, request: FastifyRequest, reply: FastifyReply): JsonObject[] {
  const root = inIssue(github, request, 'number')
  const since = Date.parse(queryFields(request)['since'] ?? '') || 0
  // Times are told in whole seconds.
  const all = [root, ...github.world.replies(root)].filter((item) => Date.parse(seconds(changedAt(item))) >= since)
  return pageOf(request, reply, all, 30, 100).map((item) => commentInIssue(github, request, item))
}

function addInIssue(github: Github, request: FastifyRequest): JsonObject {
  const root = inIssue(github, request, 'number')
  const text = textOf(bodyFields(request)['body']) ?? ''
  if (text.trim() === '') throw new RestError(422, 'Validation Failed')
  const item = github.world.write({ platform, authorId: github.world.brand(platform).id, text, parentId: root.id })
  const endpoint = (request.raw.url ?? '').replace(/^\/github(?=\/)/, '')
  const write = { platform, method: request.method, endpoint, key: null, externalId: item.id, inReplyTo: root.id, text } as const
  github.world.journal.record(write)
  return commentInIssue(github, request, item)
}

function repositoryView(github: Github, request: FastifyRequest): JsonObject {
  const { owner, name } = request.params as { owner: string; name: string }
  const known = repositoryOf(github)
  if (owner.toLowerCase() !== known.owner || name.toLowerCase() !== known.name) throw new RestError(404, 'Not Found')
  const account = userView(github, github.world.brand(platform))
  return {
    id: 77,
    node_id: 'R_kgDO77',
    name,
    full_name: `${owner}/${name}`,
    owner: account,
    has_discussions: true,
    private: false,
    html_url: `${github.publicUrl()}/github/${owner}/${name}`,
    permissions: { admin: false, maintain: true, push: true, triage: true, pull: true },
  }
}
