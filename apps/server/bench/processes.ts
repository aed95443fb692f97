import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** One process: `rssMb` is its resident memory. */
export type ProcessRow = { pid: number; parent: number; rssMb: number; command: string }

/** All processes below `pid`, nearest first. */
export function childrenOf(pid: number): ProcessRow[] {
  const all = listProcesses()
  const found: ProcessRow[] = []
  for (let above = [pid]; above.length > 0;) {
    const next = all.filter((row) => above.includes(row.parent))
    found.push(...next)
    above = next.map((row) => row.pid)
  }
  return found
}

/** This process as the system sees it now. Throws when it is gone. */
export function processOf(pid: number): ProcessRow {
  const row = listProcesses().find((each) => each.pid === pid)
  if (!row) throw new Error(`Process ${pid} is gone`)
  return row
}

/** MB that are this process's share: shared pages divided among those who share them (proc(5), smaps_rollup); resident memory elsewhere. */
export function proportionalMb(row: ProcessRow): number {
  try {
    const kilobytes = /^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${row.pid}/smaps_rollup`, 'utf8'))?.[1]
    return kilobytes === undefined ? row.rssMb : Number(kilobytes) / 1024
  } catch {
    return row.rssMb
  }
}

/**
 * Microseconds of processor time that this process and all below it have taken so far, those that ended among them; 10 ms is the finest that the system tells
 * (proc(5), stat). Null where there is no /proc.
 */
export function processorUsOf(pid: number): number | null {
  const pids = [pid, ...childrenOf(pid).map((row) => row.pid)]
  const us = pids.map((each) => {
    try {
      // After the name, which may hold anything: the 12th to 15th are user and system time, its own and that of children who were waited for.
      const fields = readFileSync(`/proc/${each}/stat`, 'utf8').split(') ').at(-1)!.split(' ')
      return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) * 10_000
    } catch {
      return null
    }
  })
  return us[0] === null ? null : us.reduce<number>((sum, each) => sum + (each ?? 0), 0)
}

function listProcesses(): ProcessRow[] {
  return execFileSync('ps', ['-A', '-o', 'pid=,ppid=,rss=,args='], { encoding: 'utf8', maxBuffer: 16 << 20 })
    .split('\n')
    .flatMap((line) => {
      const [, pid, parent, rss, command] = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? []
      return pid === undefined ? [] : [{ pid: Number(pid), parent: Number(parent), rssMb: Number(rss) / 1024, command: command! }]
    })
}
