import { spawn, type ChildProcess } from 'node:child_process'
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const built = new Map<string, Promise<string>>()

/**
 * Bundles a program (`cli`, `main`) as `npm start` does and gives its file. The bundle is this test process's own: two that build into one place would pull
 * it from under each other.
 */
export function buildForTest(name: 'cli' | 'main'): Promise<string> {
  const known = built.get(name)
  if (known) return known
  const fresh = build(name)
  built.set(name, fresh)
  return fresh
}

async function build(name: string): Promise<string> {
  const dist = join(root, 'apps/server/dist')
  const bundle = join(dist, `${name}-of-test-${process.pid}`)
  mkdirSync(bundle, { recursive: true })
  // A worker of the tests ends without a word: the next one tidies up after it.
  for (const left of readdirSync(dist)) {
    const pid = /-of-test-(\d+)$/.exec(left)?.[1]
    if (pid && !isAlive(Number(pid))) rmSync(join(dist, left), { recursive: true, force: true })
  }
  const { code, err } = await endOf(startNode(['scripts/bundle.mjs', `apps/server/src/${name}.ts`, bundle], {}))
  if (code !== 0) throw new Error(`The program could not be built: ${err}`)
  return join(bundle, 'main.js')
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** Node with nothing in its environment but what is given. */
export function startNode(args: string[], env: Record<string, string>): ChildProcess {
  return spawn(process.execPath, args, {
    cwd: root,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

/** Its exit code (-1 for a signal) and all that it said. */
export function endOf(child: ChildProcess): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ['', '']
  child.stdout!.setEncoding('utf8').on('data', (text: string) => (out += text))
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (err += text))
  return new Promise((resolve) => child.once('close', (code) => resolve({ code: code ?? -1, out, err })))
}

/** Runs the command line as `pnpm cli` does. */
export async function runCli(args: string[], env: Record<string, string>): Promise<{ code: number; out: string; err: string }> {
  return endOf(startNode([await buildForTest('cli'), ...args], env))
}
