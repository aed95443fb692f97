import { PlatformError } from '../error.ts'
import { instantOf, listOf, nameOf, recordOf, textOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { PolledPage } from '../platform.ts'
import { attempt } from '../round.ts'
import { apiHost, rest } from './api.ts'
import type { ApiAnswer } from './api.ts'
import type { Read } from './poll.ts'

const maxPerPoll = 30
const maxLists = 20
const maxPages = 20
const maxPagesAgain = 5
const overlapMs = 3_600_000
const slackMs = 60_000
const backMs = 90 * 86_400_000
/** The newest reason is told of a thread, not of each comment: after a mention it may be that we wrote there. */
const reasons = new Set(['mention', 'team_mention', 'author', 'comment'])

/**
 * Threads elsewhere that changed since the last ones, by the account's notifications, one a thread: of each all that was said since. Which of it mentions us its words say. Whoever asks
 * too soon is told to wait (`X-Poll-Interval`). `backToAt`: how far the first reading goes back (ms).
 */
export async function readMentions(read: Read, backToAt: number): Promise<void> {
  const { io, round, state } = read
  if (io.now().getTime() < state.notBeforeAt) return
  if (state.sinceAt === 0) state.sinceAt = backToAt || io.now().getTime() - backMs
  const told = await readNotifications(read)
  if (told === null) return
  const here = `${io.settings.owner}/${io.settings.name}`.toLowerCase()
  let count = 0
  let well = true
  for (const { id, reason, updated_at: updatedAt, subject, repository } of told.list) {
    const { latest_comment_url: latest, url } = recordOf(subject)
    const isHere = textOf(recordOf(repository).full_name).toLowerCase() === here
    const address = nameOf(latest) ?? nameOf(url)
    const key = nameOf(id) ?? address ?? ''
    // Discussions have no address in this API; ours are read anyway.
    if (reasons.has(textOf(reason)) && !isHere && address !== null && state.told.get(key) !== updatedAt) {
      count += 1
      const sinceAt = (Date.parse(state.told.get(key) ?? '') || state.sinceAt) - slackMs
      well = count <= maxPerPoll && (await attempt(round, () => readIssue(read, nameOf(url) ?? address, address, sinceAt)))
      if (!well) break
      state.told.set(key, textOf(updatedAt))
    }
  }
  // Asked for again where something is left.
  state.lastModified = well ? told.lastModified : null
  if (!well) return
  state.sinceAt = Math.max(state.sinceAt, (Date.parse(textOf(told.list.at(-1)?.updated_at)) || 0) - overlapMs)
  for (const [key, updatedAt] of state.told) if (Date.parse(updatedAt) < state.sinceAt) state.told.delete(key)
}

/** All pages of them, the oldest change first. Null when there is nothing new. */
async function readNotifications({ io, round, state }: Read): Promise<{ list: JsonRecord[]; lastModified: string | null } | null> {
  const query = { participating: 'true', all: 'true', per_page: '50', since: new Date(state.sinceAt).toISOString() }
  const headers: Record<string, string> = state.lastModified === null ? {} : { 'if-modified-since': state.lastModified }
  const first = await rest(io, `${apiHost}/notifications?${new URLSearchParams(query).toString()}`, { headers })
  const seconds = Number(first.headers.get('x-poll-interval') ?? Number.NaN)
  state.notBeforeAt = seconds > 0 && seconds < 86_400 ? io.now().getTime() + seconds * 1000 : 0
  if (first.status === 304) return null
  const list = listIn(first)
  let next = nextIn(first)
  for (let page = 1; next !== null && page < maxLists; page += 1) {
    const answer = await rest(io, next)
    list.push(...listIn(answer))
    next = nextIn(answer)
  }
  if (next !== null) round.trouble ??= new PlatformError('rejected', `Of more than ${list.length} notifications the oldest were not read`)
  const inOrder = list.toSorted((a, b) => textOf(a.updated_at).localeCompare(textOf(b.updated_at)))
  return { list: inOrder, lastModified: first.headers.get('last-modified') }
}

function listIn({ data }: ApiAnswer): JsonRecord[] {
  if (!Array.isArray(data.list)) throw new PlatformError('unavailable', 'GitHub answered with something that is no list')
  return listOf(data.list).map(recordOf)
}

/** The next page's address, in a header. */
function nextIn({ headers }: ApiAnswer): string | null {
  return /<([^>]+)>\s*;\s*rel="next"/.exec(headers.get('link') ?? '')?.[1] ?? null
}

/** The issue itself where it is news, and what was said there since. A pull request has its talk as an issue, and remarks on its lines beside it. */
async function readIssue(read: Read, url: string, latest: string, sinceAt: number): Promise<void> {
  const issue = url.replace(/\/pulls\/(?=\d+$)/, '/issues/')
  const at = isIssue(issue) ? issue : latest
  const page = { resource: `issue:${at}`, kind: 'issue', request: { issue: at } }
  const { body, json } = await rest(read.io, at)
  if (at !== issue || latest === url || Date.parse(textOf(json.created_at)) >= sinceAt) read.round.pages.push({ ...page, body })
  if (at === issue) await readTalk(read, issue === url ? [issue] : [issue, url], page, sinceAt, maxPages)
}

/** What was said or changed there since, the oldest first, of each of the lists. */
async function readTalk(
  read: Read,
  lists: string[],
  page: Pick<PolledPage, 'resource' | 'request'>,
  sinceAt: number,
  most: number,
): Promise<void> {
  const query = new URLSearchParams({ since: new Date(sinceAt).toISOString(), per_page: '100' }).toString()
  for (const list of lists) {
    let next: string | null = `${list}/comments?${query}`
    for (let turn = 1; next !== null && turn <= most; turn += 1) {
      const answer: ApiAnswer = await rest(read.io, next)
      const resource = `${page.resource}:${lists.indexOf(list)}:${turn}`
      if (listIn(answer).length > 0) read.round.pages.push({ resource, kind: 'issue', request: page.request, body: answer.body })
      next = nextIn(answer)
    }
    if (next !== null) throw new PlatformError('rejected', `Of an issue with more than ${most} pages of news the newest were not read`)
  }
}

/** A mention that still waits, as it stands now, and what was said after it: our answer given there by hand, of which no notification tells. */
export async function rereadMention(read: Read, id: string, { at = '', issue = at }: Record<string, string>): Promise<void> {
  const { io, round } = read
  const page = { resource: `open:${id}`, kind: 'mention', request: { id, at, issue } }
  try {
    const { body, json } = await rest(io, at)
    round.pages.push({ ...page, body })
    const since = instantOf(json.created_at)
    const lists = at.includes('/pulls/comments/') ? [issue, issue.replace('/issues/', '/pulls/')] : [issue]
    if (isIssue(issue) && since !== null)
      await readTalk(read, lists, { ...page, request: { id, issue, since } }, Date.parse(since), maxPagesAgain)
  } catch (error) {
    if (!(error instanceof PlatformError) || error.kind !== 'gone') throw error
    round.pages.push({ ...page, body: '{"gone":true}' })
  }
}

function isIssue(address: string): boolean {
  return /\/issues\/\d+$/.test(address)
}
