import type { FastifyRequest } from 'fastify'
import { bodyFields, textOf } from '../http/body.ts'
import type { Item, JsonObject } from '../world/item.ts'
import { RedditError, Refusal } from './errors.ts'
import { isComment } from './ids.ts'
import { thing } from './things.ts'
import type { Reddit } from './routes.ts'

const maxCharacters = 10_000
const gone = new Refusal('DELETED_COMMENT', 'that comment has been deleted', 'parent')

/** `POST /api/comment`: below a post or comment, named by fullname. */
export function addComment(reddit: Reddit, request: FastifyRequest): JsonObject {
  const form = fieldsOf(request)
  if (reddit.faults.quirks['rateLimitsComments'] === true)
    throw new Refusal(
      'RATELIMIT',
      "Looks like you've been doing that a lot. Take a break for 3 minutes before trying again.",
      'ratelimit',
      178.2,
    )
  const text = wordsOf(form['text'])
  const parentId = form['thing_id'] ?? form['parent']
  if (!parentId) throw new Refusal('NO_THING_ID', 'id not specified', 'parent')
  const parent = reddit.world.items.reddit.get(parentId)
  if (!parent || parent.deletedAt !== null) throw gone
  const root = reddit.world.items.reddit.get(parent.rootId)
  if (root?.extra['locked'] === true || parent.extra['locked'] === true)
    throw new Refusal('THREAD_LOCKED', 'Comments are locked.', 'parent')
  if (root?.extra['archived'] === true)
    throw new Refusal('TOO_OLD', "that's a piece of history now; it's too late to reply to it", 'parent')
  const item = reddit.world.write({ platform: 'reddit', authorId: reddit.world.brand('reddit').id, text, parentId: parent.id })
  note(reddit, request, item, parent.id)
  return { json: { errors: [], data: { things: [thing(reddit, item)] } } }
}

/** `POST /api/editusertext`: other words for something of the brand's own. */
export function editText(reddit: Reddit, request: FastifyRequest): JsonObject {
  const form = fieldsOf(request)
  const item = ownItem(reddit, form['thing_id'])
  reddit.world.edit(item, wordsOf(form['text']))
  note(reddit, request, item, null)
  return { json: { errors: [], data: { things: [thing(reddit, item)] } } }
}

/** `POST /api/del`: something of the brand's own. Again is no error. */
export function deleteItem(reddit: Reddit, request: FastifyRequest): JsonObject {
  const item = ownItem(reddit, fieldsOf(request)['id'], true)
  reddit.world.remove(item)
  note(reddit, request, item, null)
  return {}
}

/** `POST /api/vote`: up, or no vote; a vote down is taken and not kept. */
export function vote(reddit: Reddit, request: FastifyRequest): JsonObject {
  const form = fieldsOf(request)
  const item = anyItem(reddit, form['id'])
  const { id } = reddit.world.brand('reddit')
  if (!['1', '0', '-1'].includes(form['dir'] ?? '')) throw new RedditError(400, 'Bad Request')
  if (form['dir'] === '1') reddit.world.like(item, id)
  else reddit.world.unlike(item, id)
  note(reddit, request, item, null)
  return {}
}

/** `POST /api/remove`, `/approve`, `/lock`, `/unlock`: as the moderator that the brand is of its own subreddit. */
export function moderate(reddit: Reddit, request: FastifyRequest, act: string): JsonObject {
  const item = anyItem(reddit, fieldsOf(request)['id'])
  const root = reddit.world.items.reddit.get(item.rootId)
  if (!root || isComment(root)) throw new RedditError(403, 'Forbidden')
  if (act === 'remove' || act === 'approve') reddit.world.hide(item, act === 'remove')
  else item.extra['locked'] = act === 'lock'
  note(reddit, request, item, null)
  return {}
}

/** The form of a request, texts only. */
export function fieldsOf(request: FastifyRequest): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(bodyFields(request)).map(([name, value]) => [name, textOf(value)]))
}

function wordsOf(text: string | undefined): string {
  if (text === undefined || text.trim() === '') throw new Refusal('NO_TEXT', 'we need something here', 'text')
  if (Array.from(text).length > maxCharacters) throw new Refusal('TOO_LONG', `this is too long (max: ${maxCharacters})`, 'text')
  return text
}

function anyItem(reddit: Reddit, id: string | undefined): Item {
  const item = reddit.world.find('reddit', id)
  if (!item) throw new RedditError(404, 'Not Found')
  return item
}

function ownItem(reddit: Reddit, id: string | undefined, deletedToo = false): Item {
  const item = reddit.world.items.reddit.get(id ?? '')
  if (!item || (item.deletedAt !== null && !deletedToo)) throw gone
  if (item.authorId !== reddit.world.brand('reddit').id) throw new RedditError(403, 'Forbidden')
  return item
}

function note({ world }: Reddit, request: FastifyRequest, item: Item, inReplyTo: string | null): void {
  const endpoint = (request.raw.url ?? '').replace(/^\/reddit/, '')
  world.journal.record({ platform: 'reddit', method: request.method, endpoint, key: null, externalId: item.id, inReplyTo, text: item.text })
}
