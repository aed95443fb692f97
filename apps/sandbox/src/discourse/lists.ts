import type { FastifyRequest } from 'fastify'
import { queryFields, searchParams } from '../http/body.ts'
import { pageLimit } from '../http/paging.ts'
import type { Item, JsonObject } from '../world/item.ts'
import { notFound } from './errors.ts'
import { numberOf, postNumberOf, topicIdOf } from './ids.ts'
import { noticeOf } from './notices.ts'
import type { Discourse } from './routes.ts'
import { firstOf, iso, postOf, repliesTo, slugOf, streamOf, titleOf, topicOf } from './views.ts'
import { knownPost } from './writes.ts'

const postsOfTopic = 20
const latest = 50
const mostNotifications = 60

/** `GET /posts.json`: the newest posts of the whole forum up to an id, that one too. */
export function latestPosts(forum: Discourse, request: FastifyRequest): JsonObject {
  const before = Number(queryFields(request)['before'] ?? 0)
  const posts = livingPosts(forum)
    .filter((item) => before <= 0 || numberOf(item) <= before)
    .slice(0, pageLimit(forum, latest))
  return { latest_posts: posts.map((item) => postOf(forum, item, { raw: true })) }
}

/** Every post that can be seen, the newest id first. */
function livingPosts(forum: Discourse): Item[] {
  return [...forum.world.items.discourse.values()]
    .filter((item) => item.deletedAt === null && firstOf(forum, item).deletedAt === null)
    .sort((a, b) => numberOf(b) - numberOf(a))
}

/** `GET /t/{id}.json`: the topic, its first posts, and the ids of all of them. Words come as HTML, as written only with `include_raw`. */
export function oneTopic(forum: Discourse, request: FastifyRequest): JsonObject {
  const first = topicIn(forum, request)
  const stream = streamOf(forum, first)
  const raw = wantsRaw(request)
  const shown = stream.slice(0, pageLimit(forum, postsOfTopic))
  return {
    ...topicOf(forum, first),
    post_stream: { posts: shown.map((item) => postOf(forum, item, { raw })), stream: stream.map((item) => numberOf(item)) },
    chunk_size: postsOfTopic,
  }
}

/** `GET /t/{id}/posts.json?post_ids[]=`: those posts of a topic; without ids the first ones. */
export function topicPosts(forum: Discourse, request: FastifyRequest): JsonObject {
  const first = topicIn(forum, request)
  const asked = new Set(searchParams(request).getAll('post_ids[]'))
  const raw = wantsRaw(request)
  const posts = streamOf(forum, first).filter((item) => asked.size === 0 || asked.has(String(numberOf(item))))
  const shown = asked.size === 0 ? posts.slice(0, postsOfTopic) : posts
  return { post_stream: { posts: shown.map((item) => postOf(forum, item, { raw })) }, id: topicIdOf(first) }
}

function wantsRaw(request: FastifyRequest): boolean {
  const { include_raw: asked } = queryFields(request)
  return asked === 'true' || asked === '1'
}

function topicIn(forum: Discourse, request: FastifyRequest): Item {
  const { id } = request.params as Record<string, string>
  const first = forum.world.posts('discourse', false).find((item) => topicIdOf(item) === Number(id))
  if (!first) throw notFound()
  return first
}

/** `GET /posts/by_number/{topic}/{number}.json` */
export function postByNumber(forum: Discourse, request: FastifyRequest): JsonObject {
  const { topicId, number } = request.params as Record<string, string>
  const item = livingPosts(forum).find((each) => topicIdOf(each) === Number(topicId) && postNumberOf(each) === Number(number))
  if (!item) throw notFound()
  return postOf(forum, item, { raw: true })
}

/** `GET /posts/{id}/replies.json`: those that name this post as what they answer, 20 after a place. */
export function repliesOf(forum: Discourse, request: FastifyRequest): JsonObject[] {
  const { id } = request.params as Record<string, string>
  const item = knownPost(forum, id)
  const after = Number(queryFields(request)['after'] ?? 1) || 1
  const replies = item.parentId === null ? [] : forum.world.replies(item).filter((each) => postNumberOf(each) > after)
  return replies.slice(0, pageLimit(forum, postsOfTopic)).map((each) => postOf(forum, each, { raw: false }))
}

/** `GET /notifications.json`: `recent` gives the unread ones first and no further page; without it they come by number, newest first. */
export function notifications(forum: Discourse, request: FastifyRequest): JsonObject {
  const { recent, limit: asked, offset: from } = queryFields(request)
  const limit = Math.min(Number(asked ?? 0) || (recent === undefined ? mostNotifications : 15), mostNotifications)
  const all = forum.notices.list()
  if (recent !== undefined) {
    const sorted = [...all.filter(({ read }) => !read), ...all.filter(({ read }) => read)]
    return { notifications: sorted.slice(0, pageLimit(forum, limit)).map((notice) => noticeOf(forum, notice)), seen_notification_id: 0 }
  }
  const offset = Math.max(0, Number(from ?? 0) || 0)
  const shown = all.slice(offset, offset + pageLimit(forum, limit))
  const { handle } = forum.world.brand('discourse')
  return {
    notifications: shown.map((notice) => noticeOf(forum, notice)),
    total_rows_notifications: all.length,
    seen_notification_id: 0,
    load_more_notifications: `/notifications?limit=${limit}&offset=${offset + shown.length}&username=${handle}`,
  }
}

/** `GET /topics/created-by/{username}.json`: 30 a page, by number from 0. */
export function createdTopics(forum: Discourse, request: FastifyRequest): JsonObject {
  const { username = '' } = request.params as Record<string, string>
  const page = Number(queryFields(request)['page'] ?? 0) || 0
  const topics = forum.world.posts('discourse', false).filter((item) => forum.world.author(item).handle === username.toLowerCase())
  const shown = topics.slice(page * 30, page * 30 + 30)
  return { topic_list: { per_page: 30, topics: shown.map((first) => topicOf(forum, first)) } }
}

const actions = { topic: 4, reply: 5 }

/** `GET /user_actions.json`: what a user began (4) and answered (5), newest first, 30 from an offset. */
export function userActions(forum: Discourse, request: FastifyRequest): JsonObject {
  const { username = '', filter = '4,5', offset = '0', limit = '30' } = queryFields(request)
  const wanted = new Set(filter.split(',').map(Number))
  const posts = livingPosts(forum).filter((item) => {
    const kind = item.parentId === null ? actions.topic : actions.reply
    return forum.world.author(item).handle === username.toLowerCase() && wanted.has(kind)
  })
  const from = Number(offset) || 0
  return {
    user_actions: posts.slice(from, from + pageLimit(forum, Math.min(Number(limit) || 30, 60))).map((item) => {
      const first = firstOf(forum, item)
      const { handle, name, id } = forum.world.author(item)
      return {
        action_type: item.parentId === null ? actions.topic : actions.reply,
        created_at: iso(item.createdAt),
        excerpt: item.text.slice(0, 300),
        slug: slugOf(first),
        topic_id: topicIdOf(item),
        post_number: postNumberOf(item),
        post_id: item.parentId === null ? null : numberOf(item),
        reply_to_post_number: repliesTo(forum, item),
        title: titleOf(first),
        username: handle,
        name,
        user_id: Number(id),
        deleted: false,
        hidden: item.hidden,
        post_type: 1,
      }
    }),
  }
}
