import { execFileSync } from 'node:child_process'
import { cpus, loadavg, totalmem } from 'node:os'
import { findBinaries } from '../src/db/postgres-binaries.ts'

/** Where figures come from, in one line: date, processor, memory, Node, PostgreSQL, and how busy the machine already was. */
export async function describeMachine(): Promise<string> {
  const [cpu] = cpus()
  const { postgres } = findBinaries()
  return [
    new Date().toISOString().slice(0, 16).replace('T', ' '),
    `${cpus().length} cores (${cpu?.model.trim() || 'unnamed'})`,
    `${Math.round(totalmem() / 2 ** 30)} GiB`,
    `Node ${process.versions.node}`,
    execFileSync(postgres, ['--version'], { encoding: 'utf8' }).trim().replace('postgres (PostgreSQL)', 'PostgreSQL'),
    `load before ${loadavg()[0]!.toFixed(1)}`,
  ].join(' · ')
}
