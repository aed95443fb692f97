import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Burst, BurstResult } from './webhook-client.ts'

export type Load = { send(burst: Burst): Promise<BurstResult>; close(): Promise<void> }

/** The one client that loads both servers. */
export function openLoad(): Load {
  const child = forkBeside('./webhook-client.ts', [])
  return {
    send: (burst) =>
      new Promise((resolve, reject) => {
        const ended = () => reject(new Error('The client ended.'))
        child.once('exit', ended)
        child.once('message', (result) => {
          child.off('exit', ended)
          resolve(result as BurstResult)
        })
        child.send(burst)
      }),
    close: () => end(child),
  }
}

/** Starts the server that stores nothing; `appSecret` signs what it takes. */
export async function startNoOpServer(appSecret: string): Promise<{ pid: number; url: string; close(): Promise<void> }> {
  const child = forkBeside('./no-op-server.ts', [appSecret])
  const [port] = (await once(child, 'message')) as [number]
  return { pid: child.pid!, url: `http://127.0.0.1:${port}`, close: () => end(child) }
}

function forkBeside(file: string, args: string[]): ChildProcess {
  return fork(fileURLToPath(new URL(file, import.meta.url)), args, { execArgv: ['--import', 'tsx'] })
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
}
