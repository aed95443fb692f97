import { randomUUID } from 'node:crypto'
import { Client, type ClientConfig, type PoolConfig } from 'pg'
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
  const asMaintainer = (sql: string) => onDatabase(owner, async (client) => void (await client.query(sql)))
  await asMaintainer(`create database ${database} template ${template}`)
  const as = (user: string): PoolConfig => ({ ...owner, database, user, password: rolePassword ?? undefined })
  return {
    owner: { ...owner, database },
    app: as('answerback_app'),
    system: as('answerback_system'),
    drop: () => asMaintainer(`drop database if exists ${database} with (force)`),
  }
}

/** Runs with a connection of its own, which is closed afterwards. */
export async function onDatabase<T>(config: ClientConfig, run: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client(config)
  await client.connect()
  try {
    return await run(client)
  } finally {
    await client.end()
  }
}

/** How to reach it, for programs that want a URL: the embedded server listens on a socket in a folder, which a parameter names. */
export function urlOf({ host = '127.0.0.1', port = 5432, user = 'answerback', password, database }: ClientConfig): string {
  const onSocket = host.startsWith('/')
  const url = new URL(`postgres://${onSocket ? 'localhost' : host}:${port}/${database}`)
  url.username = user
  if (typeof password === 'string') url.password = password
  if (onSocket) url.searchParams.set('host', host)
  return url.toString()
}
