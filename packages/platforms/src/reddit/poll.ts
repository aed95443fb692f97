import { idOf, instantOf, listOf, nameOf, recordOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { Io, PollInput, PollResult, Quota } from '../platform.ts'
import { attempt, finish, inGroups, openResource, pageGuard, takeTurn } from '../round.ts'
import type { Round } from '../round.ts'
import { callApi, childrenOf } from './api.ts'
import type { ApiCall } from './api.ts'
import { cursorOf, stateOf } from './state.ts'
import type { State } from './state.ts'
import { fullnameOf } from './thing.ts'

const waitMs = 30_000
const hourMs = 3_600_000
const dayMs = 24 * hourMs
/** A listing ends at about a thousand things. */
const maxPages = 40
const pagesWhenDeep = 3
const treesPerPoll = 12
const moreCallsPerPoll = 20

type Read = { io: Io; round: Round; state: State; deep: boolean; untilAt: number; quota: Quota | null; counts: Map<string, number> }

/**
 * The inbox down to what is known (never by `before`, which goes silent for ever once its anchor is deleted), our comments and posts, the threads of posts whose number of
 * comments changed, and a few others by turns; then what their trees left out, and the open messages again. Hourly some pages deeper than needed.
 */
export async function poll(io: Io, input: PollInput): Promise<PollResult> {
  const nowMs = io.now().getTime()
  const state = stateOf(input.cursor, nowMs)
  const round: Round = { pages: [], trouble: null }
  const first = state.deepAt === 0
  const read: Read = {
    io,
    round,
    state,
    deep: !first && nowMs - state.deepAt >= hourMs,
    untilAt: first ? Date.parse(input.backTo ?? '') || nowMs - 90 * dayMs : 0,
    quota: null,
    counts: new Map(),
  }
  state.inbox = await readList(read, 'inbox', '/message/inbox', state.inbox)
  const user = `/user/${encodeURIComponent(io.self.handle)}`
  let well = await attempt(round, async () => {
    state.own = await readList(read, 'own', `${user}/comments`, state.own)
    state.posts = await readList(read, 'posts', `${user}/submitted`, state.posts)
  })
  if (well && (first || read.deep)) state.deepAt = nowMs
  const begun: string[] = []
  for (const { externalId: id, whole } of input.posts) {
    if (!whole || !isPost(id)) continue
    // What a tree left out is gone on with, not begun again.
    well &&= await attempt(round, async () => {
      if (!state.more.some(({ link }) => link === id)) await readTree(read, id, null)
      begun.push(id)
    })
  }
  if (well) well = await readThreads(read, input)
  if (well) well = await readMore(read)
  for (const group of inGroups(
    input.open.filter(({ externalId }) => /^t[13]_\w+$/.test(externalId)),
    100,
  ))
    well &&= await attempt(round, () => reread(read, group))
  const whole = round.trouble ? [] : begun.filter((id) => !state.more.some(({ link }) => link === id))
  const result = { ...finish(round, cursorOf(state), waitMs), read: whole }
  return read.quota === null ? result : { ...result, quota: read.quota }
}

function isPost(id: string): boolean {
  return /^t3_\w+$/.test(id)
}

async function call(read: Read, request: ApiCall): Promise<{ body: string; json: unknown }> {
  const answer = await callApi(read.io, request)
  if (answer.quota !== null) read.quota = answer.quota
  return answer
}

/** Pages from the newest down to one that holds something known, the end, or `untilAt`. Gives the newest names, to know next time. */
async function readList(read: Read, kind: 'inbox' | 'own' | 'posts', path: string, known: readonly string[]): Promise<string[]> {
  const seen = new Set(known)
  const names: string[] = []
  const guard = pageGuard(maxPages + 1)
  let after = ''
  for (let page = 0; page < maxPages; page += 1) {
    guard(after)
    const { body, json } = await call(read, { path, params: { limit: '100', sort: 'new', ...(after !== '' && { after }) } })
    const things = childrenOf(json).map(recordOf)
    if (things.length > 0) read.round.pages.push({ resource: `${kind}:${page}`, kind, request: {}, body })
    for (const { kind: type, data } of things) {
      const thing = recordOf(data)
      const name = idOf(thing.name) ?? fullnameOf(thing, type === 't3' ? 't3' : 't1')
      if (name !== null) names.push(name)
      if (type === 't3' && name !== null && typeof thing.num_comments === 'number') read.counts.set(name, thing.num_comments)
    }
    const met = names.some((name) => seen.has(name)) && !(read.deep && page < pagesWhenDeep)
    const next = nameOf(recordOf(recordOf(json).data).after)
    if (next === null || met || createdMs(things.at(-1)) < read.untilAt) break
    after = next
  }
  return [...new Set([...names, ...known])].slice(0, 301)
}

function createdMs(thing: JsonRecord | undefined): number {
  return Date.parse(instantOf(recordOf(thing?.data).created_utc) ?? '')
}

/** Threads whose number of comments is another than when they were read, and one more by turns. */
async function readThreads(read: Read, input: PollInput): Promise<boolean> {
  const { state, counts } = read
  const changed = [...counts].filter(([id, count]) => count > 0 && state.counts.get(id) !== count).map(([id]) => id)
  const others = input.posts.map((post) => post.externalId).filter((id) => isPost(id) && !changed.includes(id))
  const { chosen, turn } = takeTurn(others, state.turn, { newest: 1, others: 1 })
  state.turn = turn
  for (const id of [...changed.slice(0, treesPerPoll), ...chosen]) {
    const well = await attempt(read.round, () => readTree(read, id, null))
    if (!well) return false
    const count = counts.get(id)
    if (count !== undefined) {
      state.counts.delete(id)
      state.counts.set(id, count)
    }
  }
  return true
}

/** One thread, or the part of it below a comment. What it leaves out waits for its turn. */
async function readTree(read: Read, link: string, comment: string | null): Promise<void> {
  const params = { limit: '500', depth: '10', sort: 'new', ...(comment !== null && { comment }) }
  const { body, json } = await call(read, { path: `/comments/${link.slice(3)}`, params })
  const [head, below] = listOf(json)
  const [post] = childrenOf(head)
  const pending = [...childrenOf(below)]
  read.round.pages.push({ resource: `tree:${link}:${comment ?? ''}`, kind: 'tree', request: { link }, body })
  const author = nameOf(recordOf(recordOf(post).data).author)?.toLowerCase() ?? ''
  const ours = author === read.io.self.accountId || read.io.self.ownedIds.includes(author)
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { kind, data } = recordOf(next)
    const thing = recordOf(data)
    if (kind === 'more') defer(read, link, ours, thing)
    const { replies } = thing
    if (typeof replies === 'object' && replies !== null) pending.push(...listOf(recordOf(recordOf(replies).data).children))
  }
}

