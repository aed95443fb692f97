import { PlatformError } from '../error.ts'
import { idOf, instantOf, listOf, recordOf } from '../json.ts'
import type { Io, PollInput, PollResult } from '../platform.ts'
import { attempt, finish, inGroups, openResource } from '../round.ts'
import type { Round } from '../round.ts'
import { callApi, codeOf, isUnreadable } from './api.ts'
import type { ApiAnswer } from './api.ts'
import { externalIdOf, numberOf } from './names.ts'

const waitMs = 60_000
const hourMs = 3_600_000
const firstReachMs = 90 * 24 * hourMs
const maxPages = 60
const pageSize = 100
/** So much is read below the mark once an hour: what was taken for spam and let through has an old number. */
const deepPages = 3

/** `comment`, `post`: highest number read; null before the first. `deepAt`: when it was last read below them (ms). */
type State = { v: 1; comment: string | null; post: string | null; deepAt: number }

/**
 * The comments of the whole site by number, newest first, down to the highest already read; its posts likewise; posts that miss something, whole; open comments again.
 * Dates are not looked at, because `after` means the site's local time, and comments can be dated back.
 */
export async function poll(io: Io, input: PollInput): Promise<PollResult> {
  const nowMs = io.now().getTime()
  const state = stateOf(input.cursor, nowMs)
  const round: Round = { pages: [], trouble: null }
  const deep = nowMs - state.deepAt >= hourMs
  const backTo = Date.parse(input.backTo ?? '') || nowMs - firstReachMs
  const reach = { backTo, atLeastPages: deep ? deepPages : 0 }
  const next = { ...state }
  // What everybody may read says nothing about the password: a site can take one that was revoked for no password at all.
  if (io.settings.moderates === 'no') await callApi(io, { path: '/wp/v2/users/me' })
  const comments = { path: '/wp/v2/comments', kind: 'comments', params: commentParams(io) }
  next.comment = await readList(io, round, { ...comments, resource: 'comments', mark: state.comment, ...reach })
  let well = await attempt(round, async () => {
    const params = { orderby: 'id', order: 'desc', _fields: 'id,date,date_gmt,link,title,excerpt' }
    const list = { path: '/wp/v2/posts', kind: 'posts', resource: 'posts', params, mark: state.post }
    next.post = await readList(io, round, { ...list, backTo, atLeastPages: 0 })
  })
  const read: string[] = []
  for (const { externalId, whole } of input.posts) {
    const post = numberOf(externalId, 'post')
    if (!whole || post === null) continue
    well &&= await attempt(round, async () => {
      const params = { ...comments.params, post }
      await readList(io, round, { ...comments, params, resource: `thread:${externalId}`, mark: null, backTo: 0, atLeastPages: maxPages })
      read.push(externalId)
    })
  }
  for (const group of inGroups(
    input.open.map(({ externalId }) => externalId).filter((id) => numberOf(id, 'comment') !== null),
    50,
  ))
    well &&= await attempt(round, () => rereadOpen(io, round, group))
  next.deepAt = deep && well ? nowMs : state.deepAt
  return { ...finish(round, next, waitMs), read }
}

function stateOf(cursor: unknown, nowMs: number): State {
  const kept = recordOf(cursor)
  const deepAt = typeof kept.deepAt === 'number' && kept.deepAt > 0 ? Math.min(kept.deepAt, nowMs) : 0
  return { v: 1, comment: idOf(kept.comment), post: idOf(kept.post), deepAt }
}

/** What waits for approval, and the words as they were written, are there for moderators alone. */
export function commentParams({ settings }: Io): Record<string, string> {
  const moderators: Record<string, string> = settings.moderates === 'no' ? {} : { context: 'edit', status: 'all' }
  return { type: 'comment', orderby: 'id', order: 'desc', _embed: 'up', ...moderators }
}

