import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Conversation, ConversationRow } from '@answerback/core/api'
import { roundTheClock } from '@answerback/core/hours'
import type { ReasonList, Targets } from '@answerback/core/settings-api'
import { someoneAsks } from '../../test/people.ts'
import { connectAll, openWorld, type World } from '../../test/world.ts'
import { makeApiKey } from './workspaces.ts'

let world: World
let channels: Awaited<ReturnType<typeof connectAll>>
let lead: string
beforeAll(async () => {
  world = await openWorld()
  channels = await connectAll(world)
  lead = await makeApiKey(world.ctx, world.workspaceId, { name: 'lead', role: 'lead' })
})
afterAll(() => world.close())

const hourMs = 3_600_000
const asOwner = (method: string, path: string, body?: unknown) => world.request(method, `/api/v1${path}`, { key: world.keys.owner, body })
const reasons = async () => (await asOwner('GET', '/reasons')).body as ReasonList
const targets = async () => (await asOwner('GET', '/targets')).body as Targets
const threadOf = async (id: string) => (await asOwner('GET', `/conversations/${id}`)).body as Conversation
const close = (row: ConversationRow, body: object) => world.request('PUT', `/api/v1/conversations/${row.id}/closure`, { body })
const seqNow = async () => (await asOwner('GET', '/me')).body.seq as number
/** Milliseconds from the start of the wait until it is due. */
const promised = ({ dueAt, waitingSince }: ConversationRow) => Date.parse(dueAt!) - Date.parse(waitingSince!)

async function editReasons(edit: (items: ReasonList['items']) => object[]) {
  const { items, revision } = await reasons()
  return asOwner('PUT', '/reasons', { items: edit(items), revision })
}

