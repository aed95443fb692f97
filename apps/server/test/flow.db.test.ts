import { afterEach, describe, expect, test } from 'vitest'
import { sql } from 'drizzle-orm'
import type { Item, PlatformId } from '@answerback/sandbox/world/item'
import type { RuleInput } from '@answerback/sandbox/faults/fault'
import { dialectOf } from '@answerback/sandbox/registry'
import { ask, speak } from '@answerback/sandbox/world/speak'
import { platformById } from '@answerback/platforms/registry'
import type { Capabilities } from '@answerback/platforms/platform'
import { connectAll, openWorld, playedPlatforms as platforms, type World } from './world.ts'

let world: World | null = null
afterEach(async () => {
  await world?.close()
  world = null
})

async function open(options?: Parameters<typeof openWorld>[0]): Promise<World> {
  world = await openWorld(options)
  return world
}

const canOf = (platform: PlatformId): Capabilities => platformById(platform)!.can

/** Whether people can do this there and the adapter says that it reads it. */
function happens(platform: PlatformId, kind: 'comment' | 'reply' | 'mention'): boolean {
  const { kinds, untold = [] } = dialectOf(platform)
  if (kind === 'mention' && (!kinds.includes(kind) || untold.includes(kind))) return false
  return canOf(platform).reads.includes(kind)
}

/** Where an answer that somebody gives in the platform's own app comes to us. */
const withNative = platforms.filter((platform) => !canOf(platform).misses?.includes('native'))

/** All of them in the same state: one for each platform's reply. */
const each = <T>(state: T): T[] => platforms.map(() => state)

/** What the brand wrote in answer, wherever it stands. */
function answersOf(world: World, platform: PlatformId, words: string): Item[] {
  return [...world.sandbox.world.items[platform].values()].filter((item) => item.parentId !== null && item.text.includes(words))
}

/** People at work on every platform: comments, a reply from fan to fan, a mention, an edit, a deletion, right-to-left, emoji. */
function comeTogether(world: World): void {
  const sandbox = world.sandbox.world
  for (const platform of platforms) {
    const ada = ask(sandbox, { platform, author: { name: 'Ada' }, text: 'Does the strap come off?' })
    world.pass(1_000)
    ask(sandbox, { platform, author: { name: 'Bo' }, text: 'هل تشحنون إلى عمّان؟ 👩🏽‍🌾' })
    if (happens(platform, 'reply')) speak(sandbox, { platform, author: { name: 'Cy' }, text: 'Mine does, two clips.', parentId: ada.id })
    const typo = ask(sandbox, { platform, author: { name: 'Di' }, text: 'Waht colours?' })
    sandbox.edit(typo, 'What colours?')
    const regret = ask(sandbox, { platform, author: { name: 'Ed' }, text: 'Never mind' })
    sandbox.remove(regret)
    if (happens(platform, 'mention')) speak(sandbox, { platform, author: { name: 'Fay' }, text: 'thinking about that bag', mention: true })
  }
}

/** What no webhook tells, such as a deletion, is seen when the channel is read again: in a minute, where the platform allows no more. */
const untilReadAgainMs = 90_000

/** Everything people said on the platforms that still stands, by external id, against what we hold. */
async function expectNothingLost(world: World, but: (item: Item) => boolean = () => false): Promise<void> {
  const held = await world.ctx.db.inWorkspace(world.workspaceId, (tx) =>
    tx.execute<{ platform: string; external_id: string; text: string; ours: boolean; gone: boolean }>(
      sql`select platform, external_id, text, ours, (removed_at is not null or coalesce(absent_at >= coalesce(seen_at, '-infinity'), false)) as gone from message`,
    ),
  )
  const byId = new Map(held.rows.map((row) => [`${row.platform} ${row.external_id}`, row]))
  expect(byId.size, 'no message twice').toBe(held.rows.length)
  for (const platform of platforms) {
    const brand = world.sandbox.world.brand(platform)
    const said = [...world.sandbox.world.items[platform].values()].filter((item) => item.authorId !== brand.id)
    for (const item of said) {
      const row = byId.get(`${platform} ${item.id}`)
      if (but(item)) continue
      if (item.deletedAt !== null) {
        if (row && !canOf(platform).misses?.includes('removal')) expect(row.gone, `${platform}: “${item.text}” is gone there`).toBe(true)
        continue
      }
      expect(row, `${platform}: “${item.text}” arrived`).toBeDefined()
      expect(row!.gone, `${platform}: “${item.text}” is still there`).toBe(false)
    }
  }
}

