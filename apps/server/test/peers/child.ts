import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'

export type Child = {
  child: ChildProcess
  /** Resolves with the first match in what it says; rejects with its last words when it ends before. */
  says(pattern: RegExp): Promise<RegExpExecArray>
  /** What it said, the last of it. */
  words(): string
  /** By this signal, and for good when it takes too long. Resolves once it is gone. */
  stop(signal?: NodeJS.Signals): Promise<void>
}

const patienceMs = 20_000

/** A program that a peer is made of, with a group of its own for those that it starts. Its input is held open: one that watches it ends with us. */
export function startChild(program: string, args: string[], env: NodeJS.ProcessEnv): Child {
  const child = spawn(program, args, { env, stdio: ['pipe', 'pipe', 'pipe'], detached: true })
  const signalAll = (signal: NodeJS.Signals): void => {
    try {
      process.kill(-child.pid!, signal)
    } catch {
      // Gone already.
    }
  }
  const ended = once(child, 'close').catch(() => undefined)
  let said = ''
  const listeners = new Set<() => void>()
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-20_000)
      for (const listen of listeners) listen()
    })
  return {
    child,
    words: () => said,
    says: (pattern) =>
      new Promise((resolve, reject) => {
        const listen = (): void => {
          const match = pattern.exec(said)
          if (!match) return
          listeners.delete(listen)
          resolve(match)
        }
        listeners.add(listen)
        void ended.then(() => reject(new Error(`${program} ended: ${said.slice(-2_000)}`)))
        listen()
      }),
    async stop(signal = 'SIGTERM') {
      child.stdin.end()
      signalAll(signal)
      const timer = setTimeout(() => signalAll('SIGKILL'), patienceMs)
      await ended
      clearTimeout(timer)
    },
  }
}
