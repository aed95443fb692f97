import { expect } from 'vitest'
import { startSandbox, type Sandbox } from '@answerback/sandbox/sandbox'
import { openProcesses, type Processes } from './processes.ts'
import { connectAll } from './world.ts'

export type Cluster = Processes & { sandbox: Sandbox }

/** Many processes and the sandbox, with its channels connected; none is started yet. */
export async function openCluster(backend: 'postgres' | 'redis'): Promise<Cluster> {
  const sandbox = await startSandbox({ port: 0, seed: 7, now: () => new Date(), brand: 'empty', rhythm: 'off' })
  const processes = await openProcesses(backend, { hosts: [new URL(sandbox.url).host] })
  const { ctx, workspaceId, balancer } = processes
  await connectAll({ ctx, sandbox, workspaceId, url: balancer.url, pass: () => {} } as unknown as Parameters<typeof connectAll>[0])
  // Facebook tells whole seconds: what is said in the second of connecting would lie before it.
  const connectedAt = Date.now()
  await expect.poll(() => Date.now() - connectedAt, { timeout: 3_000 }).toBeGreaterThan(1_000)
  return {
    ...processes,
    sandbox,
    async close() {
      await processes.close()
      await sandbox.close()
    },
  }
}
