import { expect, test } from 'vitest'
import { account, now, permalink, video } from '../../test/tiktok.ts'
import type { Answer, Call } from '../../test/tiktok.ts'
import type { Io, PollInput, PollResult } from '../platform.ts'
import { tiktok } from './adapter.ts'
import { cursorOf, stateOf } from './state.ts'

const rest: PollInput = { cursor: null, posts: [], open: [] }
const noVideos = { videos: [], has_more: false }
const dayMs = 86_400_000

function comment(id: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return { comment_id: id, video_id: video, text: `words of ${id}`, create_time: '1795000000', ...more }
}

function factsOf(io: Io, { pages }: PollResult): string[] {
  const facts = pages.flatMap((page) => tiktok.normalize({ ...page, receivedAt: now.toISOString() }, io.self).facts)
  return facts.map((each) => `${each.fact} ${each.externalId}`)
}

/** As it comes back from where it is kept. */
function kept({ cursor }: PollResult): unknown {
  return JSON.parse(JSON.stringify(cursor))
}

const open = ['1', '2', '3'].map((externalId) => ({ externalId, ref: { videoId: video, topId: externalId, permalink } }))

test('open comments that come on a further page are not gone, and one that does not come on the last is', async () => {
  const pages: Record<string, Answer> = {
    '0': { comments: [comment('1')], has_more: true, cursor: 1 },
    '1': { comments: [], has_more: true, cursor: 2 },
    '2': { comments: [comment('3')], has_more: false, cursor: 3 },
  }
  const { io } = account(({ path, query }) => (path.includes('/video/') ? noVideos : pages[query.cursor ?? '0']!))
  expect(factsOf(io, await tiktok.poll(io, { ...rest, open }))).toEqual(['message 1', 'message 3', 'removal 2'])
})

test('an answer that never ends tells what came, and of nothing that it is gone', async () => {
  const { io, calls } = account(({ path, query }) =>
    path.includes('/video/') ? noVideos : { comments: [comment('1')], has_more: true, cursor: Number(query.cursor ?? '0') + 1 },
  )
  expect(new Set(factsOf(io, await tiktok.poll(io, { ...rest, open })))).toEqual(new Set(['message 1']))
  expect(calls.length).toBeLessThan(10)
})

test('what a webhook named is found on a further page', async () => {
  const { io } = account(({ path, query }) => {
    if (path.includes('/video/')) return noVideos
    return query.cursor === '1' ? { comments: [comment('2')], has_more: false } : { comments: [comment('1')], has_more: true, cursor: 1 }
  })
  const wanted = ['1', '2'].map((id) => ({ kind: 'comment', id: `${video}/${id}` }))
  expect(factsOf(io, await tiktok.poll(io, { ...rest, wanted }))).toEqual(['message 1', 'message 2'])
})

test.each([
  [365, ['0', '100', '200', '300']],
  [30, ['0']],
])('a first reading of %i days that broke off goes on as far as it was asked to', async (days, reached) => {
  let isDown = true
  const { io, calls } = account(({ path, query }) => {
    if (!path.includes('/video/')) return isDown ? { code: 50002 } : { comments: [], has_more: false }
    const age = Number(query.cursor)
    const create_time = Math.floor((now.getTime() - (age + 80) * dayMs) / 1000)
    return { videos: [{ item_id: `7${age}`, create_time, comments: 1 }], has_more: true, cursor: age + 100 }
  })
  const backTo = new Date(now.getTime() - days * dayMs).toISOString()
  const asked = (): string[] => calls.splice(0).flatMap(({ path, query }) => (path.includes('/video/') ? [query.cursor!] : []))
  const first = await tiktok.poll(io, { ...rest, backTo })
  expect(first.trouble).toMatchObject({ kind: 'unavailable' })
  expect(asked()).toEqual(reached)
  isDown = false
  const second = await tiktok.poll(io, { ...rest, cursor: kept(first) })
  expect(asked()).toEqual(reached)
  await tiktok.poll({ ...io, now: () => new Date(now.getTime() + 2 * 3_600_000) }, { ...rest, cursor: kept(second) })
  expect(asked()).toEqual(['0'])
})

