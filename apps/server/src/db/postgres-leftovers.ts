import { execFileSync } from 'node:child_process'
import { readFileSync, readdirSync, readlinkSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'

// Polite first, then firm: PostgreSQL's fast and immediate shutdown (SIGINT, SIGQUIT), then the kernel's.
const escalation = [
  { signal: 'SIGINT', patienceMs: 8_000 },
  { signal: 'SIGQUIT', patienceMs: 3_000 },
  { signal: 'SIGKILL', patienceMs: 5_000 },
] as const

/**
 * Stops whatever a dead owner left running on `clusterDir` (an absolute real path), orphaned backends too, and removes its stale pid file:
 * PostgreSQL believes any process that now has the recorded pid, which after a reboot is often a stranger. Call it as the owner only.
 */
export async function clearLeftovers(clusterDir: string): Promise<void> {
  for (const { signal, patienceMs } of escalation) {
    const pids = leftovers(clusterDir)
    if (pids.length === 0) break
    for (const pid of pids) {
      kill(pid, signal)
      kill(pid, 'SIGCONT') // a stopped process would keep the signal waiting
    }
    if (await gone(clusterDir, patienceMs)) break
  }
  const left = leftovers(clusterDir)
  if (left.length > 0)
    throw new Error(`An earlier PostgreSQL (process ${left.join(', ')}) still runs on ${clusterDir} and cannot be stopped.`)
  rmSync(join(clusterDir, 'postmaster.pid'), { force: true })
}

async function gone(clusterDir: string, patienceMs: number): Promise<boolean> {
  // No event tells of the end of a process that is not our child, so the condition is looked at again and again.
  for (let waitedMs = 0; waitedMs < patienceMs; waitedMs += 20) {
    if (leftovers(clusterDir).length === 0) return true
    await wait(20)
  }
  return false
}

/** Every PostgreSQL process has its cluster as working directory; where /proc cannot tell, the pid file and `ps` know the main one. */
function leftovers(clusterDir: string): number[] {
  if (process.platform === 'linux') return pidsInProc().filter((pid) => runsIn(pid, clusterDir))
  const pid = recordedPid(clusterDir)
  return pid !== null && commandOf(pid).includes(clusterDir) ? [pid] : []
}

function pidsInProc(): number[] {
  return readdirSync('/proc').map(Number).filter(Number.isInteger)
}

function runsIn(pid: number, clusterDir: string): boolean {
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === clusterDir && readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === 'postgres'
  } catch {
    return false
  }
}

function recordedPid(clusterDir: string): number | null {
  try {
    return Number.parseInt(readFileSync(join(clusterDir, 'postmaster.pid'), 'utf8'), 10) || null
  } catch {
    return null
  }
}

function commandOf(pid: number): string {
  try {
    return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' })
  } catch {
    return ''
  }
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It ended by itself in the meantime.
  }
}