async function replies(world: World): Promise<{ id: string; state: string; reason: string | null }[]> {
  const { rows } = await world.ctx.db.inWorkspace(world.workspaceId, (tx) =>
    tx.execute<{ id: string; state: string; reason: string | null }>(sql`select id, state, reason from reply order by id`),
  )
  return rows
}

/** What the platform took, apart from answers to a repeated key: each reply's text at most once. */
function acceptedWrites(world: World, text: string): number {
  return world.sandbox.world.journal.ledger.filter((entry) => !entry.repeated && entry.text?.includes(text)).length
}

async function replyTo(world: World, platform: PlatformId, text: string): Promise<string> {
  const row = (await world.rows()).find((each) => each.platform === platform && each.waitingMessage?.text.includes('strap'))
  const { status, body } = await world.request('POST', `/api/v1/conversations/${row!.id}/replies`, {
    body: { text, undoSeconds: 0 },
    idempotencyKey: `${platform}-${text}`,
  })
  expect(status).toBe(202)
  return body.id
}

/** Every platform takes part in each of these: on a busy machine that takes its time. */
const patience = { timeout: 180_000 }

describe('the loop', patience, () => {
  test('comments from every platform arrive, are answered there, and the clock stops at the answer', async () => {
    const world = await open()
    await connectAll(world)
    comeTogether(world)
    await world.settle(untilReadAgainMs)
    await expectNothingLost(world)

    const waiting = (await world.rows()).filter((row) => row.state === 'waiting')
    expect(new Set(waiting.map((row) => row.platform))).toEqual(new Set(platforms))
    // Ada and Cy talk in one thread and are owed separately.
    const withReplies = platforms.filter((platform) => happens(platform, 'reply'))
    expect(waiting.filter((row) => row.openTurns === 2)).toHaveLength(withReplies.length)

    world.pass(600_000)
    for (const platform of platforms) await replyTo(world, platform, `It does come off, ${platform}!`)
    await world.settle(30_000)
    for (const platform of platforms) {
      const [reply] = answersOf(world, platform, `It does come off, ${platform}!`)
      expect(reply?.authorId, `${platform}: the answer stands there`).toBe(world.sandbox.world.brand(platform).id)
      expect(acceptedWrites(world, `It does come off, ${platform}!`), `${platform}: its journal has the answer, once`).toBe(1)
    }
    expect((await replies(world)).map((reply) => reply.state)).toEqual(each('sent'))
    const answered = await world.ctx.db.inWorkspace(world.workspaceId, (tx) =>
      tx.execute<{ seconds: number; source: string }>(
        sql`select extract(epoch from end_at - start_at)::float as seconds, source from turn where state = 'answered'`,
      ),
    )
    expect(answered.rows).toHaveLength(platforms.length)
    for (const turn of answered.rows) {
      expect(turn.source).toBe('here')
      expect(turn.seconds).toBeGreaterThanOrEqual(600)
      expect(turn.seconds).toBeLessThan(800)
    }
  })

  test('native answers and our own echoes end turns once, and fan replies open new ones', async () => {
    const world = await open()
    await connectAll(world)
    const talking = withNative.filter((platform) => happens(platform, 'reply'))
    for (const platform of talking) {
      const asked = ask(world.sandbox.world, { platform, author: { name: 'Ada' }, text: 'Does the strap come off?' })
      world.pass(60_000)
      const answer = speak(world.sandbox.world, { platform, author: 'brand', text: 'It does.', parentId: asked.id })
      world.pass(60_000)
      // Where a platform nests no deeper, a reply to a reply stands under the comment, as people see it there.
      speak(world.sandbox.world, { platform, author: { name: 'Ada' }, text: 'And comes back on?', parentId: answer.id })
    }
    await world.settle(30_000)
    const { rows } = await world.ctx.db.inWorkspace(world.workspaceId, (tx) =>
      tx.execute<{ state: string; source: string | null }>(
        sql`select t.state, t.source from turn t join conversation c on c.id = t.conversation_id order by c.platform, t.start_at`,
      ),
    )
    expect(rows).toEqual(
      talking.flatMap(() => [
        { state: 'answered', source: 'native' },
        { state: 'open', source: null },
      ]),
    )
  })

  test('an answer from the platform’s own app during the undo window keeps ours back, until somebody wants it all the same', async () => {
    const world = await open()
    await connectAll(world)
    comeTogether(world)
    await world.settle(30_000)
    for (const platform of withNative) {
      const row = (await world.rows()).find((each) => each.platform === platform && each.waitingMessage?.text.includes('strap'))!
      await world.request('POST', `/api/v1/conversations/${row.id}/replies`, {
        body: { text: `It does come off, ${platform}!`, undoSeconds: 10 },
        idempotencyKey: `held-${platform}`,
      })
      const asked = [...world.sandbox.world.items[platform].values()].find((item) => item.text.includes('strap come off'))!
      world.pass(1_000)
      speak(world.sandbox.world, { platform, author: 'brand', text: 'Yes, with two clips.', parentId: asked.id })
    }
    await world.drain({ polls: true })
    await world.settle(60_000)
    expect((await replies(world)).map((reply) => [reply.state, reply.reason?.includes('Yes, with two clips.')])).toEqual(
      each(['rejected', true]),
    )
    for (const platform of withNative) expect(acceptedWrites(world, `It does come off, ${platform}!`)).toBe(0)

    for (const { id } of await replies(world))
      expect((await world.request('POST', `/api/v1/replies/${id}/attempts`, { body: {} })).status).toBe(202)
    await world.settle(60_000)
    // Where there is one answer to each, the one that stands there stays.
    const wanted = withNative.map((platform) => (canOf(platform).oneReply ? 'rejected' : 'sent'))
    expect((await replies(world)).map((reply) => reply.state)).toEqual(wanted)
  })

  test('a lost queue loses time and nothing else', async () => {
    const world = await open({ loseJobs: true })
    await connectAll(world)
    comeTogether(world)
    await world.settle(untilReadAgainMs)
    await expectNothingLost(world)
    await replyTo(world, 'mastodon', 'It does!')
    await world.settle(60_000)
    expect((await replies(world)).map((reply) => reply.state)).toEqual(['sent'])
    expect(acceptedWrites(world, 'It does!')).toBe(1)
  })
})

