import { execFileSync, fork } from 'node:child_process'
import { once } from 'node:events'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Client, type PoolConfig } from 'pg'
import { pino } from 'pino'
import { uuidv7 } from 'uuidv7'
import { seal } from '../src/access/secrets.ts'
import { migrate } from '../src/db/migrate.ts'
import { openDatabase } from '../src/db/open-database.ts'
import { readEnv } from '../src/env.ts'
import { quantile, sayVerdict, worst, type Verdict } from './pairs.ts'
import { childrenOf } from './processes.ts'
import { inDataDir } from './program.ts'
import { budgetsByPlatform, callsPerRound, pretendPage, type Journal, type Pretend } from './scheduler-platforms.ts'
import type { Report, Told } from './scheduler-poller.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const workspaces = 500
const channelsInEach = 20
const seconds = 60
/** The process has read for so long before it is measured. */
const warmUpSeconds = 10
/** The platform that allows less than its channels could use: they wait for it, and that is no lag. */
const scarce = budgetsByPlatform.length - 1
const goals = { lagSeconds: 1, cpuShare: 0.1, rssMb: 200 }

/** How many of all channels something happened at so long ago, and how often such a one is read (intake/poll-pace). */
const mix = [
  { share: 0.02, minutesAgo: 5, everyMs: 15_000 },
  { share: 0.05, minutesAgo: 30, everyMs: 30_000 },
  { share: 0.23, minutesAgo: 600, everyMs: 60_000 },
  { share: 0.7, minutesAgo: 10_000, everyMs: 120_000 },
] as const

/** After something new came. */
const hotEveryMs = mix[0].everyMs

const key = Buffer.alloc(32, 7).toString('base64')

/**
 * B10: one poller with 10,000 channels of 20 pretend platforms for 60 s, one in twenty erring. Lag is from when a channel should be read, reckoned here and not
 * asked of the product, until its first call. No allowance may be exceeded in any stretch of its window.
 */
export default async function scheduler(): Promise<void> {
  await inDataDir(async (dataDir) => {
    const bundle = join(dataDir, 'poller')
    execFileSync(process.execPath, [join(root, 'scripts/bundle.mjs'), 'apps/server/bench/scheduler-poller.ts', bundle], { cwd: root })
    const log = pino({ level: 'silent' })
    const store = await openDatabase(readEnv({ DATA_DIR: dataDir }), dataDir, {
      keys: [key],
      log,
      onTrouble: (reason) => console.error(reason),
    })
    try {
      await migrate(store.owner, { rolePasswords: store.rolePasswords })
      const startAt = performance.timeOrigin + performance.now() + 30_000
      const pretends = await seed(store.owner, startAt)
      await untilAt(startAt - 2_000)
      const dbBefore = postgresCpuSeconds()
      const told: Told = {
        app: store.app,
        system: store.system,
        key,
        pretends: [...pretends],
        startAt: startAt + warmUpSeconds * 1000,
        seconds,
      }
      const report = await poll(join(bundle, 'main.js'), told)
      judge(report, pretends, (postgresCpuSeconds() - dbBefore) / (seconds + warmUpSeconds))
    } finally {
      await store.stop()
    }
  })
}

