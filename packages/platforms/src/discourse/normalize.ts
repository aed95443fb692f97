import { removalFact } from '../fact.ts'
import { idOf, instantOf, nameOf, parseJson, recordOf, textOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { Normalized, RawDelivery, Self } from '../platform.ts'
import { externalIdOf } from './names.ts'
import { accountIdOf, isOwned, readPost } from './post.ts'
import type { Around } from './post.ts'

/**
 * What a forum gave, as facts. Kinds: `topic` (posts of one topic; the request says what is known around them, see `aroundOf`), `gone` (a post that is no longer there,
 * `request.id`), `webhook`. A webhook tells a post without what stands above it, so most of it only names what to read.
 */
export function normalize(delivery: RawDelivery, self: Self): Normalized {
  const body = recordOf(parseJson(delivery.body))
  if (delivery.kind === 'topic') return readTopic(body, delivery, self)
  if (delivery.kind === 'gone') return readGone(body, delivery, self)
  if (delivery.kind === 'webhook') return readWebhook(body, delivery, self)
  return refuse(`unknown kind "${delivery.kind}"`)
}

function refuse(reason: string, index = -1): Normalized {
  return { facts: [], unknown: [{ index, reason }], ignored: 0 }
}

function readTopic(body: JsonRecord, delivery: RawDelivery, self: Self): Normalized {
  const { posts } = recordOf(body.post_stream)
  if (!Array.isArray(posts)) return refuse('no list of posts')
  const result: Normalized = { facts: [], unknown: [], ignored: 0 }
  if (textOf(body.archetype) === 'private_message') return { ...result, ignored: posts.length }
  const around = aroundOf(body, delivery, self)
  posts.forEach((each, index) => {
    const read = readPost(recordOf(each), around)
    if (read === null) result.unknown.push({ index, reason: 'a post that cannot be read' })
    else if (read === 'ignored') result.ignored += 1
    else result.facts.push(...read)
  })
  return result
}

/** `op`, `opUser`, `opName`: id and author of the first post; `numbers` and `ids`: posts that others answer; `ours`: numbers of posts of ours; `told`: ids. All ids are the forum's own. */
function aroundOf(topic: JsonRecord, { request, receivedAt }: RawDelivery, self: Self): Around {
  const ids = split(request.ids).map((id) => externalIdOf(id, self))
  const posts = new Map(split(request.numbers).map((number, index) => [Number(number), ids[index] ?? '']))
  const opener = { user_id: request.opUser, username: request.opName }
  return {
    self,
    receivedAt,
    posts,
    opensWith: request.op ? { id: externalIdOf(request.op, self), ours: isOwned(opener, self) } : null,
    oursAt: new Set(split(request.ours).map(Number)),
    told: new Set(split(request.told).map((id) => externalIdOf(id, self))),
    topic,
  }
}

function split(list: string | undefined): string[] {
  return (list ?? '').split(',').filter((each) => each !== '')
}

function readGone(body: JsonRecord, { request }: RawDelivery, self: Self): Normalized {
  if (!request.id || !Array.isArray(body.errors)) return refuse('no absence')
  return { facts: [removalFact(externalIdOf(request.id, self))], unknown: [], ignored: 0 }
}

/** What is known and of no use. */
const useless = new Set(['ping', 'user', 'group', 'category', 'tag', 'reviewable', 'badge', 'chat_message', 'solved', 'assign'])

function readWebhook(body: JsonRecord, { request }: RawDelivery, self: Self): Normalized {
  const type = nameOf(request['x-discourse-event-type']) ?? Object.keys(body)[0] ?? ''
  const event = textOf(request['x-discourse-event'])
  const none: Normalized = { facts: [], unknown: [], ignored: 0 }
  if (type === 'post') return readPostEvent(recordOf(body.post), event, self)
  if (type === 'topic') {
    const topic = idOf(recordOf(body.topic).id)
    return topic === null ? refuse('a topic without an id', 0) : { ...none, wanted: [{ kind: 'topic', id: topic }] }
  }
  if (type === 'notification') {
    const notification = recordOf(body.notification)
    const topic = idOf(notification.topic_id)
    return topic === null ? { ...none, ignored: 1 } : { ...none, wanted: [{ kind: 'notifications', id: topic }] }
  }
  if (type === 'like') return readLike(recordOf(body.like), self)
  return useless.has(type) ? { ...none, ignored: 1 } : refuse(`unknown event "${type.slice(0, 60)}"`, 0)
}

function readPostEvent(post: JsonRecord, event: string, self: Self): Normalized {
  const id = idOf(post.id)
  const topic = idOf(post.topic_id)
  if (id === null || topic === null) return refuse('a post without its ids', 0)
  if (textOf(post.topic_archetype) === 'private_message') return { facts: [], unknown: [], ignored: 1 }
  if (event === 'post_destroyed' || nameOf(post.deleted_at) !== null) {
    return { facts: [removalFact(externalIdOf(id, self), instantOf(post.deleted_at))], unknown: [], ignored: 0 }
  }
  // What is new is found among the newest of all; the rest is read where it stands.
  const wanted = event === 'post_created' ? { kind: 'posts', id } : { kind: 'topic', id: `${topic}/${id}` }
  return { facts: [], unknown: [], ignored: 0, wanted: [wanted] }
}

/** Only likes of ours count for anything. */
function readLike(like: JsonRecord, self: Self): Normalized {
  const id = idOf(recordOf(like.post).id)
  const user = recordOf(like.user)
  if (id === null) return refuse('a like of nothing', 0)
  const ours = isOwned({ user_id: user.id, username: user.username }, self)
  const isKnown = ours && accountIdOf({ user_id: user.id }, self.host) !== null
  return {
    facts: isKnown ? [{ fact: 'like', externalId: externalIdOf(id, self), liked: true, platformAt: null }] : [],
    unknown: [],
    ignored: isKnown ? 0 : 1,
  }
}
