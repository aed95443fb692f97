import { idOf, recordOf } from '../json.ts'
import { pageGuard } from '../round.ts'
import { instantOfMs } from './comment.ts'
import { isRefusal, readPage } from './list.ts'
import type { Read } from './list.ts'
import { readNotice } from './notification.ts'
import { escapeUrn } from './urn.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
/** LinkedIn keeps them so long. */
const keptMs = 60 * dayMs
const maxPages = 20

const told = ['COMMENT', 'COMMENT_EDIT', 'COMMENT_DELETE', 'ADMIN_COMMENT', 'SHARE_MENTION', 'SHARE']

/**
 * `GET /rest/organizationalEntityNotifications`: what happened to the page, from an hour before the last that was seen, by LinkedIn's own time. An app that may not ask is spared it for a day, and
 * its threads are read instead; so is the action that some have seen and the documents do not list. The first time what names us, as far as it is kept: the comments are read with our posts.
 */
export async function readNotices(read: Read): Promise<void> {
  const { state, io } = read
  const nowMs = io.now().getTime()
  try {
    if (state.sinceAt === 0) {
      await readRange(read, ['SHARE_MENTION', 'SHARE'], nowMs - keptMs + hourMs)
      state.sinceAt = nowMs - 2 * dayMs
    }
    if (state.refused.mentions > 0) return await readRange(read, told, state.sinceAt)
    try {
      await readRange(read, [...told, 'COMMENT_MENTION'], state.sinceAt)
    } catch (error) {
      if (!isRefusal(error)) throw error
      await readRange(read, told, state.sinceAt)
      state.refused.mentions = nowMs + dayMs
    }
  } catch (error) {
    if (!isRefusal(error)) throw error
    state.refused.finder = nowMs + dayMs
    // Where nothing else can be read either, this is why.
    read.reason ??= error
  }
}

async function readRange(read: Read, actions: string[], fromMs: number): Promise<void> {
  const { io, round, state } = read
  const nowMs = io.now().getTime()
  const query = [
    'q=criteria',
    `organizationalEntity=${escapeUrn(io.self.accountId)}`,
    `actions=List(${actions.join(',')})`,
    // Whose clock is right, ours or theirs, must not matter.
    `timeRange=(start:${Math.floor(fromMs)},end:${nowMs + 2 * dayMs})`,
  ]
  const guard = pageGuard(maxPages)
  let newestMs = 0
  for (let start: number | null = 0, page = 0; start !== null && page < maxPages; page += 1) {
    guard(String(start))
    const { elements, body, next } = await readPage(read, 'organizationalEntityNotifications', query, { start, count: 100 })
    const fresh = elements.filter((each) => !state.seen.has(idOf(each.notificationId) ?? ''))
    if (fresh.length > 0) round.pages.push({ resource: `notifications:${start}`, kind: 'notifications', request: {}, body })
    for (const each of elements) newestMs = Math.max(newestMs, Date.parse(instantOfMs(each.lastModifiedAt) ?? '') || 0)
    for (const each of fresh) {
      const id = idOf(each.notificationId)
      if (id !== null) state.seen.add(id)
      const notice = readNotice(recordOf(each), io.now().toISOString(), io.self)
      if ('named' in notice) state.named.set(notice.named.urn, notice.named)
    }
    start = next
    // More than anybody can be told: all threads are read instead.
    if (page === maxPages - 1 && next !== null) state.deepAt = 0
  }
  // An hour again each time, because one may be told late. A time ahead of ours moves nothing on.
  state.sinceAt = Math.max(state.sinceAt, Math.min(newestMs, nowMs) - hourMs)
}
