import { once } from 'node:events'
import { get } from 'node:http'
import Fastify, { type FastifyRequest } from 'fastify'
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sql } from 'drizzle-orm'
import { exportQuery } from '@answerback/core/api'
import { close } from './actions.ts'
import { exportRoutes } from './export-routes.ts'
import { exportTurns, type ExportLine } from './export.ts'
import { someoneAsks } from '../../test/people.ts'
import { aMessage, aPost, bo, iso, minute, ours } from '../../test/said.ts'
import { openTelling, type Place } from '../../test/telling.ts'
import { connectAll, openWorld, type World } from '../../test/world.ts'
import { answerProblems } from '../http/problem.ts'
import { changing } from '../live/change-log.ts'

let telling: Awaited<ReturnType<typeof openTelling>>
let world: World
beforeAll(async () => {
  telling = await openTelling()
  world = await openWorld()
  await connectAll(world)
}, 60_000)
afterAll(async () => {
  await telling.close()
  await world.close()
})

async function lines(place: Place, query: Record<string, string> = {}): Promise<ExportLine[]> {
  const found: ExportLine[] = []
  for await (const line of exportTurns(telling.ctx, place.workspaceId, exportQuery.parse(query), place.channelId)) found.push(line)
  return found
}

test('a line a turn says what every figure is made of', async () => {
  const place = await telling.place()
  const tell = async (at: number, ...facts: Parameters<Place['tell']>[0][number]['facts']) =>
    place.ingest(await place.tell([{ kind: 'webhook', receivedAt: minute(at), facts }]))
  await tell(0, aPost(), aMessage('m', { text: 'Does it fold?' }))
  await tell(2, aMessage('n', { text: 'And is it heavy?', platformAt: iso(2), kind: 'reply', parentExternalId: 'm' }))
  await tell(30, ours('a', { kind: 'reply', parentExternalId: 'm', text: 'It folds.', platformAt: iso(30) }))
  await tell(40, aMessage('o', { text: 'Nice', author: bo, platformAt: iso(40) }))
  const { rows } = await telling.ctx.db.inWorkspace(place.workspaceId, (tx) =>
    tx.execute<{ id: string }>(sql`select conversation_id as id from message where external_id = 'o'`),
  )
  await changing(telling.ctx, place.workspaceId, (change) =>
    close(telling.ctx, change, { byId: place.channelId, conversationId: rows[0]!.id }, { reason: 'other', note: '=cmd' }),
  )
  const [first, second] = await lines(place)
  expect(first).toMatchObject({
    person: 'Ada',
    handle: '@ada',
    channel: 'Us',
    waiting_since: minute(0),
    state: 'answered',
    counts_as: 'answered',
    ended_at: minute(30),
    seconds: 1_800,
    business_seconds: 1_800,
    first: true,
    target_seconds: 7_200,
    late: false,
    source: 'native',
    by: null,
    words: 'Does it fold?\nAnd is it heavy?',
    answer: 'It folds.',
    post: 'post post',
  })
  expect(second).toMatchObject({
    person: 'Bo',
    state: 'closed',
    counts_as: 'declined',
    reason: 'other',
    note: '=cmd',
    late: true,
    words: 'Nice',
  })
  expect((await lines(place, { state: 'closed' })).map((line) => line.person)).toEqual(['Bo'])
  expect((await lines(place, { from: iso(1) })).map((line) => line.person)).toEqual(['Bo'])
  expect((await lines(place, { to: iso(40) })).map((line) => line.person)).toEqual(['Ada'])
  expect(await lines(await telling.place())).toEqual([])
})

test('it comes batch by batch, each turn once, the oldest first', async () => {
  const place = await telling.place()
  // Several of one instant at the edges of batches.
  const facts = Array.from({ length: 1_105 }, (_, n) => aMessage(`m${n}`, { text: `number ${n}`, platformAt: iso(Math.floor(n / 7)) }))
  await place.ingest(await place.tell([{ kind: 'page', receivedAt: minute(500), facts: [aPost(), ...facts] }]))
  const found = await lines(place)
  expect(new Set(found.map((line) => line.turn_id)).size).toBe(1_105)
  expect(found.map((line) => line.waiting_since)).toEqual(found.map((line) => line.waiting_since).toSorted((a, b) => Number(a) - Number(b)))
}, 60_000)

