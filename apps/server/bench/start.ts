import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { Client } from 'pg'
import { commandLine, findBinaries, findWayToRun, processOptions } from '../src/db/postgres-binaries.ts'
import { measurePairs, describePairs, sayVerdict, worst, type Verdict } from './pairs.ts'
import { buildPrograms, inDataDir, startProgram } from './program.ts'

const pairs = 5
/** What is aimed at, in seconds, over what PostgreSQL alone took where the aim was set: 0.9 s to be made and started, 0.11 s to be started. */
const goals = { fresh: 4 / 0.9, warm: 2 / 0.11, killed: 2.5 / 0.11 }
const aimsMs = { fresh: 4_000, warm: 2_000, killed: 2_500 }

/** B12: from `npm start` (after install, bundles built) to a 200 from `/readyz`: on a new data folder, again, and after kill -9 of everything; against PostgreSQL alone. */
export default async function start(): Promise<void> {
  await buildPrograms()
  const verdicts: Verdict[] = []
  const readyMs: number[] = []
  const say = (name: keyof typeof goals, paired: Awaited<ReturnType<typeof measurePairs>>) => {
    const within = paired.subject <= aimsMs[name] ? 'within' : 'over'
    console.log(
      `${name}: ${(paired.subject / 1000).toFixed(2)} s to /readyz, ${within} the aim of ${aimsMs[name] / 1000} s; "ready" said after ${(readyMs.splice(0).toSorted((a, b) => a - b)[pairs >> 1]! / 1000).toFixed(2)} s; PostgreSQL alone ${(paired.baseline / 1000).toFixed(2)} s; ${describePairs(paired)}`,
    )
    verdicts.push({ name: `start-${name}`, ratio: paired.ratio, op: '<=', goal: goals[name] })
  }
  const startAndStop = async (dataDir: string, end: 'stop' | 'kill') => {
    let answeredMs = Promise.resolve(0)
    const program = await startProgram({ dataDir, rhythm: 'calm', onSpawn: (port) => void (answeredMs = untilReadyz(port)) })
    readyMs.push(program.readyMs)
    await program[end]()
    return answeredMs
  }

  const fresh = await measurePairs(
    pairs,
    () => inDataDir((dataDir) => bare(dataDir, true)),
    () => inDataDir((dataDir) => startAndStop(dataDir, 'stop')),
  )
  say('fresh', fresh)
  await inDataDir(async (dataDir) => {
    await inDataDir(async (bareDir) => {
      await startAndStop(dataDir, 'stop')
      await bare(bareDir, true)
      readyMs.length = 0
      say(
        'warm',
        await measurePairs(
          pairs,
          () => bare(bareDir, false),
          () => startAndStop(dataDir, 'stop'),
        ),
      )
      await startAndStop(dataDir, 'kill')
      await bare(bareDir, false, 'SIGQUIT')
      readyMs.length = 0
      say(
        'killed',
        await measurePairs(
          pairs,
          () => bare(bareDir, false, 'SIGQUIT'),
          () => startAndStop(dataDir, 'kill'),
        ),
      )
    })
  })
  for (const verdict of verdicts) sayVerdict(verdict)
  sayVerdict(worst('start', verdicts))
}

/** Milliseconds from now until `/readyz` answers 200, asked every 10 ms. */
async function untilReadyz(port: number): Promise<number> {
  const startedAt = performance.now()
  for (;;) {
    const status = await fetch(`http://127.0.0.1:${port}/readyz`).then(
      (response) => response.status,
      () => 0,
    )
    if (status === 200) return performance.now() - startedAt
    if (performance.now() - startedAt > 60_000) throw new Error('/readyz did not answer within a minute')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

/**
 * Milliseconds until PostgreSQL answers a query, without anything of ours: `initdb` first when `fresh`. Ends it again; after SIGQUIT, its immediate shutdown,
 * the next start has to recover as after a kill.
 */
async function bare(dataDir: string, fresh: boolean, end: 'SIGINT' | 'SIGQUIT' = 'SIGINT'): Promise<number> {
  const binaries = findBinaries()
  const way = findWayToRun(binaries, dataDir)
  const dir = join(dataDir, 'bare')
  const run = (program: string, args: string[]): ChildProcess => {
    const [command, all] = commandLine(way, program, args)
    return spawn(command, all, { ...processOptions(way), stdio: ['ignore', 'ignore', 'pipe'] })
  }
  const startedAt = performance.now()
  if (fresh) {
    const initdb = run(binaries.initdb, ['-D', dir, '--username', 'bare', '--encoding', 'UTF8', '--locale', 'C'])
    const [code] = (await once(initdb, 'exit')) as [number | null]
    if (code !== 0) throw new Error('initdb failed')
  }
  const server = run(binaries.postgres, ['-D', dir, '-c', 'listen_addresses=', '-c', `unix_socket_directories=${dataDir}`])
  await new Promise<void>((resolve, reject) => {
    let words = ''
    server.stderr!.setEncoding('utf8').on('data', (text: string) => {
      words += text
      if (words.includes('ready to accept connections')) resolve()
    })
    server.once('exit', () => reject(new Error(`PostgreSQL alone did not start: ${words}`)))
  })
  const client = new Client({ host: dataDir, user: 'bare', database: 'postgres' })
  await client.connect()
  await client.query('select 1')
  const tookMs = performance.now() - startedAt
  await client.end()
  const exited = once(server, 'exit')
  server.kill(end)
  await exited
  return tookMs
}
