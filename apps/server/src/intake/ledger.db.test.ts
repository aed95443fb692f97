import { sql } from 'drizzle-orm'
import { afterEach, expect, test } from 'vitest'
import type { ChannelCompleteness, PostCompleteness } from '@answerback/core/completeness-api'
import type { Capabilities, Platform } from '@answerback/platforms/platform'
import { platformById } from '@answerback/platforms/registry'
import type { Item, PlatformId } from '@answerback/sandbox/world/item'
import { ask, speak } from '@answerback/sandbox/world/speak'
import { connectAll, openWorld, playedPlatforms, type World } from '../../test/world.ts'

const dayMs = 86_400_000
const postCount = 22

/** All that can be asked again for what was not told; where only a push tells of it, what is lost there is lost. */
const platforms = playedPlatforms.filter((id) => !(canOf(id).webhook && canOf(id).misses?.includes('past')))
/** Where people write below posts. */
const withPosts = platforms.filter((id) => canOf(id).reads.includes('comment'))

let world: World
let channels: Record<PlatformId, string>
/** Our posts by platform, oldest first. */
let posts: Map<PlatformId, string[]>
afterEach(() => world.close())

function canOf(id: PlatformId): Capabilities {
  return platformById(id)!.can
}

/** A brand with four weeks of posts, the older ones beyond what reading looks at by itself. */
async function open(): Promise<void> {
  world = await openWorld()
  posts = new Map(withPosts.map((platform) => [platform, []]))
  for (let day = 0; day < postCount; day += 1) {
    for (const [platform, ids] of posts) ids.push(speak(world.sandbox.world, { platform, author: 'brand', text: `Post ${day}` }).id)
    world.pass(dayMs)
  }
}

/** Somebody writes: below the post of that number, or where there are only reviews, one. */
function say(platform: PlatformId, post: number, text: string): Item {
  const words = { platform, author: { name: `Fan ${text}` }, text }
  const ids = posts.get(platform)
  if (!ids) return ask(world.sandbox.world, words)
  return speak(world.sandbox.world, { ...words, parentId: ids[post % postCount]! })
}

/** Reads on, so many times with so much between. */
async function goOn(times: number, everyMs: number, afterEach: () => Promise<void> = async () => {}): Promise<void> {
  for (let step = 0; step < times; step += 1) {
    world.pass(everyMs)
    await world.drain()
    await afterEach()
  }
}

async function ledgers(): Promise<Map<PlatformId, ChannelCompleteness>> {
  const { body } = await world.request('GET', '/api/v1/completeness')
  return new Map(withPosts.map((id) => [id, body.items.find((each: ChannelCompleteness) => each.channelId === channels[id])]))
}

async function linesOf(platform: PlatformId): Promise<PostCompleteness[]> {
  return (await world.request('GET', `/api/v1/channels/${channels[platform]}/completeness`)).body.items
}

/** How much stands below the brand's posts there, counted as that platform counts. */
async function standingBelow(platform: PlatformId): Promise<number> {
  const sandbox = world.sandbox.world
  const { rows } = await world.ctx.db.inWorkspace(world.workspaceId, (tx) =>
    tx.execute<{ counts: string }>(sql`select distinct counts from post_ledger where channel_id = ${channels[platform]}`),
  )
  expect(rows, platform).toHaveLength(1)
  const below = rows[0]!.counts === 'all' ? (post: Item) => sandbox.descendants(post) : (post: Item) => sandbox.replies(post)
  return sandbox.posts(platform, true).reduce((sum, post) => sum + below(post).length, 0)
}

async function heldIds(): Promise<Set<string>> {
  const { rows } = await world.ctx.db.inWorkspace(world.workspaceId, (tx) =>
    tx.execute<{ platform: string; external_id: string }>(sql`select platform, external_id from message`),
  )
  return new Set(rows.map((row) => `${row.platform} ${row.external_id}`))
}

/** Somebody writes while each of a platform's first pages is on its way, so that what was to come next stands elsewhere. */
function shiftPages(said: Item[]): () => void {
  const plain = world.ctx.fetch
  const left = new Map(platforms.map((platform) => [platform, 8]))
  world.ctx.fetch = async (input, init) => {
    const platform = platforms.find((each) => new URL(String(input)).pathname.startsWith(`/${each}/`))
    const count = platform === undefined ? 0 : left.get(platform)!
    if (platform !== undefined && count > 0 && (init?.method ?? 'GET') === 'GET') {
      left.set(platform, count - 1)
      said.push(say(platform, count, `While you read, ${count}`))
    }
    return plain(input, init)
  }
  return () => void (world.ctx.fetch = plain)
}

