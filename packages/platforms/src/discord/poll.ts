import { PlatformError } from '../error.ts'
import { idOf, instantOf, listOf, recordOf, textOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { Io, PollInput, PollResult } from '../platform.ts'
import { attempt, finish, takeTurn } from '../round.ts'
import type { Round } from '../round.ts'
import { callApi } from './api.ts'
import { isNewer, isSnowflake, snowflakeAt } from './snowflake.ts'

const waitMs = 15_000
const pageSize = '100'
const maxPages = 10
const maxThreads = 100
const maxOpen = 50
const maxClosedPages = 5
/** So far back the first poll begins; what is older comes in pieces, see `backfill`. */
const headMs = 2 * 86_400_000

/** `at`: the last message read of each channel or thread. `start`: where one that is new to us begins. `closed`: when the last thread below a channel was put away. */
type Cursor = { at: Record<string, string>; start: string; turn: number; closed: Record<string, string> }
/** `begunIn`: where the first message of a thread stands, itself in a forum. */
export type Place = { id: string; isThread: boolean; lastId: string | null; begunIn: string }

/** One round over the watched channels and the living threads below them: what came after the last id read, then open messages again. */
export async function poll(io: Io, input: PollInput): Promise<PollResult> {
  const round: Round = { pages: [], trouble: null }
  const headAt = io.now().getTime() - headMs
  const cursor = cursorOf(input.cursor, snowflakeAt(new Date(Math.max(headAt, Date.parse(input.backTo ?? '') || headAt))))
  const threads = (await livingThreads(io)).slice(0, maxThreads)
  const channels = channelsOf(io)
  const putAway: Place[] = []
  const closed = { ...cursor.closed }
  let [goesOn, toTheEnd] = [true, true]
  for (const id of [...idsOf(io.settings.channels), ...idsOf(io.settings.forums)])
    if (goesOn)
      goesOn = await attempt(round, async () => {
        const found = await closedThreads(io, cursor, id)
        putAway.push(...found.places)
        if (found.newest !== '') closed[id] = found.newest
      })
  const places: Place[] = [...channels, ...threads, ...putAway]
  for (const place of places)
    if (goesOn)
      goesOn = await attempt(round, async () => {
        const whole = await readPlace(io, round, cursor, place)
        toTheEnd &&= whole || !putAway.includes(place)
      })
  const { chosen, turn } = takeTurn(input.open, cursor.turn, { newest: 0, others: maxOpen })
  for (const { externalId, ref } of chosen) if (goesOn) goesOn = await attempt(round, () => readAgain(io, round, externalId, ref ?? {}))
  const kept = new Set(places.map(({ id }) => id))
  const at = goesOn ? Object.fromEntries(Object.entries(cursor.at).filter(([id]) => kept.has(id))) : cursor.at
  // What was put away and not read to its end is listed once more.
  return finish(round, { ...cursor, at, turn, ...(goesOn && toTheEnd && { closed }) }, waitMs)
}

function cursorOf(given: unknown, start: string): Cursor {
  const { at, start: known, turn, closed } = recordOf(given)
  const places = Object.entries(recordOf(at)).filter((entry): entry is [string, string] => isSnowflake(entry[1]))
  const putAway = Object.entries(recordOf(closed)).filter((entry): entry is [string, string] => instantOf(entry[1]) !== null)
  return {
    at: Object.fromEntries(places),
    start: isSnowflake(known) ? known : start,
    turn: typeof turn === 'number' ? turn : 0,
    closed: Object.fromEntries(putAway),
  }
}

/** The channels that are watched. */
export function channelsOf({ settings }: Io): Place[] {
  return idsOf(settings.channels).map((id) => ({ id, isThread: false, lastId: null, begunIn: id }))
}

/** Threads that are not archived, below the channels and forums that are watched; where something was said last comes first. */
export async function livingThreads(io: Io): Promise<Place[]> {
  const { json } = await callApi(io, { path: `/guilds/${encodeURIComponent(io.settings.guildId ?? '')}/threads/active` })
  const { threads } = recordOf(json)
  if (!Array.isArray(threads)) throw new PlatformError('unavailable', 'Discord did not list the threads')
  return threads
    .flatMap((each) => placeOf(io, recordOf(each)) ?? [])
    .toSorted((a, b) => (isNewer(a.lastId ?? a.id, b.lastId ?? b.id) ? -1 : 1))
}

/**
 * Threads below one channel that were put away since we last looked, or, the first time, the last hundred of them: somebody may have asked there and closed it between two
 * rounds. The times are Discord's own.
 */
async function closedThreads(
  io: Io,
  cursor: Pick<Cursor, 'closed' | 'start'>,
  channel: string,
): Promise<{ places: Place[]; newest: string }> {
  const known = cursor.closed[channel] ?? ''
  const places: Place[] = []
  let [newest, before] = [known, '']
  for (let page = 0; page < (known === '' ? 1 : maxClosedPages); page += 1) {
    const { closed, next } = await closedPage(io, channel, before)
    for (const { place, at } of closed) {
      if (place && at >= known && isNewer(place.lastId ?? place.id, cursor.start)) places.push(place)
      if (at > newest) newest = at
    }
    before = next
    if (before === '' || closed.at(-1)!.at < known) break
  }
  return { places, newest }
}

/** One page of the threads below a channel that were put away, the last one first, each with when that was; `next` is where the list goes on, '' at its end. */
export async function closedPage(
  io: Io,
  channel: string,
  before: string,
): Promise<{ closed: { place: Place | null; at: string }[]; next: string }> {
  const path = `/channels/${encodeURIComponent(channel)}/threads/archived/public`
  const { json } = await callApi(io, { path, params: { limit: pageSize, ...(before !== '' && { before }) } })
  const { threads, has_more: more } = recordOf(json)
  if (!Array.isArray(threads)) throw new PlatformError('unavailable', 'Discord did not list the threads')
  const records = listOf(threads).map(recordOf)
  const closed = records.map((thread) => ({ place: placeOf(io, thread), at: closedAtOf(thread) }))
  return { closed, next: more === true ? textOf(recordOf(records.at(-1)?.thread_metadata).archive_timestamp) : '' }
}

function closedAtOf(thread: JsonRecord): string {
  return instantOf(recordOf(thread.thread_metadata).archive_timestamp) ?? ''
}

/** A thread below a channel that is watched; null for any other. */
function placeOf(io: Io, thread: JsonRecord): Place | null {
  const id = idOf(thread.id)
  const parent = idOf(thread.parent_id) ?? ''
  const inForum = idsOf(io.settings.forums).includes(parent)
  if (id === null || !isSnowflake(id) || (!inForum && !idsOf(io.settings.channels).includes(parent))) return null
  return { id, isThread: true, lastId: idOf(thread.last_message_id), begunIn: inForum ? id : parent }
}

/** Whether it was read to its end. */
async function readPlace(io: Io, round: Round, cursor: Cursor, place: Place): Promise<boolean> {
  const { id, isThread, lastId, begunIn } = place
  // Older than what is read: what it is about has to be asked for by itself.
  if (isThread && cursor.at[id] === undefined && !isNewer(id, cursor.start)) {
    await readOne(io, round, { id, channel: begunIn, isThread: begunIn === id }).catch((error: unknown) => {
      if (!(error instanceof PlatformError) || error.kind !== 'gone') throw error
    })
    cursor.at[id] = cursor.start
  }
  // The first message of a thread in a forum has the thread's own id.
  const before = isThread && isNewer(id, cursor.start) ? String(BigInt(id) - 1n) : cursor.start
  let after = cursor.at[id] ?? before
  for (let page = 0; page < maxPages; page += 1) {
    if (lastId !== null && !isNewer(lastId, after)) return true
    const path = `/channels/${encodeURIComponent(id)}/messages`
    const { json, text } = await callApi(io, { path, params: { after, limit: pageSize } })
    if (!Array.isArray(json)) throw new PlatformError('unavailable', 'Discord did not list the messages')
    const ids = listOf(json).flatMap((each) => idOf(recordOf(each).id) ?? [])
    const newest = ids.filter(isSnowflake).reduce((a, b) => (isNewer(b, a) ? b : a), after)
    if (json.length === 0) return true
    const request = requestOf(io, { channel: id, isThread })
    round.pages.push({ resource: `messages:${id}:${after}`, kind: 'messages', request, body: text })
    if (newest === after) return true
    after = newest
    cursor.at[id] = after
  }
  return false
}

async function readAgain(io: Io, round: Round, externalId: string, ref: Record<string, string>): Promise<void> {
  const { channel } = ref
  if (!channel) return
  // Also one that was put away meanwhile.
  const isThread = !idsOf(io.settings.channels).includes(channel)
  await readOne(io, round, { id: externalId, channel, isThread }).catch((error: unknown) => {
    if (!(error instanceof PlatformError) || error.kind !== 'gone') throw error
    const request = requestOf(io, { channel, isThread }, externalId)
    round.pages.push({ resource: `open:${externalId}`, kind: 'gone', request, body: '{}' })
  })
}

async function readOne(io: Io, round: Round, { id, channel, isThread }: { id: string; channel: string; isThread: boolean }): Promise<void> {
  const { text } = await callApi(io, { path: messagePath(channel, id) })
  round.pages.push({ resource: `open:${id}`, kind: 'open', request: requestOf(io, { channel, isThread }, id), body: text })
}

/** What a page of a channel or thread has to say of itself. */
export function requestOf(io: Io, { channel, isThread }: { channel: string; isThread: boolean }, id?: string): Record<string, string> {
  return { channel, guild: io.settings.guildId ?? '', ...(isThread && { thread: '1' }), ...(id !== undefined && { id }) }
}

/** One message of a channel or thread. */
export function messagePath(channel: string, id: string): string {
  return `/channels/${encodeURIComponent(channel)}/messages/${encodeURIComponent(id)}`
}

/** Ids with spaces between them. */
export function idsOf(list: string | undefined): string[] {
  return (list ?? '').split(/[\s,]+/).filter((id) => id !== '')
}
