import { randomUUID } from 'node:crypto'
import { Client, type PoolConfig } from 'pg'
import { inject } from 'vitest'
// Declares what `inject('postgres')` gives.
import type {} from './postgres-setup.ts'

export type FreshDatabase = {
  owner: PoolConfig
  app: PoolConfig
  system: PoolConfig
  /** Ends every connection to it and removes it. */
  drop(): Promise<void>
}

/** A migrated database of its own, cloned from the run's template: take one in `beforeAll`, drop it in `afterAll`. */
export async function freshDatabase(): Promise<FreshDatabase> {
  const { owner, template, rolePassword } = inject('postgres')
  const database = `answerback_test_${randomUUID().replaceAll('-', '')}`
  const asMaintainer = async (sql: string) => {
    const client = new Client(owner)
    await client.connect()
    try {
      await client.query(sql)
    } finally {
      await client.end()
    }
  }
  await asMaintainer(`create database ${database} template ${template}`)
  const as = (user: string): PoolConfig => ({ ...owner, database, user, password: rolePassword ?? undefined })
  return {
    owner: { ...owner, database },
    app: as('answerback_app'),
    system: as('answerback_system'),
    drop: () => asMaintainer(`drop database if exists ${database} with (force)`),
  }
}
