import { PlatformError } from '../error.ts'
import { idOf, listOf, recordOf } from '../json.ts'
import type { Io, PollResult } from '../platform.ts'
import { attempt } from '../round.ts'
import type { Round } from '../round.ts'
import { callApi } from './api.ts'
import { channelsOf, closedThreads, idsOf, livingThreads, requestOf } from './poll.ts'
import { isNewer, isSnowflake, msOf, snowflakeAt } from './snowflake.ts'

const pagesPerPiece = 8
const maxPlaces = 200

/** A channel or thread whose past is still to be read, from `before` down; '' for its newest. */
type Left = { id: string; thread: boolean; before: string }

/** A piece of what was said before, newest first: a page of each channel and thread in its turn, the archived ones too. */
export async function backfill(
  io: Io,
  { cursor, backTo }: { cursor: unknown; backTo: string },
): Promise<PollResult & { done: boolean; reachedAt?: string }> {
  const round: Round = { pages: [], trouble: null }
  const start = snowflakeAt(new Date(backTo))
  const left = leftOf(cursor) ?? (await placesOf(io, { start, backTo }))
  for (let page = 0; page < pagesPerPiece && left.length > 0; page += 1) {
    const place = left[0]!
    const below: string[] = []
    const well = await attempt(round, async () => void below.push(...(await readPage(io, round, place, start))))
    if (!well) break
    left.shift()
    left.push(...below.map((before) => ({ ...place, before })))
  }
  const reachedMs = left.some(({ before }) => before === '') ? null : Math.max(...left.map(({ before }) => msOf(before)))
  const done = left.length === 0
  const reachedAt = !done && reachedMs !== null && { reachedAt: new Date(reachedMs).toISOString() }
  return { pages: round.pages, cursor: { v: 1, left }, waitMs: 0, done, ...reachedAt }
}

async function placesOf(io: Io, { start, backTo }: { start: string; backTo: string }): Promise<Left[]> {
  const places = [...channelsOf(io), ...(await livingThreads(io))]
  for (const id of [...idsOf(io.settings.channels), ...idsOf(io.settings.forums)]) {
    // Not every channel may be read, and that costs no other.
    const found = await closedThreads(io, { start, closed: { [id]: backTo } }, id).catch((error: unknown) => {
      if (!(error instanceof PlatformError) || (error.kind !== 'gone' && error.kind !== 'rejected')) throw error
      return { places: [] }
    })
    places.push(...found.places)
  }
  return places.slice(0, maxPlaces).map(({ id, isThread }) => ({ id, thread: isThread, before: '' }))
}

/** One page below a place; where to go on, or nothing at the end or before `start`. */
async function readPage(io: Io, round: Round, { id, thread, before }: Left, start: string): Promise<string[]> {
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
  return oldest === before || !isNewer(oldest, start) ? [] : [oldest]
}

function leftOf(cursor: unknown): Left[] | null {
  const { left } = recordOf(cursor)
  if (!Array.isArray(left)) return null
  return listOf(left).flatMap((each): Left[] => {
    const { id, thread, before } = recordOf(each)
    return isSnowflake(id) && (before === '' || isSnowflake(before)) ? [{ id, thread: thread === true, before }] : []
  })
}
