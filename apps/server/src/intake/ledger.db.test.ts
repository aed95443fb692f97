import { sql } from 'drizzle-orm'
import { afterEach, expect, test } from 'vitest'
import type { ChannelCompleteness, PostCompleteness } from '@answerback/core/completeness-api'
import { speak } from '@answerback/sandbox/world/speak'
import { connectAll, openWorld, type World } from '../../test/world.ts'

const three = ['facebook', 'bluesky', 'mastodon'] as const
type Id = (typeof three)[number]
const dayMs = 86_400_000

let world: World
let channels: Record<Id, string>
/** Our posts by platform, oldest first. */
let posts: Record<Id, string[]>
afterEach(() => world.close())

/** A brand with four weeks of posts, the older ones beyond what reading looks at by itself. */
async function open({ posts: count }: { posts: number }): Promise<void> {
  world = await openWorld()
  posts = { facebook: [], bluesky: [], mastodon: [] }
  for (let day = 0; day < count; day += 1) {
    for (const platform of three) posts[platform].push(speak(world.sandbox.world, { platform, author: 'brand', text: `Post ${day}` }).id)
    world.pass(dayMs)
  }
}

function say(platform: Id, parentId: string, text: string): string {
  return speak(world.sandbox.world, { platform, author: { name: 'Ana' }, text, parentId }).id
}

/** Reads on, so many times with so much between. */
async function goOn(times: number, everyMs: number, afterEach: () => Promise<void> = async () => {}): Promise<void> {
  for (let step = 0; step < times; step += 1) {
    world.pass(everyMs)
    await world.drain()
    await afterEach()
  }
}

async function ledgers(): Promise<Record<Id, ChannelCompleteness>> {
  const { body } = await world.request('GET', '/api/v1/completeness')
  const of = (id: Id) => body.items.find((each: ChannelCompleteness) => each.channelId === channels[id])
  return { facebook: of('facebook'), bluesky: of('bluesky'), mastodon: of('mastodon') }
}

async function linesOf(platform: Id): Promise<PostCompleteness[]> {
  return (await world.request('GET', `/api/v1/channels/${channels[platform]}/completeness`)).body.items
}

async function heldIds(): Promise<Set<string>> {
  const { rows } = await world.ctx.db.inWorkspace(world.workspaceId, (tx) =>
    tx.execute<{ external_id: string }>(sql`select external_id from message`),
  )
  return new Set(rows.map((row) => row.external_id))
}

/** Somebody writes while each of the first pages is on its way, so that what was to come next stands elsewhere. */
function shiftPages(said: string[]): () => void {
  const plain = world.ctx.fetch
  let left = 60
  world.ctx.fetch = async (input, init) => {
    const platform = three.find((each) => String(input).includes(`/${each}/`))
    if (platform && left > 0 && (init?.method ?? 'GET') === 'GET') {
      left -= 1
      said.push(say(platform, posts[platform][left % posts[platform].length]!, `While you read, ${left}`))
    }
    return plain(input, init)
  }
  return () => void (world.ctx.fetch = plain)
}

test('with 30 % of webhooks lost and pages that shift while they are read, everything is found; in between the ledger says what is missing and why', async () => {
  await open({ posts: 28 })
  const said: string[] = []
  for (const platform of three) for (let n = 0; n < 40; n += 1) said.push(say(platform, posts[platform][n % 28]!, `Before you came, ${n}`))
  world.sandbox.faults.setQuirks({ shortPages: true, lostNotifications: 0.3 })
  world.sandbox.faults.setWebhooks({ missing: 0.3 })
  channels = await connectAll(world)
  const calm = shiftPages(said)
  await goOn(4, 20_000)
  calm()

  for (let n = 0; n < 56; n += 1) {
    for (const platform of three) said.push(say(platform, posts[platform][n % 28]!, `Afterwards, ${n}`))
    world.pass(30_000)
  }
  const gaps: Record<Id, PostCompleteness[]> = { facebook: [], bluesky: [], mastodon: [] }
  await goOn(13, 7_200_000, async () => {
    const now = await ledgers()
    for (const platform of three)
      if (gaps[platform].length === 0 && now[platform].missing > 0) {
        gaps[platform] = (await linesOf(platform)).filter((line) => line.missing > 0)
        expect(now[platform]).toMatchObject({ state: 'fetching', missingOn: gaps[platform].length })
      }
  })
  await goOn(4, 20_000)

  for (const platform of three) {
    expect(gaps[platform].length, `${platform}: something was missing for a while`).toBeGreaterThan(0)
    for (const line of gaps[platform]) {
      expect(line).toMatchObject({ state: 'fetching', missing: line.toFetch })
      expect(line.reported! - line.held).toBe(line.toFetch)
    }
  }
  const held = await heldIds()
  expect(said.filter((id) => !held.has(id))).toEqual([])
  const end = await ledgers()
  for (const platform of three) {
    const below = posts[platform].reduce((sum, id) => sum + world.sandbox.world.replies(world.sandbox.world.find(platform, id)!).length, 0)
    expect(end[platform]).toMatchObject({ state: 'complete', posts: 28, reported: below, held: below, missing: 0, missingOn: 0 })
  }
}, 120_000)
