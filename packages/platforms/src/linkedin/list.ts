import { PlatformError } from '../error.ts'
import { listOf, recordOf, textOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { Io } from '../platform.ts'
import type { Round } from '../round.ts'
import { callApi, elementsOf } from './api.ts'
import type { ApiAnswer } from './api.ts'
import type { State } from './state.ts'

/**
 * What one poll shares. `answers`: how many calls were answered; `pagesLeft`: how many pages of comments may still be asked for; `read`: comments that were read in it, by URN;
 * `refused`: posts whose comments LinkedIn does not let us read; `reason`: why a list that we can do without was not read.
 */
export type Read = {
  io: Io
  round: Round
  state: State
  answers: number
  pagesLeft: number
  read: Set<string>
  refused: Set<string>
  reason: PlatformError | null
}

export type ListPage = ApiAnswer & { elements: JsonRecord[]; next: number | null }

/**
 * One page of a list, from `start`; `next` is where the following one begins, null after the last. A page is the last when it is shorter than asked for and names no next one;
 * LinkedIn may give fewer than were asked for, and then says how many it gives.
 */
export async function readPage(
  read: Read,
  path: string,
  query: string[],
  { start, count }: { start: number; count: number },
): Promise<ListPage> {
  const place = [...(start === 0 ? [] : [`start=${start}`]), `count=${count}`]
  const answer = await callApi(read.io, { path, query: [...query, ...place] })
  const elements = elementsOf(answer.json).map(recordOf)
  read.answers += 1
  const paging = recordOf(answer.json.paging)
  const given = Number(paging.count)
  const full = elements.length >= (given > 0 ? Math.min(given, count) : count)
  const linked = listOf(paging.links).some((each) => textOf(recordOf(each).rel) === 'next')
  const end = start + elements.length
  const more =
    elements.length > 0 && (linked || full) && !(Number(paging.total) <= end && typeof paging.total === 'number' && paging.total > 0)
  return { ...answer, elements, next: more ? end : null }
}

/** What LinkedIn refuses to whoever asks so: not allowed, not understood, or not there. */
export function isRefusal(error: unknown): error is PlatformError {
  return error instanceof PlatformError && (error.kind === 'rejected' || error.kind === 'gone')
}