test('as a file: what strangers write runs nowhere, the audit says who took it, and one is made at a time', async () => {
  const row = await someoneAsks(world, 'facebook', '=HYPERLINK("http://a.example";"x")')
  const take = (path: string, key = world.keys.owner) => fetch(`${world.url}${path}`, { headers: { authorization: `Bearer ${key}` } })
  const response = await take('/api/v1/export/conversations.csv?state=waiting')
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present')
  expect(response.headers.get('content-disposition')).toMatch(/^attachment; filename="answerback-\d{4}-\d\d-\d\d\.csv"$/)
  const text = Buffer.from(await response.arrayBuffer()).toString('utf8')
  expect(text).toMatch(/^\ufeffturn_id,conversation_id,platform,/)
  expect(text).toContain(`,"'=HYPERLINK(""http://a.example"";""x"") #`)
  expect(text.endsWith('\r\n')).toBe(true)

  const asLines = await (await take('/api/v1/export/conversations.ndjson')).text()
  expect(
    asLines
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).conversation_id),
  ).toContain(row.id)

  const { rows } = await world.ctx.db.inWorkspace(world.workspaceId, (tx) =>
    tx.execute<{ about: object }>(sql`select about from audit where what = 'inbox.exported' order by created_at, id`),
  )
  expect(rows.map((each) => each.about)).toEqual([
    { format: 'csv', state: 'waiting' },
    { format: 'ndjson', state: 'all' },
  ])
  for (const key of [world.keys.manager, world.keys.client]) expect((await take('/api/v1/export/conversations.csv', key)).status).toBe(403)
  expect((await take('/api/v1/export/conversations.csv?from=yesterday')).status).toBe(400)
})

describe('while more is made than a socket takes at once', () => {
  beforeAll(() =>
    world.ctx.db.inWorkspace(world.workspaceId, (tx) =>
      tx.execute(sql`
        with long as (update message set text = repeat('a long word ', 5000) where not ours)
        insert into turn select (jsonb_populate_record(turn, jsonb_build_object('id', turn.id || n))).* from turn, generate_series(1, 450) n`),
    ),
  )

  test('whoever goes away leaves the way free for the next', async () => {
    const first = await begin(world.url)
    const second = await begin(world.url)
    expect([first.status, second.status]).toEqual([200, 409])
    first.leave()
    second.leave()
    await expect.poll(() => statusOf(world.url)).toBe(200)
  })

  test('so does whoever left before it began, or takes nothing', async () => {
    const server = Fastify({ forceCloseConnections: true })
      .setValidatorCompiler(validatorCompiler)
      .setSerializerCompiler(serializerCompiler)
    const arrived: FastifyRequest[] = []
    server.decorateRequest('actor', null).decorateRequest('refusal', null)
    server.addHook('onRequest', async (request, reply) => {
      const { workspaceId, staff } = world
      request.actor = { ...theo, id: staff.theo, workspaceId }
      if (arrived.push(request) > 1) return
      const closed = once(reply.raw, 'close')
      request.raw.socket.destroy()
      await closed
    })
    answerProblems(server)
    exportRoutes(server, world.ctx)
    const url = await server.listen({ port: 0, host: '127.0.0.1' })
    try {
      await expect(begin(url)).rejects.toThrow()
      const idle = await begin(url)
      expect([idle.status, await statusOf(url)]).toEqual([200, 409])
      const { socket } = arrived[1]!.raw
      expect(socket.timeout).toBe(60_000)
      socket.emit('timeout')
      await expect.poll(() => statusOf(url)).toBe(200)
    } finally {
      await server.close()
    }
  })
})

const theo = { name: 'Theo', email: 'theo@fieldnote.example', role: 'lead', key: false, scopes: null, sessionId: null } as const

async function statusOf(url: string): Promise<number | undefined> {
  const { status, leave } = await begin(url)
  leave()
  return status
}

/** Asks for it and reads no further than the status. On a connection of its own, which ends with it. */
function begin(url: string): Promise<{ status: number | undefined; leave: () => void }> {
  const options = { agent: false, headers: { authorization: `Bearer ${world.keys.owner}` } }
  return new Promise((resolve, reject) => {
    get(`${url}/api/v1/export/conversations.csv`, options, (response) =>
      resolve({ status: response.statusCode, leave: () => response.destroy() }),
    ).on('error', reject)
  })
}
