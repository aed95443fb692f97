import { PlatformError } from '../error.ts'
import { instantOf, listOf, nameOf, recordOf, textOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { Io, PollInput, PollResult, Quota, Wanted } from '../platform.ts'
import { attempt, finish, inGroups, openResource, pageGuard } from '../round.ts'
import type { Round } from '../round.ts'
import { ask } from './api.ts'
import type { ApiAnswer } from './api.ts'
import { readMentions, rereadMention } from './mentions.ts'
import { commentsQuery, listQuery, nodesQuery, repliesQuery } from './queries.ts'
import { cursorOf, markOf, stateOf } from './state.ts'
import type { State } from './state.ts'

const waitMs = 60_000
const dayMs = 86_400_000
const pagesPerPoll = 20
const pagesPerThread = 100
const wholePerPoll = 5
const idsPerCall = 25
const maxOpenMentions = 10

/** One round while it goes on. */
export type Read = { io: Io; round: Round; state: State; quota: Quota | null }

/**
 * Discussions by their last change, newest first, down to a page on which nothing is new; then, by their ids, what a webhook named, our newest posts and open messages that did not come
 * along, since edits and deletions may lift nothing; then mentions elsewhere; then threads that are longer than what came with them. The first poll reaches back to `backTo`.
 */
export async function poll(io: Io, input: PollInput): Promise<PollResult> {
  const state = stateOf(input.cursor)
  const read: Read = { io, round: { pages: [], trouble: null }, state, quota: null }
  const { round } = read
  const untilAt = state.begun ? 0 : Date.parse(input.backTo ?? '') || io.now().getTime() - 90 * dayMs
  const seen = new Set<string>()
  const rest = await readList(read, { after: null, untilAt, seen })
  if (rest !== null) state.rest = { after: rest, untilAt: state.begun ? (state.rest?.untilAt ?? 0) : untilAt }
  let well = true
  const { rest: older } = state
  if (rest === null && older !== null) {
    state.rest = null
    well = await attempt(round, async () => {
      const next = await readList(read, { ...older, seen, toTheEnd: true })
      state.rest = next === null ? null : { after: next, untilAt: older.untilAt }
    })
    if (!well) state.rest = older
  }
  const wanted = (input.wanted ?? []).filter((each) => each.kind === 'node')
  const posts = input.posts.map((post) => post.externalId)
  const open = input.open.filter((each) => each.ref?.issue === undefined).map((each) => each.externalId)
  const left: Wanted[] = []
  const ids = [...new Set([...wanted.map((each) => each.id), ...posts, ...open])].filter((id) => !seen.has(id) && !id.includes(','))
  for (const group of inGroups(ids, idsPerCall)) {
    const before = round.pages.length
    well &&= await attempt(round, () => readNodes(read, group, seen))
    if (round.pages.length === before) left.push(...wanted.filter(({ id }) => group.includes(id)))
  }
  const whole = input.posts.filter((post) => post.whole).map((post) => post.externalId)
  for (const id of whole) state.pending.add(id)
  // Before the threads: one that always fails keeps no mention back.
  if (well && io.settings.mentions === 'yes') well = await attempt(round, () => readMentions(read, untilAt))
  const elsewhere = input.open.filter((each) => each.ref?.at !== undefined).slice(0, maxOpenMentions)
  for (const each of elsewhere) well &&= await attempt(round, () => rereadMention(read, each.externalId, each.ref ?? {}))
  const readWhole: string[] = []
  const inTurn = [...state.pending].toSorted((a, b) => Number(whole.includes(b)) - Number(whole.includes(a)))
  for (const id of inTurn.slice(0, Math.max(wholePerPoll, whole.length))) {
    if (!well) break
    well = await attempt(round, async () => {
      await readThread(read, id)
      readWhole.push(id)
    })
    state.pending.delete(id)
    // What failed waits behind the others; what is refused is done with.
    if (!well) state.pending.add(id)
  }
  state.begun = true
  const { quota } = read
  return {
    ...finish(round, cursorOf(state), waitMs),
    ...(quota && { quota }),
    ...(left.length > 0 && { wanted: left }),
    ...(whole.length > 0 && { read: readWhole.filter((id) => whole.includes(id)) }),
  }
}

type List = { after: string | null; untilAt: number; seen: Set<string>; toTheEnd?: true }

/** Pages until one holds nothing new, or ends before `untilAt`. Gives the page to go on from when there were too many. */
async function readList(read: Read, list: List): Promise<string | null> {
  const { io, round, state } = read
  const { owner = '', name = '' } = io.settings
  const guard = pageGuard(pagesPerPoll + 1)
  let { after } = list
  for (let page = 0; page < pagesPerPoll; page += 1) {
    guard(after ?? '')
    const answer = noted(read, await ask(io, listQuery, { owner, name, after }))
    const { nodes, pageInfo } = recordOf(recordOf(answer.data.repository).discussions)
    const found = listOf(nodes).map(recordOf)
    const news = found.filter((node) => state.seen.get(textOf(node.id)) !== markOf(node))
    if (found.length > 0) round.pages.push({ resource: `discussions:${after ?? ''}`, kind: 'discussions', request: {}, body: answer.body })
    for (const node of found) take(read, node, list.seen)
    const next = nextOf(pageInfo)
    const past = Date.parse(instantOf(found.at(-1)?.updatedAt) ?? '') < list.untilAt
    if (next === null || past || (!list.toTheEnd && found.length > 0 && news.length === 0)) return null
    after = next
  }
  return after
}

function nextOf(pageInfo: unknown): string | null {
  const { hasNextPage, endCursor } = recordOf(pageInfo)
  return hasNextPage === true ? nameOf(endCursor) : null
}

function noted(read: Read, answer: ApiAnswer): ApiAnswer {
  read.quota = answer.quota ?? read.quota
  return answer
}

/** Notes a discussion; one of which not everything came, and which was never read to its end, is read so by itself. */
function take({ state }: Read, node: JsonRecord, seen: Set<string>): void {
  const id = nameOf(node.id)
  if (id === null) return
  seen.add(id)
  const comments = recordOf(node.comments)
  const all = listOf(comments.nodes).map(recordOf)
  for (const comment of all)
    for (const each of [comment, ...listOf(recordOf(comment.replies).nodes).map(recordOf)]) if (nameOf(each.id)) seen.add(textOf(each.id))
  const cut = [comments, ...all.map((comment) => recordOf(comment.replies))].some(
    (list) => recordOf(list.pageInfo).hasPreviousPage === true,
  )
  if (cut && state.seen.get(id) !== markOf(node)) state.pending.add(id)
  state.seen.delete(id)
  state.seen.set(id, markOf(node))
}

async function readNodes(read: Read, ids: string[], seen: Set<string>): Promise<void> {
  const answer = noted(read, await ask(read.io, nodesQuery, { ids }, 'lookup'))
  read.round.pages.push({ resource: openResource(ids.join(',')), kind: 'nodes', request: { ids: ids.join(',') }, body: answer.body })
  for (const node of listOf(answer.data.nodes).map(recordOf)) if (node.__typename === 'Discussion') take(read, node, seen)
}

/** All comments of a discussion, and all answers to each, from the oldest on. Nothing is left to read of one that is gone; one without end is `rejected`. */
async function readThread(read: Read, id: string): Promise<void> {
  const long: string[] = []
  await readPages(read, commentsQuery, id, (node) => {
    const { nodes } = recordOf(node.comments)
    for (const comment of listOf(nodes).map(recordOf))
      if (recordOf(recordOf(comment.replies).pageInfo).hasNextPage === true && nameOf(comment.id)) long.push(textOf(comment.id))
    return node.comments
  })
  for (const commentId of long) await readPages(read, repliesQuery, commentId, (node) => node.replies)
}

async function readPages(read: Read, query: string, id: string, connectionOf: (node: JsonRecord) => unknown): Promise<void> {
  const guard = pageGuard(pagesPerThread + 1)
  let after: string | null = null
  for (let page = 0; page < pagesPerThread; page += 1) {
    guard(after ?? '')
    const answer = noted(read, await ask(read.io, query, { id, after }, 'lookup'))
    const node = recordOf(answer.data.node)
    if (nameOf(node.id) === null) return
    read.round.pages.push({ resource: `node:${id}:${after ?? ''}`, kind: 'node', request: {}, body: answer.body })
    after = nextOf(recordOf(connectionOf(node)).pageInfo)
    if (after === null) return
  }
  // Another round would come no further.
  throw new PlatformError('rejected', `A discussion of more than ${pagesPerThread} pages was not read to its end`)
}
