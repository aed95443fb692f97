import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { freshDatabase, type FreshDatabase } from '../../test/postgres.ts'
import { relayOverPostgres } from './relay-postgres.ts'

let database: FreshDatabase
beforeAll(async () => {
  database = await freshDatabase()
})
afterAll(() => database.drop())

/** A way to the database that can be closed: whoever comes then is counted and turned away. */
async function openWay() {
  const { host = 'localhost', port = 5432 } = database.system
  const through = new Set<Socket>()
  const way = { isOpen: true, turnedAway: 0, url: { ...database.system, host: '127.0.0.1', port: 0 }, shut: () => {}, close: () => {} }
  const server = createServer((socket) => {
    socket.on('error', () => {})
    if (!way.isOpen) {
      way.turnedAway += 1
      return void socket.destroy()
    }
    const there = host.startsWith('/') ? connect(join(host, `.s.PGSQL.${port}`)) : connect(port, host)
    there.on('error', () => {})
    for (const each of [socket, there]) through.add(each)
    socket.pipe(there).pipe(socket)
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  way.url.port = (server.address() as AddressInfo).port
  way.shut = () => {
    way.isOpen = false
    for (const each of through) each.destroy()
  }
  way.close = () => void server.close()
  return way
}

test('while the database is away one try follows another, ever more seldom, and back again it is heard once', async () => {
  const way = await openWay()
  const heard: string[] = []
  const relay = relayOverPostgres(way.url, () => {})
  await relay.listen((text) => void heard.push(text))
  const shutAt = performance.now()
  way.shut()
  await expect.poll(() => way.turnedAway, { timeout: 20_000 }).toBe(3)
  // 0.5, 1 and 2 s of rest: sooner there would be more than one who tries.
  expect(performance.now() - shutAt).toBeGreaterThan(3_300)
  way.isOpen = true
  await expect
    .poll(
      async () => {
        await relay.send('again').catch(() => {})
        return heard.length > 0
      },
      { timeout: 20_000, interval: 200 },
    )
    .toBe(true)
  heard.length = 0
  await relay.send('once')
  await relay.send('last')
  await expect.poll(() => heard).toContain('last')
  expect(heard.filter((text) => text === 'once')).toHaveLength(1)
  await relay.close()
  way.close()
}, 60_000)
