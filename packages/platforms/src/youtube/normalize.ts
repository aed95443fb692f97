import { removalFact } from '../fact.ts'
import { idOf, listOf, nameOf, parseJson, recordOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { Normalized, RawDelivery, Self } from '../platform.ts'
import { authorsOf, readComment, readVideo } from './comment.ts'
import type { Around } from './comment.ts'

/**
 * One page of YouTube as facts. Kinds: `threads` (comment threads; `request.status` is `published` or why they wait), `replies` (below a comment of the video
 * `request.videoId`), `open` (comments `request.ids` read again, of `request.videos`; `request.held`: those that wait for review) and `videos` (`request.ids`).
 */
export function normalize(delivery: RawDelivery, self: Self): Normalized {
  const read = readers[delivery.kind]
  if (!read) return refuse(`unknown kind "${delivery.kind}"`)
  const { items } = recordOf(parseJson(delivery.body))
  return Array.isArray(items) ? read(items, delivery, self) : refuse('no list of items')
}

type Read = (items: readonly unknown[], delivery: RawDelivery, self: Self) => Normalized

const readers: Record<string, Read> = { threads: readThreads, replies: readReplies, open: readOpen, videos: readVideos }

function refuse(reason: string): Normalized {
  return { facts: [], unknown: [{ index: -1, reason }], ignored: 0 }
}

function listIn(request: Record<string, string>, name: string): string[] {
  return (request[name] ?? '').split(',')
}

function readThreads(items: readonly unknown[], { request, receivedAt }: RawDelivery, self: Self): Normalized {
  const result: Normalized = { facts: [], unknown: [], ignored: 0 }
  items.map(recordOf).forEach((thread, index) => {
    const snippet = recordOf(thread.snippet)
    const top = recordOf(snippet.topLevelComment)
    const replies = listOf(recordOf(thread.replies).comments).map(recordOf)
    const postId = idOf(snippet.videoId) ?? idOf(snippet.postId)
    const around = { self, receivedAt, postId, authors: authorsOf([top, ...replies]) }
    addComment(result, top, index, around, request.status)
    // A thread can be listed for one reply that waits; which of them, only the reply itself can say.
    for (const each of replies) addComment(result, each, index, around)
  })
  return result
}

function addComment(result: Normalized, comment: JsonRecord, index: number, around: Around, listedAs?: string): void {
  const fact = readComment(comment, around)
  if (fact === null) return void result.unknown.push({ index, reason: 'a comment that cannot be read' })
  result.facts.push(fact)
  if (waits(comment, listedAs)) result.facts.push({ fact: 'hidden', externalId: fact.externalId, hidden: true, platformAt: null })
}

const waiting = new Set(['heldForReview', 'likelySpam', 'rejected'])

/** Is a comment kept from others? Its own word counts; without one, the list it was found in. */
export function waits(comment: JsonRecord, listedAs = ''): boolean {
  return waiting.has(nameOf(recordOf(comment.snippet).moderationStatus) ?? listedAs)
}

function readReplies(items: readonly unknown[], { request, receivedAt }: RawDelivery, self: Self): Normalized {
  const result: Normalized = { facts: [], unknown: [], ignored: 0 }
  const comments = items.map(recordOf)
  const around = { self, receivedAt, postId: request.videoId || null, authors: authorsOf(comments) }
  comments.forEach((comment, index) => addComment(result, comment, index, around))
  return result
}

/** What was asked for and did not come is gone, unless it waits for review. `request.shown`: what waited before, and does no more. */
function readOpen(items: readonly unknown[], { request, receivedAt }: RawDelivery, self: Self): Normalized {
  const result: Normalized = { facts: [], unknown: [], ignored: 0 }
  const ids = listIn(request, 'ids')
  const videos = listIn(request, 'videos')
  const left = new Set(ids.filter((id) => id !== ''))
  const comments = items.map(recordOf)
  const authors = authorsOf(comments)
  // A comment without its id could be any of those asked for: then nothing is known to be gone.
  const nameless = comments.some(({ id, snippet }) => idOf(id) === null && snippet !== undefined)
  comments.forEach((comment, index) => {
    const id = idOf(comment.id)
    if (id !== null && !left.delete(id)) return void (result.ignored += 1)
    const postId = (id === null ? '' : videos[ids.indexOf(id)]) || null
    addComment(result, comment, index, { self, receivedAt, postId, authors })
    if (id !== null && listIn(request, 'shown').includes(id))
      result.facts.push({ fact: 'hidden', externalId: id, hidden: false, platformAt: null })
  })
  const held = new Set(listIn(request, 'held'))
  for (const id of left) {
    if (held.has(id)) result.facts.push({ fact: 'hidden', externalId: id, hidden: true, platformAt: null })
    else if (!nameless) result.facts.push(removalFact(id))
  }
  return result
}

function readVideos(items: readonly unknown[], { request, receivedAt }: RawDelivery, self: Self): Normalized {
  const result: Normalized = { facts: [], unknown: [], ignored: 0 }
  const left = new Set(listIn(request, 'ids').filter((id) => id !== ''))
  const videos = items.map(recordOf)
  const nameless = videos.some(({ id, snippet }) => idOf(id) === null && snippet !== undefined)
  videos.forEach((video, index) => {
    left.delete(idOf(video.id) ?? '')
    const fact = readVideo(video, { self, receivedAt })
    if (fact === null) return void result.unknown.push({ index, reason: 'a video that cannot be read' })
    result.facts.push(fact)
  })
  if (!nameless) for (const id of left) result.facts.push(removalFact(id))
  return result
}
