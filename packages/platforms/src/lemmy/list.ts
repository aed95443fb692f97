import { PlatformError } from '../error.ts'
import { idOf, instantOf, listOf, nameOf, recordOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { Io } from '../platform.ts'
import type { Round } from '../round.ts'
import { callApi, versionOf } from './api.ts'
import { externalIdOf } from './names.ts'

const maxPages = 60
const pageSize = '50'

/**
 * One poll while it reads: `marks` are the highest numbers read before, `next` those of this time. `deep`: further than the marks. `seen`: external ids of comments that
 * came by.
 */
export type Run = {
  io: Io
  round: Round
  marks: Record<string, string>
  next: Record<string, string>
  deep: boolean
  backTo: number
  posts: string
  seen: Set<string>
}

/**
 * `name` is the list's in cursor and resource; `deepPages`: how many pages a deep reading takes at least; `whole`: that many this time in any case. `entries`: null when the
 * answer is not the platform's.
 */
export type List = {
  name: string
  kind: string
  path: string
  params: Record<string, string>
  deepPages: number
  whole?: true | undefined
  entries: (json: JsonRecord) => Entry[] | null
}

/** Numbers count up within their `series`; null in place of a number for what has none. */
type Entry = { series: string; number: string | null; at: number; comment: string | null }

/**
 * Pages from the newest down: to one on which nothing is above the mark, or the first time to `backTo`. A short page need not be the last one; an empty one is, and one
 * that was there before.
 */
export async function readList({ io, round, marks, next, deep, backTo, posts, seen }: Run, list: List): Promise<void> {
  const v4 = versionOf(io) === 'v4'
  const known = new Set<string>()
  const highest: Record<string, string> = {}
  const isNew = (entry: Entry): boolean => {
    const mark = marks[keyOf(list, entry)]
    return entry.number !== null && (mark === undefined ? !(entry.at < backTo) : isAbove(entry.number, mark))
  }
  let place: string | null = v4 ? '' : '1'
  for (let page = 0; place !== null; page += 1) {
    if (page >= maxPages) {
      round.trouble ??= new PlatformError('unavailable', `There are more than ${maxPages} pages at ${list.path}`)
      break
    }
    const where: Record<string, string> = !v4 ? { page: place } : place === '' ? {} : { page_cursor: place }
    const answer = await callApi(io, { path: list.path, params: { ...list.params, limit: pageSize, ...where } })
    const json = recordOf(answer.json)
    const entries = list.entries(json)
    if (entries === null) throw new PlatformError('unavailable', 'The server answered with something that is no list')
    const fresh = entries.filter((entry) => entry.number === null || !known.has(`${entry.series} ${entry.number}`))
    if (fresh.length === 0) break
    round.pages.push({ resource: `${list.name}:${page}`, kind: list.kind, request: { posts }, body: answer.body })
    for (const entry of fresh) {
      if (entry.comment !== null) seen.add(externalIdOf('comment', entry.comment, io.self))
      if (entry.number === null) continue
      known.add(`${entry.series} ${entry.number}`)
      const key = keyOf(list, entry)
      if (isAbove(entry.number, highest[key] ?? marks[key] ?? '')) highest[key] = entry.number
    }
    if (!fresh.some(isNew) && !((deep || list.whole) && page + 1 < list.deepPages)) break
    place = v4 ? nameOf(json.next_page) : String(page + 2)
  }
  Object.assign(next, highest)
}

/** Entries of a list. `by`: what beside the content carries the number that counts up, else the content's own does. `inside`: where the content stands. */
export function entriesOf(list: string, by: string | null = null, inside: string | null = null): List['entries'] {
  return (json) => {
    if (!Array.isArray(json[list])) return null
    return listOf(json[list]).map((each) => {
      const view = recordOf(each)
      const content = inside === null ? view : recordOf(view[inside])
      const comment = content.comment === undefined ? null : recordOf(content.comment)
      const itself = comment ?? recordOf(content.post)
      return {
        series: by === null && comment === null ? 'post' : '',
        number: idOf(by === null ? itself.id : recordOf(view[by]).id),
        at: Date.parse(instantOf(itself.published ?? itself.published_at) ?? ''),
        comment: comment === null ? null : idOf(comment.id),
      }
    })
  }
}

/** Both parts of what somebody wrote, as version 3 gives it. */
export function entriesOfPerson(json: JsonRecord): Entry[] | null {
  const [posts, comments] = [entriesOf('posts')(json), entriesOf('comments')(json)]
  return posts === null || comments === null ? null : [...posts, ...comments]
}

function keyOf({ name }: List, { series }: Entry): string {
  return series === '' ? name : `${name}:${series}`
}

/** Whole numbers as text. */
function isAbove(one: string, other: string): boolean {
  return one.length === other.length ? one > other : one.length > other.length
}
