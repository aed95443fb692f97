import { spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../..', import.meta.url))
/** A bundle of this test process's own: two that build into one place would pull it from under each other. */
const bundle = join(root, 'apps/server/dist', `cli-of-test-${process.pid}`)
let built: Promise<void> | null = null

export type Run = { code: number; out: string; err: string }

/** Runs the real program as `pnpm cli` does, with nothing in its environment but what is given. */
export async function runCli(args: string[], env: Record<string, string>): Promise<Run> {
  built ??= build()
  await built
  return run([join(bundle, 'main.js'), ...args], env)
}

async function build(): Promise<void> {
  process.once('exit', () => rmSync(bundle, { recursive: true, force: true }))
  const { code, err } = await run(['scripts/bundle.mjs', 'apps/server/src/cli.ts', bundle], {})
  if (code !== 0) throw new Error(`The program could not be built: ${err}`)
}

function run(args: string[], env: Record<string, string>): Promise<Run> {
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [out, err] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text))
  return new Promise((resolve) => child.once('close', (code) => resolve({ code: code ?? -1, out, err })))
}
