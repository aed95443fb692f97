import { execFileSync } from 'node:child_process'
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Another living process owns this data folder. `url` is where it serves, once it has said so. */
export class AlreadyRunning extends Error {
  readonly pid: number
  readonly url: string | null
  constructor(pid: number, url: string | null) {
    super(`Answerback is already running in this folder${url ? ` at ${url}` : ''} (process ${pid}).`)
    this.pid = pid
    this.url = url
  }
}

export type OwnerLock = {
  /** Tells later starts where this one serves. */
  announce(url: string): void
  /** Gives the folder up; harmless when called twice. */
  release(): void
}

type Owner = { pid: number; startedAt: string; url: string | null }

/**
 * Makes this process the only owner of `dataDir` (created if missing) through `owner.lock`, or throws `AlreadyRunning`.
 * A lock counts only while the very process that wrote it lives, so `kill -9` needs no tidying and a recycled pid fools nobody.
 */
export function takeOwnership(dataDir: string): OwnerLock {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const path = join(dataDir, 'owner.lock')
  const own: Owner = { pid: process.pid, startedAt: processStart(process.pid) ?? '', url: null }
  const draft = `${path}.${process.pid}`
  const save = (place: (draft: string) => void) => {
    writeFileSync(draft, JSON.stringify(own), { mode: 0o600 })
    try {
      place(draft)
    } finally {
      rmSync(draft, { force: true })
    }
  }
  while (!claim(path, save)) dropStale(path)
  let held = true
  return {
    announce(url) {
      own.url = url
      if (held) save((from) => renameSync(from, path))
    },
    release() {
      if (held) rmSync(path, { force: true })
      held = false
    },
  }
}

/** Where the server that owns this folder serves; null when none does or it has not said. */
export function runningUrl(dataDir: string): string | null {
  const text = read(join(dataDir, 'owner.lock'))
  const owner = text === null ? null : parse(text)
  return owner && processStart(owner.pid) === owner.startedAt ? owner.url : null
}

/** `link` refuses an existing name and shows the file whole or not at all, which open-then-write does not. */
function claim(path: string, save: (place: (draft: string) => void) => void): boolean {
  try {
    save((draft) => linkSync(draft, path))
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  }
}

function dropStale(path: string): void {
  const seen = read(path)
  if (seen === null) return
  const owner = parse(seen)
  if (owner && processStart(owner.pid) === owner.startedAt) throw new AlreadyRunning(owner.pid, owner.url)
  const aside = `${path}.${process.pid}.stale`
  try {
    renameSync(path, aside)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return
    throw error
  }
  // Between the look and the rename somebody else may have claimed the name: what was moved is then theirs, so it goes back.
  if (read(aside) !== seen) linkSync(aside, path)
  rmSync(aside, { force: true })
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null
    throw error
  }
}

function parse(text: string): Owner | null {
  try {
    const owner = JSON.parse(text) as Owner
    return Number.isInteger(owner.pid) && typeof owner.startedAt === 'string' ? owner : null
  } catch {
    return null
  }
}

/**
 * When process `pid` began, as an opaque word that a later process with the same pid will not share; null when nothing (or a zombie) has
 * that pid. Linux: boot id and field 22 of /proc/<pid>/stat (proc(5)); elsewhere: `ps -o lstart=`.
 */
export function processStart(pid: number): string | null {
  if (process.platform !== 'linux') {
    try {
      return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || null
    } catch {
      return null
    }
  }
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The command name in brackets may hold anything, blanks and brackets too: count from the last one.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (fields[0] === 'Z' || fields[0] === 'X') return null
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}:${fields[19]}`
  } catch {
    return null
  }
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code
}