/** Videos of one comment each, or comments of one video with replies that did not come along. */
function crowd({ videos, comments }: { videos: number; comments: number }): (call: Call) => Answer {
  return ({ path, query }) => {
    const at = Number(query.cursor)
    const page = (size: number, most: number) => Array.from({ length: Math.max(0, Math.min(size, most - at)) }, (_, index) => at + index)
    const listed = (size: number, most: number) => ({ cursor: at + size, has_more: at + size < most })
    if (path.includes('/video/'))
      return {
        videos: page(20, videos).map((id) => ({ item_id: `738000000000000${1000 + id}`, create_time: 1795000000, comments: 6 })),
        ...listed(20, videos),
      }
    if (path.includes('/reply/')) return { comments: [comment(`r${query.comment_id}`)], has_more: false }
    const replies = comments === 1 ? 0 : 5
    const ids = page(30, comments).map((each) => `${query.video_id}c${each}`)
    return { comments: ids.map((id) => comment(id, { video_id: query.video_id, replies })), ...listed(30, comments) }
  }
}

async function readFor(rounds: number, answer: (call: Call) => Answer): Promise<Set<string>> {
  const { io } = account(answer)
  const seen = new Set<string>()
  for (let round = 0, cursor: unknown = null; round < rounds; round += 1) {
    const result = await tiktok.poll(io, { ...rest, cursor })
    for (const fact of factsOf(io, result)) if (fact.startsWith('message ')) seen.add(fact)
    cursor = kept(result)
  }
  return seen
}

test('hundreds of threads of replies that are put off are all read', async () => {
  expect((await readFor(24, crowd({ videos: 1, comments: 500 }))).size).toBe(1_000)
})

test('hundreds of videos that are put off are all read', async () => {
  expect((await readFor(17, crowd({ videos: 400, comments: 1 }))).size).toBe(400)
})

test('what falls out of the cursor is not taken for read', () => {
  const ids = Array.from({ length: 600 }, (_, index) => String(index + 1))
  const pending = Object.fromEntries(ids.map((id) => [`9${id}/${id}`, '0']))
  const state = stateOf({ pending, threads: { '1': 5, '600': 5 }, counts: { '91': 6, '9600': 6 } }, now.getTime())
  const cursor = cursorOf(state)
  expect(Object.keys(cursor.pending)).not.toContain('91/1')
  expect(cursor).toMatchObject({ threads: { '600': 5 }, counts: { '9600': 6 } })
  expect([Object.keys(cursor.threads), Object.keys(cursor.counts)]).toEqual([['600'], ['9600']])
})

test('replies whose place no longer works are read from their beginning, with the next reading of the video', async () => {
  const { io } = account(({ path, query }) => {
    if (path.includes('/video/')) return { videos: [{ item_id: video, create_time: 1795000000, comments: 9 }], has_more: false }
    if (path.includes('/reply/')) return query.cursor === '0' ? { comments: [comment('2')], has_more: false } : { code: 40002 }
    return { comments: [comment('1', { replies: 8 })], has_more: false }
  })
  const before = { v: 1, deepAt: now.getTime(), counts: { [video]: 9 }, threads: { '1': 8 }, pending: { [`${video}/1`]: '60' } }
  const first = await tiktok.poll(io, { ...rest, cursor: before })
  expect(first.cursor).toMatchObject({ pending: {} })
  const hourLater = { ...io, now: () => new Date(now.getTime() + 3_600_000) }
  expect(factsOf(io, await tiktok.poll(hourLater, { ...rest, cursor: kept(first) }))).toContain('message 2')
})

test('what cannot be read for now does not keep the rest of what was put off waiting', async () => {
  const { io } = account(({ path, query }) => {
    if (path.includes('/video/')) return noVideos
    return query.video_id === '9a' ? { code: 50002 } : { comments: [comment('2')], has_more: false }
  })
  const first = await tiktok.poll(io, { ...rest, cursor: { v: 1, deepAt: now.getTime(), pending: { '9a': '60', '9b': '30' } } })
  expect(first.trouble).toMatchObject({ kind: 'unavailable' })
  const second = await tiktok.poll(io, { ...rest, cursor: kept(first) })
  expect(factsOf(io, second)).toEqual(['message 2'])
  expect(second.cursor).toMatchObject({ pending: { '9a': '60' } })
})
