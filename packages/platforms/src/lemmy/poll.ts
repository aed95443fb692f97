import { PlatformError } from '../error.ts'
import { recordOf } from '../json.ts'
import type { Io, PollInput, PollResult } from '../platform.ts'
import { attempt, finish, takeTurn, wholeFirst } from '../round.ts'
import type { Round } from '../round.ts'
import { callApi, versionOf } from './api.ts'
import { entriesOf, entriesOfPerson, readList } from './list.ts'
import type { List, Run } from './list.ts'
import { placeOf } from './names.ts'

const waitMs = 30_000
const hourMs = 3_600_000
const firstReachMs = 90 * 24 * hourMs

/** `marks`: by list (a thread by its post), the highest number read. `deepAt`: when it was last read further than them (ms). `turn`: see `takeTurn`. */
type State = { v: 1; marks: Record<string, string>; deepAt: number; turn: number }

/**
 * Replies and mentions down to the highest number already read, what we wrote ourselves, the threads of our posts, and those open messages again that came by in none of
 * them. Numbers are given in the order of arrival while lists are sorted by the writers' clocks, so once an hour it reads further than the marks.
 */
export async function poll(io: Io, input: PollInput): Promise<PollResult> {
  const nowMs = io.now().getTime()
  const state = stateOf(input.cursor, nowMs)
  const round: Round = { pages: [], trouble: null }
  const posts = input.posts.map((post) => post.externalId)
  const deep = nowMs - state.deepAt >= hourMs
  const run: Run = {
    io,
    round,
    marks: state.marks,
    next: {},
    deep,
    backTo: Date.parse(input.backTo ?? '') || nowMs - firstReachMs,
    posts: posts.join(','),
    seen: new Set(),
  }
  const { chosen, turn } = takeTurn(input.posts, state.turn, { newest: 3, others: 4 })
  const [inbox, ...others] = inboxesOf(io)
  await readList(run, inbox!)
  let well = true
  for (const list of others) well &&= await attempt(round, () => readList(run, list))
  const read: string[] = []
  for (const { externalId, whole } of wholeFirst(input.posts, chosen))
    well &&= await attempt(round, async () => {
      for (const list of threadOf(io, externalId)) await readList(run, { ...list, whole })
      if (whole) read.push(externalId)
    })
  for (const { externalId } of input.open) if (!run.seen.has(externalId)) well &&= await attempt(round, () => rereadOpen(run, externalId))
  const marks = Object.entries(state.marks).filter(([name]) => !name.startsWith('thread:') || posts.includes(name.slice('thread:'.length)))
  const cursor: State = { v: 1, marks: { ...Object.fromEntries(marks), ...run.next }, deepAt: deep && well ? nowMs : state.deepAt, turn }
  return { ...finish(round, cursor, waitMs), read }
}

function stateOf(cursor: unknown, nowMs: number): State {
  const kept = recordOf(cursor)
  const marks = Object.entries(recordOf(kept.marks)).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
  const numberOf = (value: unknown): number => (typeof value === 'number' && value > 0 ? Math.floor(value) : 0)
  return { v: 1, marks: Object.fromEntries(marks), deepAt: Math.min(numberOf(kept.deepAt), nowMs), turn: numberOf(kept.turn) }
}

const deepPages = 4

/** What tells of others, then what we wrote. */
function inboxesOf(io: Io): List[] {
  const person_id = io.settings.personId ?? ''
  if (versionOf(io) === 'v4') {
    const all = { path: '/account/notification/list', params: { type_: 'all', unread_only: 'false' } }
    const own = { path: '/person/content', params: { type_: 'all', person_id } }
    return [
      { name: 'notifications', kind: 'notifications', deepPages, ...all, entries: entriesOf('items', 'notification', 'data') },
      { name: 'own', kind: 'own', deepPages, ...own, entries: entriesOf('items') },
    ]
  }
  // Read or not: people who look at their inbox there hide nothing from us.
  const params = { sort: 'New', unread_only: 'false' }
  return [
    { name: 'replies', kind: 'replies', path: '/user/replies', params, deepPages, entries: entriesOf('replies', 'comment_reply') },
    { name: 'mentions', kind: 'mentions', path: '/user/mention', params, deepPages, entries: entriesOf('mentions', 'person_mention') },
    { name: 'own', kind: 'own', path: '/user', params: { sort: 'New', person_id }, deepPages, entries: entriesOfPerson },
  ]
}

/** All comments below a post as a flat list. `type_`: without it only those of our own server come. */
function threadOf(io: Io, externalId: string): List[] {
  const place = placeOf(externalId)
  if (place?.type !== 'post') return []
  const v4 = versionOf(io) === 'v4'
  const params = { post_id: place.id, type_: v4 ? 'all' : 'All', sort: v4 ? 'new' : 'New' }
  const entries = entriesOf(v4 ? 'items' : 'comments')
  return [{ name: `thread:${externalId}`, kind: 'thread', path: '/comment/list', params, deepPages: 60, entries }]
}

async function rereadOpen({ io, round, posts }: Run, externalId: string): Promise<void> {
  const place = placeOf(externalId)
  if (place === null) return
  const page = { resource: `open:${externalId}`, kind: 'open', request: { id: externalId, posts } }
  try {
    const { body } = await callApi(io, { path: `/${place.type}`, params: { id: place.id } })
    round.pages.push({ ...page, body })
  } catch (error) {
    if (!(error instanceof PlatformError) || error.kind !== 'gone') throw error
    round.pages.push({ ...page, body: JSON.stringify({ error: 'gone' }) })
  }
}
