import { sql } from 'drizzle-orm'
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres'
import { Pool, types, type PoolConfig } from 'pg'
import { schema } from './schema.ts'

// bigint columns hold counts and sequence numbers, all far below 2^53.
types.setTypeParser(types.builtins.INT8, Number)

export type Schema = typeof schema
export type Db = NodePgDatabase<Schema>
/** A transaction, or the pool where none is needed. */
export type Queryable = Pick<Db, 'select' | 'selectDistinct' | 'insert' | 'update' | 'delete' | 'execute' | 'query'>

/** The two ways into the database: `inWorkspace` behind the walls, `system` for what has no workspace yet. */
export type Database = {
  system: Db
  systemPool: Pool
  /** Reads in one workspace, in one transaction. Writes that staff can see go through `live/change-log`. */
  inWorkspace<T>(workspaceId: string, run: (tx: Queryable) => Promise<T>): Promise<T>
  /**
   * Reads in several workspaces in one round trip. Each text is one query, read behind that workspace's wall; it goes as it is, so nothing may stand in it that
   * came from outside. Rows in the order of the reads.
   */
  readInWorkspaces(reads: { workspaceId: string; text: string }[]): Promise<Record<string, unknown>[][]>
  close(): Promise<void>
}

/**
 * `app` and `system` are connections for the two roles. Pools are small: the work is short transactions. Those of the app send what is asked at once without
 * waiting for the answer before; they answer in that order.
 */
export function connect(app: PoolConfig, system: PoolConfig, onError: (error: Error) => void): Database {
  const appPool = new Pool({ max: 12, pipeline: true, ...app })
  const systemPool = new Pool({ max: 8, ...system })
  // A server that restarts drops idle connections; the pool makes new ones, the process must not die of it.
  let closing = false
  for (const pool of [appPool, systemPool]) pool.on('error', (error) => closing || onError(error))
  const appDb = drizzle(appPool, { schema })
  return {
    system: drizzle(systemPool, { schema }),
    systemPool,
    inWorkspace: (workspaceId, run) =>
      appDb.transaction(async (tx) => {
        // `then` sends it at once; whatever `run` asks goes behind it.
        const named = tx.execute(sql`select set_config('app.workspace', ${workspaceId}, true)`).then(() => {})
        const [result] = await Promise.all([run(tx), named])
        return result
      }),
    async readInWorkspaces(reads) {
      if (reads.length === 0) return []
      const client = await appPool.connect()
      try {
        const texts = reads.map(({ workspaceId, text }) => `set local app.workspace = ${client.escapeLiteral(workspaceId)}; ${text};`)
        // Several statements in one message: one transaction, which ends with it (PostgreSQL, "Multiple Statements in a Simple Query").
        const results = (await client.query(texts.join('\n'))) as unknown as { rows: Record<string, unknown>[] }[]
        return reads.map((_, index) => results[index * 2 + 1]!.rows)
      } finally {
        client.release()
      }
    },
    async close() {
      closing = true
      await Promise.all([appPool.end(), systemPool.end()])
    },
  }
}
