import { randomUUID } from 'node:crypto'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { Queue as BullQueue, Worker, createPostgresBackend } from 'bullmq'
import { Redis } from 'ioredis'
import { Pool, type PoolConfig } from 'pg'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { freshDatabase, type FreshDatabase } from '../../test/postgres.ts'
import { backends, freePort, hasRedis, openRedis, type TestRedis } from '../../test/redis.ts'
import { openQueue, postgresOptions, type Queue } from './queue.ts'

// What we need from BullMQ, on both of its stores: through our own queue where that is how it is used, directly where it is a promise of the library.
describe.each(backends)('the queue on $backend', ({ backend, here }) => {
  let database: FreshDatabase
  let redis: TestRedis | null = null
  let prefix: string
  let open: Queue[] = []
  const closers: (() => Promise<unknown>)[] = []

  beforeAll(async () => {
    if (!here) return
    database = await freshDatabase()
    if (backend === 'redis') redis = await openRedis()
  })
  afterEach(async () => {
    await Promise.all(open.map((queue) => queue.close()))
    open = []
    for (const close of closers.splice(0).toReversed()) await close()
  })
  afterAll(async () => {
    await redis?.stop()
    await database?.drop()
  })

  const options = () => ({ redisUrl: redis?.url, prefix, postgres: database.system })
  function ours(): Queue {
    const queue = openQueue({ ...options(), log: pino({ level: 'silent' }) })
    open.push(queue)
    return queue
  }

  /** A queue and the way to open workers on it, of BullMQ itself, with the options that ours has. */
  function bull(name: string) {
    const pool = redis ? null : new Pool({ max: 4, ...database.system, options: postgresOptions } as PoolConfig)
    pool?.on('error', () => undefined)
    const connection = redis ? new Redis(redis.url, { maxRetriesPerRequest: null }) : pool
    const make = <T>(Class: unknown, args: unknown[], extra: object): T =>
      Reflect.construct(
        Class as new () => object,
        redis ? [...args, { connection, prefix, ...extra }] : [...args, { connection, ...extra }, createPostgresBackend],
      ) as T
    closers.push(async () => (redis ? (connection as Redis).disconnect() : pool!.end()))
    const queue = make<BullQueue>(BullQueue, [name], { defaultJobOptions: { removeOnComplete: true, removeOnFail: true } })
    closers.push(() => queue.close())
    return {
      queue,
      async work(run: (data: { n: number }) => Promise<void>, extra: object = {}) {
        const worker = make<Worker>(Worker, [name, (job: { data: { n: number } }) => run(job.data)], extra)
        worker.on('error', () => undefined)
        closers.push(() => worker.close())
        await worker.waitUntilReady()
      },
    }
  }

  const delivery = (n: number) => ({ deliveryIds: [`delivery-${n}`] })

  test.skipIf(!here)('every job runs once, whoever of several workers takes it, and nothing is left behind', async () => {
    prefix = randomUUID()
    const [one, two] = [ours(), ours()]
    const ran: string[] = []
    const many = (name: string) => Array.from({ length: 60 }, (_, at) => ({ deliveryIds: [`${name}-${at}`] }))
    await one.add('ingest', many('before'))
    expect(await one.depth()).toEqual({ ingest: 60, send: 0 })
    for (const queue of [one, two]) await queue.work('ingest', 4, async (job) => void ran.push(...job.deliveryIds))
    await two.add('ingest', many('after'))
    await expect.poll(() => new Set(ran).size, { timeout: 10_000 }).toBe(120)
    await expect.poll(() => one.depth(), { timeout: 10_000 }).toEqual({ ingest: 0, send: 0 })
    expect(ran).toHaveLength(120)
  })

  test.skipIf(!here)('a failed job is not run again by itself, and what it was about can be added again', async () => {
    prefix = randomUUID()
    const queue = ours()
    let runs = 0
    await queue.work('ingest', 1, async () => {
      runs += 1
      if (runs === 1) throw new Error('the first time goes wrong')
    })
    await queue.add('ingest', [delivery(1)])
    await expect.poll(() => runs).toBe(1)
    await queue.add('ingest', [delivery(1)])
    await expect.poll(() => runs).toBe(2)
  })

  test.skipIf(!here)('closing waits for the job that runs and starts no other', async () => {
    prefix = randomUUID()
    const queue = ours()
    const seen: string[] = []
    let finish = () => {}
    const held = new Promise<void>((resolve) => (finish = resolve))
    await queue.work('ingest', 1, async (job) => {
      seen.push(`began ${job.deliveryIds[0]}`)
      await held
      seen.push(`ended ${job.deliveryIds[0]}`)
    })
    await queue.add('ingest', [delivery(1), delivery(2)])
    await expect.poll(() => seen.length).toBe(1)
    open = []
    const closed = queue.close().then(() => seen.push('closed'))
    finish()
    await closed
    expect(seen).toEqual([seen[0], seen[0]!.replace('began', 'ended'), 'closed'])
    const next = ours()
    const left: string[] = []
    await next.work('ingest', 1, async (job) => void left.push(job.deliveryIds[0]!))
    await expect.poll(() => left).toHaveLength(1)
    expect(seen[0]).not.toBe(`began ${left[0]}`)
  })

  test.skipIf(!here)('the job of a worker that was killed is taken by another within about 5 s', async () => {
    prefix = randomUUID()
    const queue = ours()
    const program = fileURLToPath(new URL('../../test/programs/slow-worker.ts', import.meta.url))
    const victim = spawn(process.execPath, ['--import', 'tsx', program, JSON.stringify(options())], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const exited = once(victim, 'exit')
    await queue.add('ingest', [delivery(1)])
    await once(victim.stdout, 'data')
    const done: string[] = []
    await queue.work('ingest', 1, async (job) => void done.push(...job.deliveryIds))
    await queue.add('ingest', [delivery(2)])
    await expect.poll(() => done, { message: 'while it runs elsewhere nobody else takes it' }).toEqual(['delivery-2'])
    victim.kill('SIGKILL')
    await exited
    const killedAt = performance.now()
    await expect.poll(() => done, { timeout: 10_000, interval: 50 }).toEqual(['delivery-2', 'delivery-1'])
    expect(performance.now() - killedAt).toBeLessThan(7_000)
  })

  test.skipIf(!here)('adding never throws, also when the store is gone', async () => {
    prefix = randomUUID()
    const queue = ours()
    await queue.close()
    open = []
    await expect(queue.add('ingest', [delivery(1)])).resolves.toBeUndefined()
  })

  test.skipIf(!here)('a delay is kept, and a retry waits for its backoff', async () => {
    prefix = randomUUID()
    const { queue, work } = bull('promises')
    const ran: { n: number; at: number }[] = []
    await work(async ({ n }) => {
      ran.push({ n, at: performance.now() })
      if (n === 2 && ran.filter((each) => each.n === 2).length === 1) throw new Error('once more')
    })
    const addedAt = performance.now()
    await queue.add('later', { n: 1 }, { delay: 300 })
    await queue.add('again', { n: 2 }, { attempts: 2, backoff: { type: 'fixed', delay: 300 } })
    await expect.poll(() => ran.length, { timeout: 5_000 }).toBe(3)
    const [first, second] = ran.filter((each) => each.n === 2)
    expect(second!.at - first!.at).toBeGreaterThan(290)
    expect(ran.find((each) => each.n === 1)!.at - addedAt).toBeGreaterThan(290)
  })

  test.skipIf(!here)('one id is one job while it is kept, and free again once it was removed', async () => {
    prefix = randomUUID()
    const { queue, work } = bull('ids')
    const ran: number[] = []
    await queue.add('same', { n: 1 }, { jobId: 'x' })
    await queue.add('same', { n: 2 }, { jobId: 'x' })
    await work(async ({ n }) => void ran.push(n))
    await expect.poll(() => ran).toEqual([1])
    await expect.poll(() => queue.getJob('x')).toBeUndefined()
    await queue.add('same', { n: 3 }, { jobId: 'x' })
    await expect.poll(() => ran).toEqual([1, 3])
  })
})

describe('a process that is alone', () => {
  let database: FreshDatabase
  beforeAll(async () => (database = await freshDatabase()))
  afterAll(() => database.drop())

  /** What it works on waits for `finish`. `others`: of one that only looks at the store. */
  async function alone(atOnce: number) {
    const options = { prefix: 'alone', postgres: database.system, log: pino({ level: 'silent' }) }
    const [queue, others] = [openQueue({ ...options, alone: true }), openQueue(options)]
    const begun: string[] = []
    let finish = () => {}
    const held = new Promise<void>((resolve) => (finish = resolve))
    await queue.work('ingest', atOnce, async ({ deliveryIds }) => {
      begun.push(...deliveryIds)
      if (deliveryIds[0] === 'bad') throw new Error('goes wrong')
      await held
    })
    return { queue, others, begun, finish, close: () => Promise.all([queue.close(), others.close()]) }
  }

  test('begins at once what it has room for, and leaves the rest to the store', async () => {
    const { queue, others, begun, finish, close } = await alone(2)
    const added = queue.add(
      'ingest',
      ['a', 'b'].map((id) => ({ deliveryIds: [id] })),
    )
    expect(begun).toEqual(['a', 'b'])
    await added
    expect(await others.depth()).toEqual({ ingest: 0, send: 0 })
    await queue.add('ingest', [{ deliveryIds: ['c'] }])
    expect(await others.depth()).toEqual({ ingest: 1, send: 0 })
    expect(await queue.depth()).toEqual({ ingest: 3, send: 0 })
    finish()
    await expect.poll(() => begun, { timeout: 10_000 }).toEqual(['a', 'b', 'c'])
    await expect.poll(() => queue.depth(), { timeout: 10_000 }).toEqual({ ingest: 0, send: 0 })
    await close()
  })

  test('a job that fails takes no room, and closing waits for what was begun', async () => {
    const { queue, begun, finish, close } = await alone(1)
    await queue.add('ingest', [{ deliveryIds: ['bad'] }])
    await expect.poll(() => queue.depth()).toEqual({ ingest: 0, send: 0 })
    await queue.add('ingest', [{ deliveryIds: ['good'] }])
    expect(begun).toEqual(['bad', 'good'])
    let closed = false
    const closing = close().then(() => (closed = true))
    await queue.add('ingest', [{ deliveryIds: ['late'] }])
    expect(begun).toEqual(['bad', 'good'])
    expect(closed).toBe(false)
    finish()
    await closing
  })
})

test.skipIf(!hasRedis)('nobody waits for a Redis that never was or went away', async () => {
  const postgres = {}
  const log = pino({ level: 'silent' })
  const never = openQueue({ redisUrl: `redis://127.0.0.1:${await freePort()}`, prefix: 'never', postgres, log })
  const redis = await openRedis()
  const gone = openQueue({ redisUrl: redis.url, prefix: randomUUID(), postgres, log })
  const ran: string[] = []
  await gone.work('send', 1, async (job) => void ran.push(job.replyId))
  await gone.add('send', [{ workspaceId: 'w', replyId: 'r' }])
  await expect.poll(() => ran).toEqual(['r'])
  await redis.stop()
  const startedAt = performance.now()
  await Promise.all([never, gone].map((queue) => queue.add('ingest', [{ deliveryIds: ['d'] }])))
  await expect(never.depth()).rejects.toThrow()
  await Promise.all([never.close(), gone.close()])
  expect(performance.now() - startedAt).toBeLessThan(10_000)
})
