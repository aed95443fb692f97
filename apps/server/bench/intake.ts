import { availableParallelism } from 'node:os'
import { Client } from 'pg'
import { storeBareRows } from './bare-rows.ts'
import { comparePairs, describePairs, quantile, sayVerdict, worst, type Verdict } from './pairs.ts'
import { processorUsOf } from './processes.ts'
import { buildPrograms, inDataDir, startProgram, type Program } from './program.ts'
import { openLoad, startNoOpServer, type Load } from './webhook-load.ts'

const pairs = 5
const duplicateShare = 0.2
/** Requests in one measurement: one to three seconds. */
const levels = [
  { connections: 16, requests: 8_000, goal: 0.9 },
  { connections: 64, requests: 12_000, goal: 0.75 },
] as const

const judged = { roles: 'web', about: 'role web' }
const together = { roles: 'web,worker,poller', about: 'all roles in one process, ingesting meanwhile' }

/**
 * B1: acknowledged webhooks a second with the row committed before the 200, against Fastify with the same signature check and no storing. The goals are for
 * the role `web`; all roles in one process, as `npm start` runs them, are measured beside it.
 */
export default async function intake(): Promise<void> {
  await buildPrograms()
  const load = openLoad()
  try {
    const verdicts = await measure(load, judged)
    await measure(load, together)
    for (const verdict of verdicts) sayVerdict(verdict)
    sayVerdict(worst('intake', verdicts))
  } finally {
    await load.close()
  }
}

async function measure(load: Load, { roles, about }: typeof judged): Promise<Verdict[]> {
  return inDataDir(async (dataDir) => {
    const program = await startProgram({ dataDir, roles })
    const noOp = await startNoOpServer(program.facebook.appSecret)
    let killed = false
    try {
      const target = { ...program.facebook, postId: `${program.facebook.pageId}_1` }
      const storedBefore = await countRows(program)
      let [acknowledged, bursts] = [0, 0]
      const send = async (url: string, connections: number, requests: number) => {
        const run = String(100 + bursts++)
        const result = await load.send({ url: `${url}/webhooks/facebook`, target, connections, requests, duplicateShare, run })
        if (result.refused > 0) throw new Error(`${result.refused} of ${requests} requests were not answered with 200`)
        return { ...result, perSecond: result.accepted / result.seconds }
      }
      const sendToProgram = async (connections: number, requests: number) => {
        // What it still has to do afterwards must not slow the other one down.
        program.resume()
        const result = await send(program.url, connections, requests)
        program.pause()
        acknowledged += result.distinct
        return result
      }
      const verdicts: Verdict[] = []
      for (const { connections, requests, goal } of levels) {
        await send(noOp.url, connections, requests / 2)
        await sendToProgram(connections, requests / 2)
        const [bare, stored, p99sMs, ceilings] = [[], [], [], []] as [number[], number[], number[], number[]]
        for (let pair = 0; pair < pairs; pair += 1) {
          bare.push((await send(noOp.url, connections, requests)).perSecond)
          const result = await sendToProgram(connections, requests)
          stored.push(result.perSecond)
          p99sMs.push(result.p99Ms)
          const burst = { target, connections, requests, duplicateShare, run: String(100 + bursts++) }
          ceilings.push(await storeBareRows(program.database, burst))
        }
        const paired = comparePairs(bare, stored)
        console.log(
          `${about}, @${connections}: ${Math.round(paired.subject)}/s stored (slowest p99 ${Math.max(...p99sMs).toFixed(0)} ms), ${Math.round(paired.baseline)}/s no-op, ${describePairs(paired)}`,
        )
        console.log(
          `${about}, @${connections}: PostgreSQL alone stores ${Math.round(quantile(ceilings, 0.5))}/s, ${connections} in an INSERT without HTTP`,
        )
        const answerUs = await processorUs(noOp.pid, requests, async () => (await send(noOp.url, connections, requests)).processorUs)
        const rowUs = await processorUs(program.databasePid, requests, async () => {
          await storeBareRows(program.database, { target, connections, requests, duplicateShare, run: String(100 + bursts++) })
          return 0
        })
        if (answerUs !== null && rowUs !== null) {
          const most = (availableParallelism() * 1e6) / (answerUs + rowUs) / paired.baseline
          console.log(
            `${about}, @${connections}: client and no-op take ${answerUs.toFixed(0)} µs of a processor a request, PostgreSQL alone ${rowUs.toFixed(0)} µs a row: ${availableParallelism()} cores give at most ${Math.min(1, most).toFixed(2)} of the no-op, if storing took nothing else`,
          )
        }
        verdicts.push({ name: `intake-${connections}`, ratio: paired.ratio, op: '>=', goal })
      }
      // Nothing is written out politely: what was acknowledged must be there after kill -9 of server and PostgreSQL.
      program.resume()
      await program.kill()
      killed = true
      const again = await startProgram({ dataDir, roles: 'web' })
      const stored = (await countRows(again)) - storedBefore
      await again.stop()
      if (stored !== acknowledged) throw new Error(`${acknowledged} distinct bodies were acknowledged, but ${stored} rows are stored`)
      console.log(`${about}: ${acknowledged} distinct bodies acknowledged, ${stored} rows after kill -9 of everything and a new start`)
      return verdicts
    } finally {
      await noOp.close()
      if (!killed) await program.kill()
    }
  })
}

/** Microseconds of processor time for one of `count`: what this process took during `run`, and what `run` says that others took. Null where nobody tells. */
async function processorUs(pid: number, count: number, run: () => Promise<number>): Promise<number | null> {
  const before = processorUsOf(pid)
  const others = await run()
  const after = processorUsOf(pid)
  return before === null || after === null ? null : (after - before + others) / count
}

async function countRows(program: Program): Promise<number> {
  const client = new Client(program.database)
  await client.connect()
  try {
    const { rows } = await client.query<{ count: string }>(`select count(*) from delivery where kind = 'webhook'`)
    return Number(rows[0]!.count)
  } finally {
    await client.end()
  }
}
