import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sql } from 'drizzle-orm'
import { connectChannel } from '../access/channels.ts'
import { comment, openOtherWorkspace, page } from '../../test/busy.ts'
import { postWebhook } from '../../test/webhook.ts'
import { connectAll, openWorld, type World } from '../../test/world.ts'

let world: World
let owner: pg.Client

beforeAll(async () => {
  world = await openWorld()
  await connectAll(world)
  await world.drain()
  owner = new pg.Client(world.database.owner)
  await owner.connect()
})
afterAll(async () => {
  await owner.end()
  await world.close()
})

let serial = 0
/** A comment nobody made before, as a whole body. */
function fresh(text = 'Hello'): { id: string; body: string } {
  const id = `900_${(serial += 1)}`
  return { id, body: JSON.stringify({ object: 'page', entry: [page(world, comment(id, '9', text))] }) }
}

async function texts(workspaceId = world.workspaceId): Promise<string[]> {
  const { rows } = await world.ctx.db.inWorkspace(workspaceId, (tx) =>
    tx.execute<{ text: string }>(sql`select text from message where external_id like '9%' order by external_id`),
  )
  return rows.map((row) => row.text)
}

describe('a batch of two workspaces with a bad entry', () => {
  test('stores the good ones where they belong, sets the bad one aside by its index, and shows each only its own', async () => {
    const other = await openOtherWorkspace(world, 'Second')
    const page2 = 'second-page'
    const fetchBefore = world.ctx.fetch
    // The sandbox has one page; the second answers as a copy of it under another id.
    world.ctx.fetch = async (input, init) => {
      const answer = await fetchBefore(input, init)
      const text = (await answer.text()).replaceAll(world.sandbox.secrets.facebook.pageId, page2)
      return new Response(text, { status: answer.status, headers: { 'content-type': 'application/json' } })
    }
    const { pageAccessToken } = world.sandbox.secrets.facebook
    await connectChannel(world.ctx, other.id, 'facebook', {
      apiUrl: world.sandbox.urls.facebook,
      pageId: world.sandbox.secrets.facebook.pageId,
      pageAccessToken,
    })
    world.ctx.fetch = fetchBefore
    await owner.query(
      `update channel set external_id = $1, app_id = (select app_id from channel where workspace_id = $2 and platform = 'facebook') where workspace_id = $3`,
      [page2, world.workspaceId, other.id],
    )
    await owner.query('delete from poll where workspace_id = $1', [other.id])

    const entries = [
      page(world, comment('910_1', '9', 'for the first')),
      page(world, { field: 'feed', value: { item: 'comment', verb: 'dance', comment_id: '910_2' } }),
      { ...page(world, comment('910_3', '9', 'for the second')), id: page2 },
      { ...page(world, comment('910_4', '9', 'for a stranger')), id: 'nobody' },
    ]
    expect((await postWebhook(world, JSON.stringify({ object: 'page', entry: entries }))).status).toBe(200)
    await world.drain()

    expect((await texts()).filter((text) => text.startsWith('for '))).toEqual(['for the first'])
    expect(await texts(other.id)).toEqual(['for the second'])
    const list = async (key: string, query = '') => (await world.request('GET', `/api/v1/deliveries${query}`, { key })).body.items
    const bad = await list(world.keys.owner, '?state=quarantined')
    expect(bad.map((each: { reason: string; facts: number }) => [each.reason, each.facts])).toEqual([[expect.stringContaining('dance'), 0]])
    expect((await list(other.key)).map((each: { state: string; facts: number }) => [each.state, each.facts])).toEqual([['done', 1]])

    const raw = async (id: string, key: string) => (await world.request('GET', `/api/v1/deliveries/${id}`, { key })).body.body as string
    expect(await raw(bad[0].id, world.keys.owner)).toContain('dance')
    expect(await raw(bad[0].id, world.keys.owner)).not.toContain('for the')
    const [theirs] = await list(other.key)
    expect(await raw(theirs.id, other.key)).toContain('for the second')
    expect(await raw(theirs.id, other.key)).not.toMatch(/for the first|stranger|dance/)
    expect((await world.request('GET', `/api/v1/deliveries/${bad[0].id}`, { key: other.key })).status).toBe(404)
    // By the delivery's own id each is shown its own part as well.
    expect(await raw(theirs.deliveryId, world.keys.owner)).not.toContain('second')
  })
})

describe('a quarantined delivery', () => {
  test('is read again on demand, and once readable it is no longer set aside', async () => {
    const platforms = world.ctx.platforms
    const broken = platforms.map((each) =>
      each.id === 'facebook'
        ? { ...each, normalize: () => ({ facts: [], unknown: [{ index: -1, reason: 'not understood yet' }], ignored: 0 }) }
        : each,
    )
    world.ctx.platforms = broken
    const one = fresh('understood later')
    expect((await postWebhook(world, one.body)).status).toBe(200)
    await world.drain()
    expect(await texts()).not.toContain('understood later')
    const quarantined = async () =>
      (await world.request('GET', '/api/v1/deliveries?state=quarantined', { key: world.keys.owner })).body.items
    const [entry] = await quarantined()
    expect(entry.reason).toBe('not understood yet')

    world.ctx.platforms = platforms
    const again = await world.request('POST', `/api/v1/deliveries/${entry.id}/attempts`, { key: world.keys.owner })
    expect(again.status).toBe(202)
    await world.drain()
    expect(await texts()).toContain('understood later')
    expect((await quarantined()).map((each: { deliveryId: string }) => each.deliveryId)).not.toContain(entry.deliveryId)
  })

  test('whose facts the database refuses is set aside after five tries, where its workspace sees it', async () => {
    await owner.query(`alter table message add constraint refuse_one check (text <> 'indigestible')`)
    const [bad, good] = [fresh('indigestible'), fresh('beside it')]
    expect((await postWebhook(world, bad.body)).status).toBe(200)
    expect((await postWebhook(world, good.body)).status).toBe(200)
    await world.settle(90_000)
    expect(await texts()).toContain('beside it')
    const { rows } = await owner.query(`select attempts from delivery where body = $1`, [Buffer.from(bad.body)])
    expect(rows).toEqual([{ attempts: 5 }])
    const { body } = await world.request('GET', '/api/v1/deliveries?state=quarantined', { key: world.keys.owner })
    expect(body.items[0].reason).toMatch(/refuse_one/)

    await owner.query('alter table message drop constraint refuse_one')
    expect((await world.request('POST', `/api/v1/deliveries/${body.items[0].id}/attempts`, { key: world.keys.owner })).status).toBe(202)
    await world.drain()
    expect(await texts()).toContain('indigestible')
  })
})
