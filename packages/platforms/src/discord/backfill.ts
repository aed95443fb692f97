import { PlatformError } from '../error.ts'
import { idOf, instantOf, listOf, recordOf } from '../json.ts'
import type { Io, PollResult } from '../platform.ts'
import { attempt } from '../round.ts'
import type { Round } from '../round.ts'
import { callApi } from './api.ts'
import { channelsOf, closedPage, idsOf, livingThreads, requestOf } from './poll.ts'
import type { Place } from './poll.ts'
import { isNewer, isSnowflake, msOf, snowflakeAt } from './snowflake.ts'

const pagesPerPiece = 8
/** So many places wait at most before another page of threads that were put away is listed. */
const maxPlaces = 200

/** What is still to be read, from `before` down, '' for its newest: a channel or thread; or, with `archive`, the list of threads below a channel that were put away. */
type Left = { id: string; thread: boolean; before: string; archive?: true }

/** A piece of what was said before, newest first: a page of each channel and thread in its turn, the archived ones too. */
export async function backfill(
  io: Io,
  { cursor, backTo }: { cursor: unknown; backTo: string },
): Promise<PollResult & { done: boolean; reachedAt?: string }> {
  const round: Round = { pages: [], trouble: null }
  const start = snowflakeAt(new Date(backTo))
  const left = leftOf(cursor) ?? (await placesOf(io))
  for (let page = 0; page < pagesPerPiece && left.length > 0; page += 1) {
    const turn = left.findIndex(({ archive }) => !archive || left.length < maxPlaces)
    const place = left[turn]!
    const below: Left[] = []
    // Not every channel may be read, and that costs no other.
    const well = await attempt(round, async () => {
      below.push(...(place.archive ? await listClosed(io, place, { start, backTo }) : await readPage(io, round, place, start)))
    })
    if (!well) break
    left.splice(turn, 1)
    left.push(...below)
  }
  const reachedMs = left.some(({ before }) => before === '') ? null : Math.max(...left.map(reachedBy))
  const done = left.length === 0
  const reachedAt = !done && reachedMs !== null && { reachedAt: new Date(reachedMs).toISOString() }
  return { pages: round.pages, cursor: { v: 1, left }, waitMs: 0, done, ...reachedAt }
}

function reachedBy({ archive, before }: Left): number {
  return archive ? Date.parse(before) : msOf(before)
}

async function placesOf(io: Io): Promise<Left[]> {
  const watched = [...idsOf(io.settings.channels), ...idsOf(io.settings.forums)]
  const places = [...channelsOf(io), ...(await livingThreads(io))].map(newestOf)
  return [...places, ...watched.map((id): Left => ({ id, thread: false, before: '', archive: true }))]
}

function newestOf({ id, isThread }: Place): Left {
  return { id, thread: isThread, before: '' }
}

/** One page of threads that were put away since `backTo`, to be read, and where their list goes on. Nothing is said in a thread after it was put away. */
async function listClosed(io: Io, list: Left, { start, backTo }: { start: string; backTo: string }): Promise<Left[]> {
  const { closed, next } = await closedPage(io, list.id, list.before)
  const found = closed.flatMap(({ place, at }) =>
    place !== null && at >= backTo && isNewer(place.lastId ?? place.id, start) ? [newestOf(place)] : [],
  )
  const goesOn = next !== '' && next !== list.before && closed.at(-1)!.at >= backTo
  return goesOn ? [...found, { ...list, before: next }] : found
}

/** One page below a place; where to go on, or nothing at the end or before `start`. */
async function readPage(io: Io, round: Round, place: Left, start: string): Promise<Left[]> {
  const { id, thread, before } = place
  const path = `/channels/${encodeURIComponent(id)}/messages`
  const { json, text } = await callApi(io, { path, params: { limit: '100', ...(before !== '' && { before }) } })
  if (!Array.isArray(json)) throw new PlatformError('unavailable', 'Discord did not list the messages')
  if (json.length === 0) return []
  round.pages.push({
    resource: `messages:${id}:before:${before}`,
    kind: 'messages',
    request: requestOf(io, { channel: id, isThread: thread }),
    body: text,
  })
  const ids = json.flatMap((each) => idOf(recordOf(each).id) ?? []).filter(isSnowflake)
  const oldest = ids.reduce((a, b) => (a !== '' && isNewer(b, a) ? a : b), before)
  return oldest === before || !isNewer(oldest, start) ? [] : [{ ...place, before: oldest }]
}

function leftOf(cursor: unknown): Left[] | null {
  const { left } = recordOf(cursor)
  if (!Array.isArray(left)) return null
  return listOf(left).flatMap((each): Left[] => {
    const { id, thread, before, archive } = recordOf(each)
    if (!isSnowflake(id) || typeof before !== 'string') return []
    if (archive === true) return before === '' || instantOf(before) !== null ? [{ id, thread: false, before, archive }] : []
    return before === '' || isSnowflake(before) ? [{ id, thread: thread === true, before }] : []
  })
}
