import { randomInt } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { startSandbox } from './sandbox.ts'
import { makeSecrets } from './secrets.ts'
import type { SandboxSecrets } from './secrets.ts'

/**
 * The sandbox as a program. Reads SANDBOX_PORT (4000), SANDBOX_SECRETS_FILE (made on first start),
 * SANDBOX_STATE_FILE (state over restarts; none without),
 * SANDBOX_WEBHOOK_URL (each platform's webhooks go to this address and its id), SANDBOX_SEED, SANDBOX_RHYTHM (off, calm or busy), SANDBOX_BRAND (fieldnote or
 * empty), SANDBOX_PARENT_PID. Listens on 127.0.0.1. Ends on SIGTERM, SIGINT, or when its parent is gone.
 */
export async function start(): Promise<void> {
  const startedBy = process.ppid
  const secrets = readSecrets(process.env['SANDBOX_SECRETS_FILE'])
  const sandbox = await startSandbox({
    port: readNumber('SANDBOX_PORT', 4000),
    seed: readNumber('SANDBOX_SEED', randomInt(2 ** 31)),
    brand: readChoice('SANDBOX_BRAND', ['fieldnote', 'empty'] as const),
    rhythm: readChoice('SANDBOX_RHYTHM', ['calm', 'busy', 'off'] as const),
    secrets,
    stateFile: process.env['SANDBOX_STATE_FILE'] || undefined,
    webhookBase: process.env['SANDBOX_WEBHOOK_URL']?.replace(/\/+$/, '') || undefined,
  }).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error)
    process.stderr.write(`The sandbox could not start: ${reason}\n`)
    process.exit(1)
  })
  process.stdout.write(`Sandbox is ready on ${sandbox.url}\n`)
  process.send?.({ ready: true, url: sandbox.url, platforms: sandbox.platforms })

  let ending = false
  const end = async (): Promise<void> => {
    if (ending) return
    ending = true
    setTimeout(() => process.exit(0), 2_000).unref()
    await sandbox.close()
    process.exit(0)
  }
  process.on('SIGTERM', () => void end())
  process.on('SIGINT', () => void end())
  process.on('disconnect', () => void end())
  whenParentIsGone({ startedBy, named: process.env['SANDBOX_PARENT_PID'] }, () => void end())
}

function whenParentIsGone({ startedBy, named }: { startedBy: number; named: string | undefined }, end: () => void): void {
  if (!named) return
  const pid = Number(named)
  setInterval(() => {
    // A parent that died leaves us to another process, even while its own id still lingers.
    if (!isAlive(pid) || (pid === startedBy && process.ppid !== startedBy)) end()
  }, 1_000).unref()
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function readSecrets(path: string | undefined): SandboxSecrets {
  const strong = () => randomInt(2 ** 32) / 2 ** 32
  if (!path) return makeSecrets(strong)
  const before = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Partial<SandboxSecrets>) : {}
  // Platforms that were added since get theirs now; all others keep what they had.
  const made = makeSecrets(strong, before)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, JSON.stringify(made, null, 2), { mode: 0o600 })
  return made
}

function readNumber(name: string, usual: number): number {
  const text = process.env[name]
  if (text === undefined || text === '') return usual
  const value = Number(text)
  if (!Number.isInteger(value) || value < 0) fail(`${name} must be a whole number, not "${text}"`)
  return value
}

function readChoice<T extends string>(name: string, choices: readonly [T, ...T[]]): T {
  const text = process.env[name]
  if (!text) return choices[0]
  const choice = choices.find((each) => each === text)
  return choice ?? fail(`${name} must be one of ${choices.join(', ')}, not "${text}"`)
}

function fail(sentence: string): never {
  process.stderr.write(`${sentence}\n`)
  process.exit(1)
}
