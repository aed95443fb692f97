import { idOf, instantOf, listOf, recordOf } from '../json.ts'
import type { Io, PollResult } from '../platform.ts'
import { attempt } from '../round.ts'
import type { Round } from '../round.ts'
import { concerns, digitsOf, readPosts } from './newest.ts'
import { isOwned } from './post.ts'
import { noNeed, readTopic } from './topic.ts'
import type { Need } from './topic.ts'

/** Each piece stays well below the sixty calls a minute that a key has. */
const pagesPerPiece = 4
const topicsPerPiece = 5
const maxLeft = 500
const maxIds = 50

/** `before`: where the list of posts goes on, '' for the newest, null when it is read. `left`: topics still to be read, with the ids of posts; none: all of it. */
type State = { v: 1; before: string | null; left: [string, string][] }

/** A piece of what was said before: posts of the whole forum, newest first, and the topics in which something concerns us. One of ours is read to its end. */
export async function backfill(
  io: Io,
  { cursor, backTo }: { cursor: unknown; backTo: string },
): Promise<PollResult & { done: boolean; reachedAt?: string }> {
  const state = stateOf(cursor)
  const round: Round = { pages: [], trouble: null }
  const needs = new Map(state.left.map(([topicId, ids]): [string, Need] => [topicId, needOf(ids)]))
  const need = (topicId: string): Need => needs.get(topicId) ?? needs.set(topicId, noNeed()).get(topicId)!
  let reachedAt: string | null = null
  if (state.before !== null && needs.size < maxLeft) {
    const before = state.before === '' ? null : BigInt(state.before)
    const { posts, rest } = await readPosts(io, { before, floor: 1n, untilAt: Date.parse(backTo), maxPages: pagesPerPiece })
    for (const post of posts) {
      const [topicId, id] = [idOf(post.topic_id), digitsOf(post.id)]
      if (topicId === null || id === null) continue
      if (post.post_number === 1 && isOwned(post, io.self)) need(topicId).tail = Infinity
      else if (concerns(post, io)) need(topicId).ids.add(id)
    }
    state.before = rest === null ? null : String(rest)
    reachedAt = instantOf(posts.at(-1)?.created_at)
  }
  const read = new Set<string>()
  for (const [topicId, each] of [...needs].slice(0, topicsPerPiece)) {
    if (!(await attempt(round, () => readTopic(io, round, topicId, each, new Set())))) break
    read.add(topicId)
  }
  state.left = [...needs].flatMap(([topicId, each]): [string, string][] => (read.has(topicId) ? [] : [[topicId, idsOf(each)]]))
  const done = state.before === null && state.left.length === 0
  return { pages: round.pages, cursor: state, waitMs: 0, done, ...(reachedAt !== null && { reachedAt }) }
}

function needOf(ids: string): Need {
  const need = noNeed()
  if (ids === '') return { ...need, tail: Infinity }
  for (const id of ids.split(',')) need.ids.add(id)
  return need
}

function idsOf({ ids, tail }: Need): string {
  return tail === Infinity ? '' : [...ids].slice(0, maxIds).join()
}

function stateOf(cursor: unknown): State {
  const kept = recordOf(cursor)
  const left = listOf(kept.left).flatMap((each): [string, string][] => {
    const [topicId, ids] = listOf(each)
    return typeof topicId === 'string' && typeof ids === 'string' ? [[topicId, ids]] : []
  })
  return { v: 1, before: kept.before === null ? null : (digitsOf(kept.before) ?? ''), left }
}