describe('faults while reading', patience, () => {
  const faults: [string, (world: World) => void][] = [
    ['webhooks twice', (w) => w.sandbox.faults.setWebhooks({ duplicate: 1 })],
    ['webhooks missing', (w) => w.sandbox.faults.setWebhooks({ missing: 1 })],
    ['webhooks late', (w) => w.sandbox.faults.setWebhooks({ lateMs: 30 })],
    ['webhooks in another order', (w) => w.sandbox.faults.setWebhooks({ reorder: 8 })],
    ['webhooks in batches', (w) => w.sandbox.faults.setWebhooks({ batch: 4 })],
    ['notifications lost', (w) => w.sandbox.faults.setQuirks({ lostNotifications: 0.5 })],
    ['short pages with a cursor', (w) => w.sandbox.faults.setQuirks({ shortPages: true })],
    ['no Link header', (w) => w.sandbox.faults.setQuirks({ noLinkHeader: true })],
    ['hidden authors', (w) => w.sandbox.faults.setQuirks({ anonymousAuthors: 0.5 })],
    ['clocks ten minutes ahead', (w) => void platforms.forEach((platform) => (w.sandbox.world.skewMs[platform] = 600_000))],
    ...(['server_error', 'unavailable', 'hang', 'reset', 'bad_json', 'html', 'rate_limited'] as const).map(
      (kind): [string, (world: World) => void] => [
        `reads answered by ${kind}`,
        (w) =>
          platforms.forEach((platform) =>
            w.sandbox.faults.add({
              platform,
              match: { method: 'GET', times: 3 },
              fault: kind === 'rate_limited' ? { kind, retryAfterSeconds: 2 } : { kind },
            }),
          ),
      ],
    ),
  ]
  test.each(faults)('%s: everything arrives, once', async (name, arrange) => {
    const world = await open()
    await connectAll(world)
    await world.drain()
    arrange(world)
    comeTogether(world)
    await world.settle(60_000)
    await world.settle(300_000)
    // A mention elsewhere whose notification was never made leaves no trace that we could read; nor does what is only ever pushed.
    const onlyPushed = (item: Item): boolean => canOf(item.platform).webhook && canOf(item.platform).misses?.includes('past') === true
    await expectNothingLost(
      world,
      (item) => (name === 'notifications lost' && item.parentId === null) || (name === 'webhooks missing' && onlyPushed(item)),
    )
    const { rows } = await world.ctx.db.inWorkspace(world.workspaceId, (tx) =>
      tx.execute(sql`select reason from delivery_entry where state = 'quarantined' and kind = 'webhook'`),
    )
    expect(rows).toEqual([])
  })

  test('expired sessions are renewed without anybody noticing', async () => {
    const world = await open()
    await connectAll(world)
    await world.drain()
    world.sandbox.faults.setToken('bluesky', 'expired', world.ctx.now())
    comeTogether(world)
    await world.settle(60_000)
    await world.settle(300_000)
    await expectNothingLost(world)
  })

  test('a revoked token stops one channel, says so, keeps replies, and catches up once connected again', async () => {
    const world = await open()
    const channels = await connectAll(world)
    comeTogether(world)
    await world.settle(30_000)
    for (const platform of platforms) world.sandbox.faults.setToken(platform, 'revoked', world.ctx.now())
    for (const platform of platforms) await replyTo(world, platform, `It does come off, ${platform}!`)
    await world.settle(60_000)
    expect((await replies(world)).map((reply) => reply.state)).toEqual(each('queued'))
    const { body } = await world.request('GET', '/api/v1/channels')
    expect(body.items.map((channel: { id: string; state: string }) => [channel.id, channel.state])).toEqual(
      Object.values(channels).map((id) => [id, 'needs_reauthorization']),
    )

    for (const platform of platforms) world.sandbox.faults.setToken(platform, 'valid', world.ctx.now())
    await connectAll(world)
    await world.settle(60_000)
    expect((await replies(world)).map((reply) => reply.state)).toEqual(each('sent'))
    for (const platform of platforms) expect(acceptedWrites(world, `It does come off, ${platform}!`)).toBe(1)
  })
})