/** Ids and what each is like; their rows, three posts each, are due for the first time spread over their interval. */
async function seed(owner: PoolConfig, startAt: number): Promise<Map<string, Pretend>> {
  const client = new Client(owner)
  await client.connect()
  const pretends = new Map<string, Pretend>()
  const now = performance.timeOrigin + performance.now()
  const iso = (ms: number) => new Date(ms).toISOString()
  for (let house = 0; house < workspaces; house += 1) {
    const workspaceId = uuidv7()
    const rows = Array.from({ length: channelsInEach }, (_, index) => {
      const id = uuidv7()
      const nth = house * channelsInEach + index
      // Spread so that every platform has some of each kind.
      const place = ((nth * 7919) % 10_000) / 10_000
      const kind = mix.find((_, at) => place < mix.slice(0, at + 1).reduce((sum, each) => sum + each.share, 0)) ?? mix[3]
      const errs = nth % 20 === 7 ? (['hangs', 'breaks', 'refuses'] as const)[Math.floor(nth / 20) % 3]! : null
      const firstDueAt = Math.trunc(startAt + (((nth * 104_729) % 10_007) / 10_007) * kind.everyMs)
      const platform = (nth + house) % budgetsByPlatform.length
      pretends.set(id, { platform, everyMs: kind.everyMs, errs, firstDueAt })
      return { id, platform, lastAt: now - kind.minutesAgo * 60_000, firstDueAt }
    })
    await client.query('begin')
    await client.query(`insert into workspace (id, name, time_zone, target_seconds, created_at) values ($1, 'B', 'UTC', 3600, now())`, [
      workspaceId,
    ])
    await client.query(`insert into workspace_seq (workspace_id) values ($1)`, [workspaceId])
    await client.query(
      `with given as (select * from unnest($2::uuid[], $3::int[], $4::timestamptz[], $5::timestamptz[], $6::bytea[]) as g (id, platform, last_at, due_at, credentials)),
       channels as (insert into channel (id, workspace_id, platform, external_id, handle, name, api_url, settings, credentials, connected_at, last_delivery_at)
         select id, $1, 'pretend-' || platform, id::text, 'h', 'n', 'https://pretend-' || platform || '.example', '{}', credentials, now() - interval '90 days', last_at from given),
       posts as (insert into post (id, workspace_id, channel_id, platform, external_id, ours, text, media, ref, platform_at, received_at, seen_at)
         select gen_random_uuid(), $1, id, 'pretend-' || platform, id || '-' || n, true, 'A post', '[]', '{}', now() - n * interval '2 days', now(), now() from given, generate_series(1, 3) n)
       insert into poll (channel_id, workspace_id, platform, due_at, calls, cursor, seen) select id, $1, 'pretend-' || platform, due_at, ${callsPerRound}, '{"v":1}', '{"notifications":"${unchanged}"}' from given`,
      [
        workspaceId,
        rows.map((row) => row.id),
        rows.map((row) => row.platform),
        rows.map((row) => iso(row.lastAt)),
        rows.map((row) => iso(row.firstDueAt)),
        rows.map((row) => seal({ keyId: '00000001', key, session: '', sandboxSeed: '' }, `channel:${row.id}`, { token: 't'.repeat(40) })),
      ],
    )
    await client.query('commit')
  }
  await client.query('analyze')
  await client.end()
  return pretends
}

/** What was stored of every channel before: the page that it still shows. */
const unchanged = createHash('sha256').update('{}').update(pretendPage(0)).digest('base64url')

async function poll(program: string, told: Told): Promise<Report> {
  const child = fork(program, { execArgv: process.env.BENCH_NODE_OPTIONS?.split(' ') ?? [], serialization: 'advanced' })
  child.send(told)
  const [report] = (await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`The poller ended by itself (${code})`))),
  ])) as [Report]
  return report
}

function judge({ journal, cpuShare, highestRssMb, restingRssMb }: Report, pretends: Map<string, Pretend>, postgresShare: number): void {
  const lags = lagsOf(journal, pretends)
  const lagSeconds = lags.map((ms) => ms / 1000)
  const p99 = quantile(lagSeconds, 0.99)
  const over = overBudget(journal)
  const perSecond = journal.rounds.length / (seconds + warmUpSeconds)
  const demanded = [...pretends.values()].reduce((sum, each) => sum + 1000 / each.everyMs, 0)
  console.log(
    `${pretends.size} channels, a perfect schedule reads ${demanded.toFixed(0)} a second; read ${perSecond.toFixed(0)} a second with ${(journal.calls.length / (seconds + warmUpSeconds)).toFixed(0)} calls`,
  )
  console.log(
    `lag of ${lags.length} rounds of channels that neither err nor wait for an allowance: p50 ${quantile(lagSeconds, 0.5).toFixed(2)} s, p99 ${p99.toFixed(2)} s, highest ${Math.max(...lagSeconds).toFixed(2)} s`,
  )
  console.log(`calls over an allowance in any stretch of its window: ${over.calls}; ${over.words}`)
  console.log(
    `the poller's process used ${(cpuShare * 100).toFixed(1)} % of a core and at most ${highestRssMb.toFixed(0)} MB (${restingRssMb.toFixed(0)} before its first round); PostgreSQL beside it ${(postgresShare * 100).toFixed(1)} % of a core`,
  )
  if (over.calls > 0) throw new Error(`${over.calls} calls were over an allowance`)
  const verdicts: Verdict[] = [
    { name: 'scheduler-lag', ratio: p99 / goals.lagSeconds, op: '<=', goal: 1 },
    { name: 'scheduler-cpu', ratio: cpuShare / goals.cpuShare, op: '<=', goal: 1 },
    { name: 'scheduler-memory', ratio: highestRssMb / goals.rssMb, op: '<=', goal: 1 },
  ]
  for (const verdict of verdicts) sayVerdict(verdict)
  sayVerdict(worst('scheduler', verdicts))
}