/** Where a tree stops: ids of comments to ask for, or a comment below which it goes on (`continue this thread`, no ids). */
function defer({ state }: Read, link: string, ours: boolean, more: JsonRecord): void {
  const ids = listOf(more.children).flatMap((id) => idOf(id) ?? [])
  const parent = idOf(more.parent_id)
  if (ids.length > 0) for (const children of inGroups(ids, 100)) state.more.push({ link, ours, children })
  else if (parent?.startsWith('t1_')) state.more.push({ link, ours, children: [], below: parent.slice(3) })
}

async function readMore(read: Read): Promise<boolean> {
  const { state, round } = read
  for (let calls = 0; calls < moreCallsPerPoll && state.more.length > 0; calls += 1) {
    const { link, ours, children, below } = state.more[0]!
    const well = await attempt(round, async () => {
      if (below !== undefined) return readTree(read, link, below)
      const params = { link_id: link, children: children.join(','), api_type: 'json', sort: 'new' }
      const { body, json } = await call(read, { path: '/api/morechildren', params })
      const things = listOf(recordOf(recordOf(recordOf(json).json).data).things).map(recordOf)
      if (things.length > 0)
        round.pages.push({
          resource: openResource(`more ${children.join(',')}`),
          kind: 'more',
          request: { link, ours: ours ? '1' : '' },
          body,
        })
      for (const { kind, data } of things) if (kind === 'more') defer(read, link, ours, recordOf(data))
    })
    if (!well) return false
    state.more.shift()
  }
  return true
}

async function reread(read: Read, group: PollInput['open']): Promise<void> {
  const ids = group.map(({ externalId }) => externalId).join(',')
  const kinds = group.map(({ ref = {} }) => ref.kind ?? '').join(',')
  const { body, json } = await call(read, { path: '/api/info', params: { id: ids } })
  childrenOf(json)
  read.round.pages.push({ resource: openResource(ids), kind: 'info', request: { ids, kinds }, body })
}