test('with 30 % of webhooks lost and pages that shift while they are read, everything is found; in between the ledger says what is missing and why', async () => {
  await open()
  const said: Item[] = []
  for (const platform of platforms)
    if (!canOf(platform).misses?.includes('past')) for (let n = 0; n < 16; n += 1) said.push(say(platform, n, `Before you came, ${n}`))
  world.sandbox.faults.setQuirks({ shortPages: true, lostNotifications: 0.3 })
  world.sandbox.faults.setWebhooks({ missing: 0.3 })
  channels = await connectAll(world)
  const calm = shiftPages(said)
  await goOn(3, 20_000)
  calm()

  for (let n = 0; n < postCount; n += 1) {
    for (const platform of platforms) said.push(say(platform, n, `Afterwards, ${n}`))
    world.pass(60_000)
  }
  for (const platform of withPosts)
    if (canOf(platform).reads.includes('reply'))
      for (const above of said.filter((item) => item.platform === platform).slice(0, 8))
        said.push(speak(world.sandbox.world, { platform, author: { name: 'Bo' }, text: 'I wonder too', parentId: above.id }))

  const gaps = new Map<PlatformId, PostCompleteness[]>()
  await goOn(6, 7_200_000, async () => {
    for (const [platform, ledger] of await ledgers()) {
      if (ledger.missing === 0 || gaps.has(platform)) continue
      const lines = (await linesOf(platform)).filter((line) => line.missing > 0)
      expect(ledger, platform).toMatchObject({ state: 'fetching', missingOn: lines.length })
      for (const line of lines)
        expect(line, platform).toMatchObject({ state: 'fetching', missing: line.reported! - line.held, toFetch: line.missing })
      gaps.set(platform, lines)
    }
  })
  // Where few calls are allowed, what is left over goes on in the next minutes.
  await goOn(6, 60_000)
  const held = await heldIds()
  const missed = said.filter((item) => !held.has(`${item.platform} ${item.id}`))
  expect(missed.map((item) => `${item.platform}: ${item.text}`)).toEqual([])
  expect(gaps.size, 'something was missing for a while').toBeGreaterThan(0)
  for (const [platform, ledger] of await ledgers()) {
    if (!canOf(platform).postStats) continue
    const below = await standingBelow(platform)
    expect(ledger, platform).toMatchObject({ state: 'complete', reported: below, held: below, missing: 0, missingOn: 0 })
  }
}, 300_000)

test('a thread that nobody counts and that cannot be read is asked for a few times, and then seldom', async () => {
  world = await openWorld()
  const id = withPosts.find((each) => !canOf(each).postStats && !canOf(each).gapless && !platformById(each)!.costs)!
  speak(world.sandbox.world, { platform: id, author: 'brand', text: 'A post' })
  let asked = 0
  world.ctx.platforms = world.ctx.platforms.map((each) =>
    each.id === id ? { ...each, poll: readsNothingWhole(each, () => (asked += 1)) } : each,
  )
  const { settings } = world.sandbox.platforms.find((each) => each.id === id)!
  const body = { platform: id, settings }
  const { status } = await world.request('POST', '/api/v1/channels', { key: world.keys.owner, body, idempotencyKey: 'connect' })
  expect(status).toBe(201)
  for (let round = 0; round < 40; round += 1) await world.drain({ polls: true })
  const { length } = world.sandbox.world.posts(id, true)
  expect(asked).toBe(10 * length)
  world.pass(dayMs)
  for (let round = 0; round < 40; round += 1) await world.drain({ polls: true })
  expect(asked).toBe(20 * length)
}, 120_000)

/** An adapter that never gets to the end of a thread; `ask` is told of each that it was to read so. */
function readsNothingWhole(platform: Platform, ask: () => void): Platform['poll'] {
  return async (io, input) => {
    const posts = input.posts.map(({ externalId, ref, whole }) => {
      if (whole) ask()
      return { externalId, ref }
    })
    return { ...(await platform.poll(io, { ...input, posts })), read: [] }
  }
}
