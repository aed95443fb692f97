import { PlatformError } from '../error.ts'
import { idOf, listOf, recordOf } from '../json.ts'
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
const backMs = 90 * 86_400_000

/** `at`: the last message read of each channel or thread. `start`: where one that is new to us begins. */
type Cursor = { at: Record<string, string>; start: string; turn: number }
/** `begunIn`: where the first message of a thread stands, itself in a forum. */
type Place = { id: string; isThread: boolean; lastId: string | null; begunIn: string }

/** One round over the watched channels and the living threads below them: what came after the last id read, then open messages again. */
export async function poll(io: Io, input: PollInput): Promise<PollResult> {
  const round: Round = { pages: [], trouble: null }
  const backTo = new Date(input.backTo ?? io.now().getTime() - backMs)
  const cursor = cursorOf(input.cursor, snowflakeAt(backTo))
  const threads = await livingThreads(io)
  const channels = idsOf(io.settings.channels).map((id) => ({ id, isThread: false, lastId: null, begunIn: id }))
  const places: Place[] = [...channels, ...threads]
  let goesOn = true
  for (const place of places) if (goesOn) goesOn = await attempt(round, () => readPlace(io, round, cursor, place))
  const { chosen, turn } = takeTurn(input.open, cursor.turn, { newest: 0, others: maxOpen })
  for (const { externalId, ref } of chosen)
    if (goesOn) goesOn = await attempt(round, () => readAgain(io, round, externalId, ref ?? {}, threads))
  const kept = new Set(places.map(({ id }) => id))
  const at = goesOn ? Object.fromEntries(Object.entries(cursor.at).filter(([id]) => kept.has(id))) : cursor.at
  return finish(round, { ...cursor, at, turn }, waitMs)
}

function cursorOf(given: unknown, start: string): Cursor {
  const { at, start: known, turn } = recordOf(given)
  const places = Object.entries(recordOf(at)).filter((entry): entry is [string, string] => isSnowflake(entry[1]))
  return { at: Object.fromEntries(places), start: isSnowflake(known) ? known : start, turn: typeof turn === 'number' ? turn : 0 }
}

/** Threads that are not archived, below the channels and forums that are watched; the busiest last ones. */
async function livingThreads(io: Io): Promise<Place[]> {
  const { json } = await callApi(io, { path: `/guilds/${encodeURIComponent(io.settings.guildId ?? '')}/threads/active` })
  const { threads } = recordOf(json)
  if (!Array.isArray(threads)) throw new PlatformError('unavailable', 'Discord did not list the threads')
  const [channels, forums] = [new Set(idsOf(io.settings.channels)), new Set(idsOf(io.settings.forums))]
  return threads
    .flatMap((each) => {
      const thread = recordOf(each)
      const id = idOf(thread.id)
      const parent = idOf(thread.parent_id) ?? ''
      const begunIn = forums.has(parent) ? (id ?? '') : parent
      return id !== null && isSnowflake(id) && (forums.has(parent) || channels.has(parent))
        ? [{ id, isThread: true, lastId: idOf(thread.last_message_id), begunIn }]
        : []
    })
    .toSorted((a, b) => (isNewer(a.lastId ?? a.id, b.lastId ?? b.id) ? -1 : 1))
    .slice(0, maxThreads)
}

async function readPlace(io: Io, round: Round, cursor: Cursor, place: Place): Promise<void> {
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
    if (lastId !== null && !isNewer(lastId, after)) break
    const path = `/channels/${encodeURIComponent(id)}/messages`
    const { json, text } = await callApi(io, { path, params: { after, limit: pageSize } })
    if (!Array.isArray(json)) throw new PlatformError('unavailable', 'Discord did not list the messages')
    const ids = listOf(json).flatMap((each) => idOf(recordOf(each).id) ?? [])
    const newest = ids.filter(isSnowflake).reduce((a, b) => (isNewer(b, a) ? b : a), after)
    if (json.length === 0) break
    const request = requestOf(io, { channel: id, isThread })
    round.pages.push({ resource: `messages:${id}:${after}`, kind: 'messages', request, body: text })
    if (newest === after) break
    after = newest
    cursor.at[id] = after
  }
}

async function readAgain(io: Io, round: Round, externalId: string, ref: Record<string, string>, threads: Place[]): Promise<void> {
  const { channel } = ref
  if (!channel) return
  const isThread = threads.some(({ id }) => id === channel)
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

function requestOf(io: Io, { channel, isThread }: { channel: string; isThread: boolean }, id?: string): Record<string, string> {
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