/** From when a channel should have been read until it was: the first time as seeded, later its interval after the round before. Those that never were count until now. */
function lagsOf({ rounds }: Journal, pretends: Map<string, Pretend>): number[] {
  const endAt = Math.max(...rounds.map((round) => round.startAt))
  const lags: number[] = []
  const dueAt = new Map(
    [...pretends].filter(([, each]) => each.errs === null && each.platform !== scarce).map(([id, each]) => [id, each.firstDueAt]),
  )
  for (const round of rounds.toSorted((a, b) => a.startAt - b.startAt)) {
    const due = dueAt.get(round.by)
    if (due === undefined) continue
    lags.push(Math.max(0, round.startAt - due))
    dueAt.set(round.by, round.endAt + (round.news ? hotEveryMs : pretends.get(round.by)!.everyMs))
  }
  for (const due of dueAt.values()) if (due < endAt - goals.lagSeconds * 1000) lags.push(endAt - due)
  return lags
}

/** Calls beyond what the platform documents in any stretch of its window, and how far the busiest came. */
function overBudget({ calls }: Journal): { calls: number; words: string } {
  let over = 0
  const fullest = new Map<string, string>()
  const shares = new Map<string, number>()
  for (const [index, budgets] of budgetsByPlatform.entries()) {
    for (const budget of budgets) {
      const mine = calls.filter((call) => call.platform === index)
      const groups = budget.scope === 'app' ? [mine] : byChannel(mine)
      for (const group of groups) {
        const times = group.map((call) => call.at).toSorted((a, b) => a - b)
        let from = 0
        for (const [to, at] of times.entries()) {
          while (times[from]! <= at - budget.perSeconds * 1000) from += 1
          const inWindow = to - from + 1
          if (inWindow > budget.calls) over += 1
          const about = `${budget.scope} ${budget.calls} in ${budget.perSeconds} s`
          if (inWindow / budget.calls <= (shares.get(about) ?? 0)) continue
          shares.set(about, inWindow / budget.calls)
          fullest.set(about, `${inWindow} of ${budget.calls} in ${budget.perSeconds} s (${budget.scope})`)
        }
      }
    }
  }
  return { calls: over, words: `fullest ${[...fullest.values()].join(', ')}` }
}

function byChannel(calls: Journal['calls']): Journal['calls'][] {
  const groups = new Map<string, Journal['calls']>()
  for (const call of calls) groups.set(call.by, [...(groups.get(call.by) ?? []), call])
  return [...groups.values()]
}

function postgresCpuSeconds(): number {
  return childrenOf(process.pid)
    .filter((row) => row.command.includes('postgres'))
    .reduce((sum, row) => sum + cpuSecondsOf(row.pid), 0)
}

/** User and system time, and that of children that ended (proc(5), stat), at the usual 100 ticks a second. */
function cpuSecondsOf(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
    return [11, 12, 13, 14].reduce((sum, at) => sum + Number(fields[at]), 0) / 100
  } catch {
    return 0
  }
}

function untilAt(at: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, at - performance.timeOrigin - performance.now())))
}
