// The poller alone, in a process of its own: reads 10,000 pretend channels out of the database that it is given, and says what it saw and what it used.
import { pino } from 'pino'
import type { PoolConfig } from 'pg'
import type { Context } from '../src/context.ts'
import { connect } from '../src/db/connection.ts'
import { readEnv } from '../src/env.ts'
import { startTimers } from '../src/timers.ts'
import { notingFetch, pretendPlatforms, type Journal, type Pretend } from './scheduler-platforms.ts'

export type Told = {
  app: PoolConfig
  system: PoolConfig
  key: string
  pretends: [string, Pretend][]
  startAt: number
  seconds: number
}
export type Report = { journal: Journal; cpuShare: number; highestRssMb: number; restingRssMb: number }

/** Begins once it is told what to do. */
export function start(): void {
  process.once('message', (told) => void run(told as Told))
}

async function run({ app, system, key, pretends, startAt, seconds }: Told): Promise<void> {
  const journal: Journal = { rounds: [], calls: [] }
  const ctx: Context = {
    env: readEnv({ DATABASE_URL: 'postgres://given', DEMO: 'off' }),
    secrets: { keyId: '00000001', key, session: 's'.repeat(64), sandboxSeed: '1' },
    log: pino({ level: 'silent' }),
    db: connect(app, system, () => {}),
    // What the ingest worker would be told is not this process's work.
    queue: { add: async () => {}, work: async () => {}, depth: async () => ({ ingest: 0, send: 0 }), close: async () => {} },
    publish: () => {},
    now: () => new Date(performance.timeOrigin + performance.now()),
    fetch: notingFetch(journal),
    platforms: pretendPlatforms(new Map(pretends), journal),
  }
  let highestRssMb = 0
  const rss = () => process.memoryUsage.rss() / 2 ** 20
  const restingRssMb = rss()
  const watching = setInterval(() => (highestRssMb = Math.max(highestRssMb, rss())), 250)
  const timers = startTimers(ctx, ['poller'], () => Promise.reject(new Error('No live connections here')))
  await new Promise((resolve) => setTimeout(resolve, startAt - ctx.now().getTime()))
  const before = process.cpuUsage()
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000))
  const used = process.cpuUsage(before)
  clearInterval(watching)
  void timers.stop()
  const report: Report = { journal, cpuShare: (used.user + used.system) / 1e6 / seconds, highestRssMb, restingRssMb }
  process.send!(report, undefined, undefined, () => process.exit(0))
}
