import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client, type ClientConfig } from 'pg'
import type { TestProject } from 'vitest/node'
import { loadSecrets } from '../src/access/secrets.ts'
import { startEmbedded } from '../src/db/embedded.ts'
import { migrate } from '../src/db/migrate.ts'
import { rolePasswordOf } from '../src/db/open-database.ts'
import { hasRedis } from './redis.ts'

/** What a test worker needs to reach the run's PostgreSQL; plain data, because it crosses into another process. */
export type TestPostgres = { owner: ClientConfig; template: string; rolePassword: string | null }

/** SECRET_KEY of programs that tests start: what the roles of a given server log in with follows from it, and they are the whole server's. */
export const testSecretKey = 'only-for-tests-only-for-tests-only'

declare module 'vitest' {
  export interface ProvidedContext {
    postgres: TestPostgres
  }
}

type Running = { users: number; started: Promise<{ postgres: TestPostgres; stop(): Promise<void> }> }
// Each vitest project loads this file anew but in the same process, and one server is enough for all of them.
const shared = globalThis as typeof globalThis & { answerbackTestPostgres?: Running }

/** Vitest global setup: one PostgreSQL a run with a migrated template database; its own in a temporary folder, or `TEST_DATABASE_URL`. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const running = (shared.answerbackTestPostgres ??= { users: 0, started: start() })
  running.users++
  project.provide('postgres', (await running.started).postgres)
  return async () => {
    if (--running.users > 0) return
    delete shared.answerbackTestPostgres
    await (await running.started).stop()
  }
}

async function start(): Promise<Awaited<Running['started']>> {
  if (!hasRedis)
    console.log(
      'skipped: no Redis (TEST_REDIS_URL, or a redis-server on the PATH); what runs on two backends is tested on PostgreSQL alone.',
    )
  const { config, rolePassword, stop } = process.env.TEST_DATABASE_URL ? await external(process.env.TEST_DATABASE_URL) : await embedded()
  const template = `answerback_template_${process.pid}`
  await asOwner(config, `create database ${template}`)
  await migrate({ ...config, database: template }, { rolePasswords: rolePassword === null ? [] : [rolePassword] })
  return {
    postgres: { owner: config, template, rolePassword },
    async stop() {
      await asOwner(config, `drop database ${template} with (force)`)
      await stop()
    },
  }
}

async function embedded() {
  const dataDir = mkdtempSync(join(tmpdir(), 'answerback-test-'))
  const database = await startEmbedded({
    dataDir,
    log: { debug() {}, warn() {} },
    // The data is thrown away: what must survive a crash is tested with its own server.
    settings: { fsync: 'off', full_page_writes: 'off', max_connections: '200' },
  })
  const stop = async () => {
    await database.stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
  return { config: database.config, rolePassword: null, stop }
}

async function external(text: string) {
  const url = new URL(text)
  const config: ClientConfig = {
    host: url.hostname,
    port: Number(url.port || 5432),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database: url.pathname.slice(1),
  }
  const { session } = await loadSecrets(tmpdir(), { secretKey: testSecretKey })
  return { config, rolePassword: rolePasswordOf(session), stop: async () => undefined }
}

async function asOwner(config: ClientConfig, sql: string): Promise<void> {
  const client = new Client(config)
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}