describe('faults while answering', patience, () => {
  type Kind = Exclude<RuleInput['fault']['kind'], 'answer' | 'delay'>
  /** What may become of a reply, where the platform keeps our key, and where only looking tells. */
  const kinds: [Kind, { withKey: string[]; byLooking: string[] }][] = [
    ['rate_limited', { withKey: ['sent'], byLooking: ['sent'] }],
    ['server_error', { withKey: ['sent'], byLooking: ['needs_check'] }],
    ['unavailable', { withKey: ['sent'], byLooking: ['needs_check', 'sent'] }],
    ['hang', { withKey: ['sent'], byLooking: ['needs_check'] }],
    ['reset', { withKey: ['sent'], byLooking: ['needs_check'] }],
    ['accept_then_hang', { withKey: ['sent'], byLooking: ['sent'] }],
    ['accept_then_reset', { withKey: ['sent'], byLooking: ['sent'] }],
    ['accept_then_500', { withKey: ['sent'], byLooking: ['sent'] }],
    ['accept_then_400', { withKey: ['sent'], byLooking: ['sent'] }],
    ['bad_json', { withKey: ['sent'], byLooking: ['sent', 'needs_check'] }],
    ['html', { withKey: ['sent'], byLooking: ['sent', 'needs_check'] }],
  ]
  test.each(kinds)('%s: never twice, and every reply ends in a named state', async (kind, expected) => {
    const world = await open()
    await connectAll(world)
    comeTogether(world)
    await world.settle(30_000)
    for (const platform of platforms) {
      world.sandbox.faults.add({
        platform,
        match: { ...dialectOf(platform).calls.write, times: 1 },
        fault: kind === 'rate_limited' ? { kind, retryAfterSeconds: 2 } : { kind },
      })
    }
    for (const platform of platforms) await replyTo(world, platform, `It does come off, ${platform}!`)
    await world.settle(120_000)
    expect(
      world.sandbox.faults.list().map((rule) => rule.met),
      'each fault was met',
    ).toEqual(each(1))
    const states = (await replies(world)).map((reply) => reply.state)
    for (const [at, platform] of platforms.entries()) {
      // Where nothing can be looked up, a person looks at what may have landed.
      const lookedAt = canOf(platform).exactlyOnce === 'none' && kind.startsWith('accept') ? ['needs_check'] : expected.byLooking
      expect(canOf(platform).exactlyOnce === 'key' ? expected.withKey : lookedAt, platform).toContain(states[at])
      const accepted = acceptedWrites(world, `It does come off, ${platform}!`)
      expect(accepted, platform).toBeLessThanOrEqual(1)
      if (states[at] === 'sent') expect(accepted, platform).toBe(1)
    }
    const failed = (await world.rows()).filter((row) => row.reply?.state === 'needs_check')
    expect(failed.length, 'what needs a person says so on its row').toBe(states.filter((state) => state === 'needs_check').length)
    for (const row of failed) expect(row.state, 'and they still wait').toBe('waiting')
  })
})
