import { createHmac } from 'node:crypto'
import { createPostgresBackend, Queue as BullQueue, Worker, type Job } from 'bullmq'
import { Redis } from 'ioredis'
import { Pool, type PoolConfig } from 'pg'
import type { Logger } from 'pino'
import { calmly } from '../db/calmly.ts'

/**
 * Jobs carry ids only; losing all of them loses time, never data: the rows say what is left to do and the sweep asks them.
 * `ingest`: delivery ids. `send`: reply ids with their workspaces.
 */
export type Jobs = {
  ingest: { deliveryIds: string[] }
  send: { workspaceId: string; replyId: string }
}

export type Queue = {
  /** Never throws: a job that cannot be added is left to the sweep. */
  add<Name extends keyof Jobs>(name: Name, jobs: Jobs[Name][]): Promise<void>
  /** Starts working. Returns once ready. */
  work<Name extends keyof Jobs>(name: Name, concurrency: number, run: (job: Jobs[Name]) => Promise<void>): Promise<void>
  /** Jobs that wait or run, by queue. Throws when the queue's store does not answer. */
  depth(): Promise<Record<keyof Jobs, number>>
  /** Waits for running jobs, then lets go of connections. */
  close(): Promise<void>
}

/**
 * Jobs wait for no disk: PostgreSQL may forget the last half second of them when it dies, as Redis may, and the sweep finds what they were about
 * (https://www.postgresql.org/docs/current/wal-async-commit.html).
 */
export const postgresOptions = '-c search_path=bullmq -c synchronous_commit=off'

/** Finished jobs are removed (a kept id would swallow the sweep's re-adding); a killed worker's job is free again after about 3 s, and taken within 4. */
const jobOptions = { removeOnComplete: true, removeOnFail: true, attempts: 1 }
const workerOptions = { lockDuration: 3_000, stalledInterval: 1_000, maxStalledCount: 10 }

/** What this process may begin without the store: how many at once, and how many run now. */
type Here<Name extends keyof Jobs = keyof Jobs> = { atOnce: number; begun: number; run: (job: Jobs[Name]) => Promise<void> }

const lost = 'queue: could not add, the sweep will'

/**
 * BullMQ on Redis when `redisUrl` is given, else on PostgreSQL (schema `bullmq`, through one shared pool). `prefix` sets installations on one Redis apart.
 * `alone`: no other process works here. A job that this one can begin at once then begins at once, and only what has to wait goes to the store; who asks for
 * `alone` sweeps at its start, since a process that is killed leaves no word of what it had begun.
 */