describe('reasons for closing', () => {
  test('begin with the nine, and can be renamed, added, retired and put in order', async () => {
    expect((await reasons()).items.map((each) => each.id)).toHaveLength(9)
    const since = await seqNow()
    const { status, body } = await editReasons((items) => [
      { id: null, name: 'Asked in the shop', class: 'not_owed', needs: null, retired: false },
      ...items.map((each) => ({ ...each, name: each.id === 'thanks' ? 'Said thank you' : null, retired: each.id === 'duplicate' })),
    ])
    expect(status).toBe(200)
    expect(body.items[0]).toMatchObject({ name: 'Asked in the shop', id: expect.stringMatching(/^[0-9a-f-]{36}$/) })
    expect(body.items.at(-1)).toMatchObject({ id: 'duplicate', retired: true })
    const me = (await asOwner('GET', '/me')).body
    expect(me.reasons).toEqual(body.items)
    expect((await world.request('GET', '/api/v1/reasons', { key: world.keys.client })).body.items).toEqual(body.items)
    // Open browsers are told, and ask again.
    expect((await asOwner('GET', `/changes?since=${since}`)).body).toMatchObject({ settings: true, rows: [] })
  })

  test('close with their own words, and no later edit rewrites that', async () => {
    const row = await someoneAsks(world, 'mastodon')
    const own = (await reasons()).items.find((each) => each.name === 'Asked in the shop')!
    expect((await close(row, { reason: own.id })).status).toBe(204)
    const closed = await threadOf(row.id)
    expect(closed).toMatchObject({ state: 'closed', ended: { reason: own.id, reasonName: 'Asked in the shop' } })
    expect(closed.turns[0]).toMatchObject({ reasonName: 'Asked in the shop', closedClass: 'not_owed' })
    await editReasons((items) => items.map((each) => (each.id === own.id ? { ...each, name: 'Something else', retired: true } : each)))
    const later = await threadOf(row.id)
    expect([later.turns, later.ended, later.events]).toEqual([closed.turns, closed.ended, closed.events])
    const refused = await close(await someoneAsks(world, 'mastodon'), { reason: own.id })
    expect([refused.status, refused.body.code]).toEqual([422, 'reason_retired'])
  })

  test('keep what they ask for, whatever they are called', async () => {
    await editReasons((items) => items.map((each) => (each.id === 'answered_elsewhere' ? { ...each, name: 'Told by post' } : each)))
    const row = await someoneAsks(world, 'bluesky')
    expect((await close(row, { reason: 'answered_elsewhere' })).body.code).toBe('reason_needs_more')
    expect((await close(row, { reason: 'answered_elsewhere', note: 'https://shop.example/answer' })).status).toBe(204)
  })

  test.each([
    ['one vanishes', (items: ReasonList['items']) => items.slice(1), 'items'],
    [
      'a class has none left',
      (items: ReasonList['items']) => items.map((each) => ({ ...each, retired: each.class === 'declined' })),
      'items',
    ],
    [
      'one would change its class',
      (items: ReasonList['items']) => [{ ...items[0]!, class: 'declined' }, ...items.slice(1)],
      'items.0.class',
    ],
    ['one is made up', (items: ReasonList['items']) => [...items, { ...items[0]!, id: 'made-up', name: 'Mine' }], 'items.10.id'],
    ['the name is too long', (items: ReasonList['items']) => [{ ...items[0]!, name: 'x'.repeat(61) }, ...items.slice(1)], 'items.0.name'],
  ])('are refused where %s, and nothing changes', async (_, edit, param) => {
    const before = await reasons()
    const { status, body } = await editReasons(edit)
    expect(status).toBe(400)
    expect(body.invalidParams.map((each: { name: string }) => each.name)).toContain(param)
    expect(await reasons()).toEqual(before)
  })

  test('are not changed over what somebody else has just done', async () => {
    const read = await reasons()
    await editReasons((items) => items.map((each) => (each.id === 'spam' ? { ...each, name: 'Spam' } : each)))
    const late = await asOwner('PUT', '/reasons', read)
    expect([late.status, late.body.code]).toEqual([409, 'changed_meanwhile'])
    expect((await reasons()).items.find((each) => each.id === 'spam')!.name).toBe('Spam')
  })

  test('are for leads to edit, and targets for owners', async () => {
    const list = await reasons()
    const { revision } = await targets()
    const status = async (key: string, path: string, body: object) => (await world.request('PUT', path, { key, body })).status
    expect(await status(lead, '/api/v1/reasons', list)).toBe(200)
    expect(await status(world.keys.manager, '/api/v1/reasons', list)).toBe(403)
    expect(await status(world.keys.client, '/api/v1/reasons', list)).toBe(403)
    expect(await status(lead, '/api/v1/targets', { revision })).toBe(403)
    expect(await status(lead, `/api/v1/channels/${channels.facebook}/targets`, { revision })).toBe(403)
  })
})

