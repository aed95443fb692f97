import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { platforms } from '@answerback/platforms/registry'
import { Misuse, print, printTable, type Command } from './command.ts'

const root = fileURLToPath(new URL('../../../../', import.meta.url))

/** Runs the conformance kit for one platform or all of them: a line each, with how many of its promises hold. */
export const conformance: Command = {
  usage: 'conformance [platform]',
  words: 'Holds each adapter to the promises of a platform; 0 only when all are kept. Needs a checkout with its development packages.',
  async run(args) {
    const [wanted, ...more] = args
    if (more.length > 0) throw new Misuse('Name one platform, or none for all of them.')
    const chosen = platforms.filter((each) => wanted === undefined || each.id === wanted)
    if (chosen.length === 0) throw new Misuse(`There is no platform ${wanted}: ${platforms.map((each) => each.id).join(', ')}.`)
    const vitest = join(root, 'node_modules/vitest/vitest.mjs')
    if (!existsSync(vitest) || !existsSync(join(root, testOf(chosen[0]!.id))))
      throw new Error('The kit is part of the sources: run this in a checkout, after its packages are installed with pnpm install.')
    const scores = await runKit(
      vitest,
      chosen.map((each) => each.id),
    )
    printTable(scores.map((score) => [score.id, `${score.passed}/${score.total}`, wordsOf(score)]))
    for (const { id, failed } of scores) for (const name of failed) print(`  ${id}: ${name}`)
    return scores.every(({ passed, total }) => total > 0 && passed === total) ? 0 : 1
  },
}

/** `world`: whether its second half ran too, which needs the sandbox's. */
type Score = { id: string; passed: number; total: number; world: boolean; failed: string[] }

/** The part of vitest's JSON report that counts. */
type Report = {
  testResults: { name: string; message: string; assertionResults: { status: string; ancestorTitles: string[]; title: string }[] }[]
}

function testOf(id: string): string {
  return `packages/platforms/src/${id}/adapter.test.ts`
}

async function runKit(vitest: string, ids: string[]): Promise<Score[]> {
  const folder = mkdtempSync(join(tmpdir(), 'answerback-conformance-'))
  const file = join(folder, 'report.json')
  try {
    // Much of the kit waits for calls that hang: one more at once than there are cores.
    const workers = `--maxWorkers=${availableParallelism() + 1}`
    const words = ['run', '--project', 'pure', '--no-isolate', workers, '--reporter=json', `--outputFile.json=${file}`, ...ids.map(testOf)]
    const run = spawn(process.execPath, [vitest, ...words], { cwd: root, stdio: ['ignore', 'ignore', 'pipe'] })
    let complaint = ''
    run.stderr.on('data', (chunk: Buffer) => (complaint = `${complaint}${chunk.toString()}`.slice(-2_000)))
    await new Promise((resolve) => run.once('close', resolve))
    if (!existsSync(file)) throw new Error(`The kit did not run: ${complaint.trim() || 'it said nothing'}`)
    const report = JSON.parse(readFileSync(file, 'utf8')) as Report
    return ids.map((id) => scoreOf(report, id))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function scoreOf({ testResults }: Report, id: string): Score {
  const result = testResults.find((each) => each.name.endsWith(`/${testOf(id)}`))
  const promises = (result?.assertionResults ?? []).filter((each) => each.ancestorTitles[0] === `${id}: conformance`)
  const broken = promises.filter((each) => each.status !== 'passed').map((each) => [...each.ancestorTitles.slice(1), each.title].join(': '))
  const none = promises.length === 0 ? [(result?.message ?? '').split('\n')[0] || `${testOf(id)} does not run the kit`] : []
  const world = promises.some((each) => each.ancestorTitles[1] === 'replying into a world')
  return { id, passed: promises.length - broken.length, total: promises.length, world, failed: [...broken, ...none] }
}

function wordsOf({ passed, total, world }: Score): string {
  if (total === 0 || passed < total) return 'not full'
  return world ? 'full' : 'full without a world: its test names none to open'
}