export function openQueue(options: { redisUrl?: string; prefix: string; postgres: PoolConfig; alone?: boolean; log: Logger }): Queue {
  const { log, alone = false } = options
  let closing = false
  /** While closing, a lost connection is what was asked for. */
  const complain = (words: string, about: { queue?: string } = {}) =>
    calmly((error, more) => {
      if (!closing) log.warn({ ...about, error: error.message, ...more }, words)
    })
  const pool = options.redisUrl ? null : new Pool({ max: 8, ...options.postgres, options: postgresOptions })
  pool?.on('error', complain('queue: a database connection was lost'))
  // Workers wait for a Redis that is away; whoever adds does not, and what he wanted to add is not kept for later: the sweep finds it.
  const redis = options.redisUrl ? new Redis(options.redisUrl, { maxRetriesPerRequest: null }) : null
  const adder = options.redisUrl ? new Redis(options.redisUrl, { maxRetriesPerRequest: 0, enableOfflineQueue: false }) : null
  redis?.on('error', complain('queue: redis is not reachable'))
  adder?.on('error', () => undefined)
  // One class serves both stores; only what it is opened with differs.
  const open = <T>(Class: typeof BullQueue | typeof Worker, args: unknown[], extra: object): T =>
    (redis
      ? Reflect.construct(Class, [...args, { connection: Class === BullQueue ? adder : redis, prefix: options.prefix, ...extra }])
      : Reflect.construct(Class, [...args, { connection: pool, ...extra }, createPostgresBackend])) as T

  const notAdded = { ingest: complain(lost, { queue: 'ingest' }), send: complain(lost, { queue: 'send' }) }
  const queues = new Map<keyof Jobs, BullQueue>()
  const workers: Worker[] = []
  const running = new Set<Promise<void>>()
  const here = new Map<keyof Jobs, Here>()
  const queueOf = (name: keyof Jobs): BullQueue => {
    let queue = queues.get(name)
    if (!queue) {
      queue = open<BullQueue>(BullQueue, [name], { defaultJobOptions: jobOptions })
      queue.on('error', complain('queue: error', { queue: name }))
      queues.set(name, queue)
    }
    return queue
  }

  function noted(job: Promise<void>): Promise<void> {
    const settled = job.catch(() => undefined).finally(() => running.delete(settled))
    running.add(settled)
    return job
  }

  /** Begins as many as there is room for, and gives the rest. */
  function beginHere<Name extends keyof Jobs>(name: Name, jobs: Jobs[Name][]): Jobs[Name][] {
    const own = here.get(name) as Here<Name> | undefined
    if (!own || closing) return jobs
    const room = own.atOnce - own.begun
    for (const job of jobs.slice(0, room)) {
      own.begun += 1
      noted(own.run(job))
        .catch((error: unknown) => failed(name, job, error))
        .finally(() => (own.begun -= 1))
    }
    return jobs.slice(room)
  }

  function failed(name: keyof Jobs, job: unknown, error: unknown): void {
    log.error({ queue: name, job, err: error }, 'queue: job failed, the sweep will try again')
  }

  return {
    async add(name, jobs) {
      const waiting = beginHere(name, jobs)
      if (waiting.length === 0) return
      try {
        await withinPatience(queueOf(name).addBulk(waiting.map((data) => ({ name, data }))))
      } catch (error) {
        notAdded[name](error)
      }
    },
    async work(name, concurrency, run) {
      const worker = open<Worker>(Worker, [name, (job: Job) => noted(run(job.data))], { ...workerOptions, concurrency })
      worker.on('error', complain('queue: worker error', { queue: name }))
      worker.on('failed', (job, error) => failed(name, job?.data, error))
      workers.push(worker)
      await worker.waitUntilReady()
      if (alone) here.set(name, { atOnce: concurrency, begun: 0, run } as Here)
    },
    async depth() {
      const [ingest, send] = await withinPatience(Promise.all([queueOf('ingest'), queueOf('send')].map(countJobs)))
      const begun = (name: keyof Jobs) => here.get(name)?.begun ?? 0
      return { ingest: ingest! + begun('ingest'), send: send! + begun('send') }
    },
    async close() {
      closing = true
      const closed = Promise.all(workers.map((worker) => worker.close()))
      while (running.size > 0) await Promise.all(running)
      // With a store that is away nothing can be closed in order, and a process that shall end must end.
      const all = closed.then(() => Promise.all([...queues.values()].map((queue) => queue.close())))
      await withinPatience(all).catch(() => {
        for (const worker of workers) worker.disconnect().catch(() => undefined)
      })
      await pool?.end()
      redis?.disconnect()
      adder?.disconnect()
    },
  }
}

/** What our names in a shared Redis begin with: the same in every process of an installation, another in every other one. `session`: its session secret. */
export function prefixOf(session: string): string {
  return `answerback-${createHmac('sha256', session).update('names in redis').digest('hex').slice(0, 12)}`
}

/** What is asked of a store that does not answer is given up after this: a request of a person may be waiting. */
const patienceMs = 2_000

async function withinPatience<T>(asked: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${patienceMs / 1000} s`)), patienceMs)
  })
  try {
    return await Promise.race([asked, late])
  } finally {
    clearTimeout(timer)
  }
}

async function countJobs(queue: BullQueue): Promise<number> {
  const counts = await queue.getJobCounts('waiting', 'active', 'delayed', 'prioritized')
  return Object.values(counts).reduce((sum, count) => sum + count, 0)
}