describe('targets and hours', () => {
  const office = { week: [1, 2, 3, 4, 5].map((day) => ({ day, from: '09:00', to: '17:00' })), holidays: ['2026-12-25'] }
  const setDefault = async (change: object) => asOwner('PUT', '/targets', { ...change, revision: (await targets()).revision })
  const setChannel = async (id: string, change: object) =>
    asOwner('PUT', `/channels/${id}/targets`, { ...change, revision: (await targets()).channels.find((each) => each.id === id)!.revision })

  test('of a channel beat the workspace’s, for those who wait already, and the others keep theirs', async () => {
    const [masto, bsky] = [await someoneAsks(world, 'mastodon'), await someoneAsks(world, 'bluesky')]
    expect([promised(masto), promised(bsky)]).toEqual([2 * hourMs, 2 * hourMs])
    const since = await seqNow()
    const { body } = await setChannel(channels.mastodon, { target: { seconds: 1_800, clock: 'calendar' } })
    expect(body.channels.find((each: { id: string }) => each.id === channels.mastodon)).toMatchObject({
      target: { seconds: 1_800, clock: 'calendar' },
      hours: null,
    })
    await world.drain()
    expect([promised(await threadOf(masto.id)), promised(await threadOf(bsky.id))]).toEqual([hourMs / 2, 2 * hourMs])
    const changes = (await asOwner('GET', `/changes?since=${since}`)).body
    expect([changes.settings, changes.rows.map((row: ConversationRow) => row.id).includes(masto.id)]).toEqual([true, true])
    const shown = (await asOwner('GET', '/channels')).body.items
    expect(shown.find((each: { id: string }) => each.id === channels.mastodon).target).toEqual({ seconds: 1_800, clock: 'calendar' })

    await setChannel(channels.mastodon, { target: null })
    await setDefault({ target: { seconds: 3_600, clock: 'calendar' } })
    await world.drain()
    expect([promised(await threadOf(masto.id)), promised(await threadOf(bsky.id))]).toEqual([hourMs, hourMs])
  })

  test('stamped into what has ended, so that a later target moves neither the closing nor the answer', async () => {
    const row = await someoneAsks(world, 'mastodon')
    await close(row, { reason: 'thanks' })
    const stamped = (await threadOf(row.id)).turns[0]!.target
    await setDefault({ target: { seconds: 7_200, clock: 'calendar' } })
    await world.drain()
    expect((await threadOf(row.id)).turns[0]!.target).toEqual(stamped)
    await world.request('PUT', `/api/v1/conversations/${row.id}/closure`, { body: { reason: 'thanks' } })
    expect((await threadOf(row.id)).turns[0]!.target).toEqual(stamped)
    // Reopened, they wait again, and are owed what is promised today.
    await world.request('DELETE', `/api/v1/conversations/${row.id}/closure`)
    expect((await threadOf(row.id)).turns[0]!.target).toEqual({ seconds: 7_200, clock: 'calendar' })
  })

  test('of business time count the channel’s own hours, and follow them when they change', async () => {
    const row = await someoneAsks(world, 'bluesky')
    await setDefault({ hours: office })
    await setChannel(channels.bluesky, {
      target: { seconds: 60, clock: 'business' },
      hours: { timeZone: 'UTC', week: [{ day: ((world.ctx.now().getUTCDay() + 1) % 7) + 1, from: '10:00', to: '11:00' }], holidays: [] },
    })
    await world.drain()
    const due = new Date((await threadOf(row.id)).dueAt!)
    expect([due.getUTCHours(), due.getUTCMinutes()]).toEqual([10, 1])
    expect(due.getTime() - world.ctx.now().getTime()).toBeGreaterThan(0)
    const listed = async (query: string) =>
      (await asOwner('GET', `/conversations?state=unanswered&${query}`)).body.items.map((each: ConversationRow) => each.id)
    world.pass(3 * hourMs)
    expect(await listed('due=late')).not.toContain(row.id)
    await setChannel(channels.bluesky, { hours: { timeZone: 'UTC', week: roundTheClock, holidays: [] } })
    await world.drain()
    expect(await listed('due=late')).toContain(row.id)
    await setChannel(channels.bluesky, { target: null, hours: null })
  })

  test('are not changed over what somebody else has just done, and an absent channel has none', async () => {
    const { revision } = await targets()
    expect((await asOwner('PUT', '/targets', { target: { seconds: 900, clock: 'business' }, revision })).status).toBe(200)
    const late = await asOwner('PUT', '/targets', { target: { seconds: 60, clock: 'business' }, revision })
    expect([late.status, late.body.code]).toEqual([409, 'changed_meanwhile'])
    expect((await targets()).target.seconds).toBe(900)
    const { rows } = await world.ctx.db.systemPool.query<{ count: string }>(
      `select count(*) from channel where rules_changed_at is not null`,
    )
    await world.drain()
    expect(Number(rows[0]!.count)).toBe(Object.keys(channels).length)
    expect((await world.ctx.db.systemPool.query(`select from channel where rules_changed_at is not null`)).rows).toEqual([])
  })
})