type List = {
  resource: string
  kind: string
  path: string
  params: Record<string, string>
  mark: string | null
  backTo: number
  atLeastPages: number
}

/** Pages by number, newest first; gives the highest number. What comes meanwhile moves entries to the next page, never past it. */
async function readList(io: Io, round: Round, list: List): Promise<string | null> {
  const known = new Set<string>()
  let highest = list.mark
  for (let page = 1; page <= maxPages; page += 1) {
    const answer = await readPage(io, list, page)
    if (answer === null) return highest
    const entries = listOf(answer.json).map(recordOf)
    const fresh = entries.filter((entry) => !known.has(String(entry.id)))
    if (fresh.length === 0) return highest
    round.pages.push({ resource: `${list.resource}:${page}`, kind: list.kind, request: {}, body: answer.body })
    for (const entry of fresh) {
      const id = idOf(entry.id)
      known.add(String(entry.id))
      if (id !== null && /^\d+$/.test(id) && (highest === null || isAbove(id, highest))) highest = id
    }
    const isNew = fresh.some((entry) => {
      const id = idOf(entry.id)
      if (list.mark !== null) return id !== null && isAbove(id, list.mark)
      return !(Date.parse(instantOf(entry.date_gmt) ?? '') < list.backTo)
    })
    const total = Number(answer.headers.get('x-wp-totalpages') ?? Number.NaN)
    if ((!isNew && page >= list.atLeastPages) || page >= total) return highest
  }
  round.trouble ??= new PlatformError('unavailable', `There are more than ${maxPages} pages at ${list.path}`)
  return highest
}

/** Past the end some versions answer with an empty list, others with an error (null). */
async function readPage(io: Io, list: List, page: number): Promise<ApiAnswer | null> {
  try {
    const answer = await callApi(io, { path: list.path, params: { ...list.params, per_page: String(pageSize), page: String(page) } })
    if (!Array.isArray(answer.json)) throw new PlatformError('unavailable', 'The site answered with something that is no list')
    return answer
  } catch (error) {
    const code = codeOf(error) ?? ''
    if (page > 1 && (code === 'rest_invalid_param' || code.endsWith('_invalid_page') || code.endsWith('_invalid_page_number'))) return null
    throw error
  }
}

/** Whole numbers as text. */
function isAbove(one: string, other: string): boolean {
  return one.length === other.length ? one > other : one.length > other.length
}

/** Many at once; what did not come back is asked for alone, and only its own answer says that it is gone. */
async function rereadOpen(io: Io, round: Round, ids: string[]): Promise<void> {
  const include = ids.map((id) => numberOf(id, 'comment')).join(',')
  const params = { ...commentParams(io), include, per_page: String(pageSize) }
  const answer = await callApi(io, { path: '/wp/v2/comments', params })
  if (!Array.isArray(answer.json)) throw new PlatformError('unavailable', 'The site answered with something that is no list')
  const answered = new Set(
    answer.json.flatMap((each) => {
      const id = idOf(recordOf(each).id)
      return id === null ? [] : [externalIdOf('comment', id, io.self)]
    }),
  )
  round.pages.push({ resource: openResource(ids.join(',')), kind: 'open', request: {}, body: answer.body })
  for (const id of ids) if (!answered.has(id)) await rereadOne(io, round, id)
}

async function rereadOne(io: Io, round: Round, externalId: string): Promise<void> {
  const page = { resource: `open:${externalId}`, kind: 'open', request: { id: externalId } }
  const { context } = commentParams(io)
  try {
    const path = `/wp/v2/comments/${numberOf(externalId, 'comment')}`
    const { body } = await callApi(io, { path, params: context === undefined ? {} : { context } })
    round.pages.push({ ...page, body })
  } catch (error) {
    const code = codeOf(error)
    if (code !== 'rest_comment_invalid_id' && !(isUnreadable(error) && context === undefined)) throw error
    round.pages.push({ ...page, body: JSON.stringify({ code }) })
  }
}
