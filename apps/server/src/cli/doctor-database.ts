import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Client } from 'pg'
import { pino } from 'pino'
import { platforms } from '@answerback/platforms/registry'
import { checkKeys } from '../access/rotate-keys.ts'
import { loadSecrets, sessionsOf, type Secrets } from '../access/secrets.ts'
import { connect } from '../db/connection.ts'
import { knownMigrations } from '../db/migrate.ts'
import { shareDatabase, type Store } from '../db/open-database.ts'
import { openOwner } from '../db/open-owner.ts'
import { reasonOf } from '../db/reason.ts'
import { lastBackupAt } from '../backup/last-backup.ts'
import { guardFetch } from '../access/hosts.ts'
import type { Env } from '../env.ts'
import type { Finding } from './doctor.ts'

/** Work that waits longer than this is not being done. */
const tooLongSeconds = 120
const clockToleranceSeconds = 5
/** The header counts whole seconds, and the answer was on its way. */
const platformToleranceSeconds = 30
const oldBackupDays = 7

/** The secrets, the database, and what its rows tell of channels and work. Migrates nothing and makes no secrets. */
export async function* lookAtDatabase(env: Env, dataDir: string): AsyncGenerator<Finding> {
  const secretsFile = join(dataDir, 'secrets.json')
  const external = env.DATABASE_URL !== undefined
  const begun = external || existsSync(join(dataDir, 'postgres'))
  if (!begun) return yield { about: 'Database', state: 'ok', words: 'none yet; the first start makes it' }
  const fromEnvironment = env.secretKey !== undefined
  if (!fromEnvironment && !existsSync(secretsFile)) {
    yield external
      ? {
          about: 'Secrets',
          state: 'look',
          words: `${secretsFile} is missing. If this installation has run before, put it back; without it the connected accounts must be connected again.`,
        }
      : {
          about: 'Secrets',
          state: 'bad',
          words: `${secretsFile} is missing, and its database is there. Put the file back from where you keep it; without it the connected accounts must be connected again.`,
        }
    if (external) (await openOwner({ connectionString: env.DATABASE_URL })).end().catch(() => {})
    return
  }
  const secrets = await loadSecrets(dataDir, env)
  yield fromEnvironment ? { about: 'Secrets', state: 'ok', words: 'from SECRET_KEY' } : lookAtRights(secretsFile)
  const log = pino({ level: 'silent' })
  const store = await shareDatabase(env, dataDir, { keys: sessionsOf(secrets), log, onTrouble: () => {} })
  try {
    const owner = await openOwner(store.owner)
    try {
      yield* lookInside(owner, env, dataDir, secrets, store)
    } finally {
      await owner.end()
    }
  } finally {
    await store.stop()
  }
}

/** Whoever reads this file opens every credential in a copy of the database. */
function lookAtRights(secretsFile: string): Finding {
  const about = 'Secrets'
  if (process.platform !== 'win32' && (statSync(secretsFile).mode & 0o077) !== 0)
    return {
      about,
      state: 'bad',
      words: `others on this machine can read ${secretsFile}. Take that away from them: chmod 600 ${secretsFile}`,
    }
  return { about, state: 'ok', words: secretsFile }
}

async function* lookInside(owner: Client, env: Env, dataDir: string, secrets: Secrets, store: Store): AsyncGenerator<Finding> {
  const { rows } = await owner.query<{ version: string; behind: number; migrated: boolean; mayRoles: boolean; roles: number }>(`
    select current_setting('server_version') as version, to_regclass('drizzle.__drizzle_migrations') is not null as migrated,
      (select rolcreaterole or rolsuper from pg_roles where rolname = current_user) as "mayRoles",
      (select count(*)::int from pg_roles where rolname in ('answerback_app', 'answerback_system')) as roles,
      abs(extract(epoch from clock_timestamp() - '${new Date().toISOString()}'::timestamptz))::float8 as behind`)
  const { version, behind, migrated, mayRoles, roles } = rows[0]!
  yield { about: 'Database', state: 'ok', words: `PostgreSQL ${version.split(' ')[0]}` }
  yield behind > clockToleranceSeconds
    ? {
        about: 'Clock',
        state: 'bad',
        words: `this machine and the database differ by ${Math.round(behind)} s. Set both by NTP: waits are measured with these clocks.`,
      }
    : { about: 'Clock', state: 'ok', words: 'agrees with the database' }
  if (roles < 2 && !mayRoles)
    return yield {
      about: 'Roles',
      state: 'bad',
      words:
        'this database user may not make roles, and the two that Answerback works through are missing. Start Answerback: it prints the SQL for an administrator.',
    }
  const known = (await knownMigrations()).length
  const done = migrated
    ? (await owner.query<{ count: number }>('select count(*)::int as count from drizzle.__drizzle_migrations')).rows[0]!.count
    : 0
  if (done > known)
    return yield {
      about: 'Migrations',
      state: 'bad',
      words: 'this database was used by a newer Answerback. Start that version, or restore a backup from before.',
    }
  if (done < known)
    return yield {
      about: 'Migrations',
      state: 'look',
      words: `${known - done} of ${known} are still to be run. Start this version once; it runs them.`,
    }
  yield { about: 'Migrations', state: 'ok', words: `all ${known} are done` }
  yield* lookAtWork(env, dataDir, secrets, store)
}

async function* lookAtWork(env: Env, dataDir: string, secrets: Secrets, store: Store): AsyncGenerator<Finding> {
  const db = connect(store.app, store.system, () => {})
  try {
    yield await checkKeys({ db, secrets } as never).then(
      (): Finding => ({ about: 'Keys', state: 'ok', words: 'open all credentials' }),
      (error: unknown): Finding => ({ about: 'Keys', state: 'bad', words: reasonOf(error) }),
    )
    const { rows: channels } = await db.systemPool.query<{
      platform: string
      handle: string
      reauthorize: boolean
      paused: boolean
      failures: number
      error: string | null
      apiUrl: string
    }>(
      `select c.platform, c.handle, c.reauthorize_at is not null as reauthorize, c.paused_at is not null as paused, coalesce(p.failures, 0) as failures, p.error,
         c.api_url as "apiUrl"
       from channel c join workspace w on w.id = c.workspace_id left join poll p on p.channel_id = c.id
       where c.disconnected_at is null and (not w.demo or $1) order by c.connected_at`,
      [env.demo],
    )
    if (channels[0]) yield await lookAtPlatformClock(env, channels[0].apiUrl)
    const nameOf = (id: string) => platforms.find((each) => each.id === id)?.name ?? id
    for (const { platform, handle, reauthorize, paused, failures, error } of channels) {
      const about = `${nameOf(platform)} ${handle}`
      if (reauthorize)
        yield {
          about,
          state: 'bad',
          words: 'the platform no longer accepts its credentials. Connect it again in Settings, Channels; replies to it wait until then.',
        }
      else if (paused) yield { about, state: 'ok', words: 'paused by somebody here' }
      else if (failures >= 3)
        yield {
          about,
          state: 'look',
          words: `could not be read ${failures} times in a row: ${error ?? 'no reason given'}. Try it: pnpm cli channel test all`,
        }
      else yield { about, state: 'ok', words: 'connected' }
    }
    const { rows: work } = await db.systemPool.query<{ quarantined: number; late: number; replies: number }>(
      `select (select count(*)::int from delivery where quarantined is not null) as quarantined,
         (select count(*)::int from delivery where done_at is null and quarantined is null and received_at < now() - make_interval(secs => $1)) as late,
         (select count(*)::int from reply where due_at < now() - make_interval(secs => $1)) as replies`,
      [tooLongSeconds],
    )
    const { quarantined, late, replies } = work[0]!
    yield quarantined > 0
      ? {
          about: 'Deliveries',
          state: 'look',
          words: `${quarantined} could not be read and are set aside. Settings, Deliveries shows why; read them again with: pnpm cli queue retry`,
        }
      : { about: 'Deliveries', state: 'ok', words: 'none is set aside' }
    const roles = 'Is a process with the role worker running? Look at its log, then: pnpm cli queue retry'
    yield late + replies > 0
      ? {
          about: 'Queue',
          state: 'bad',
          words: `does not move: ${late} deliveries and ${replies} replies wait for more than ${tooLongSeconds / 60} minutes. ${roles}`,
        }
      : { about: 'Queue', state: 'ok', words: 'nothing waits for long' }
    const { rows: silent } = await db.systemPool.query<{ platform: string }>(
      `select distinct platform from platform_app a where not exists (select from delivery d where d.app_id = a.id and d.kind = 'webhook')`,
    )
    if (!env.demo)
      for (const { platform } of silent)
        yield {
          about: 'Webhooks',
          state: 'look',
          words: `an app of ${nameOf(platform)} is entered, and it has not delivered anything yet. Look at the address and the verify token in its settings; Settings, Channels shows both.`,
        }
    yield* lookAtBackups(
      env,
      dataDir,
      (await db.systemPool.query<{ since: Date | null }>('select min(created_at) as since from workspace where not demo')).rows[0]!.since,
    )
  } finally {
    await db.close()
  }
}

/** Waits begin by the platforms' clocks and end by ours. Every HTTP answer tells the time (RFC 9110, 6.6.1). */
async function lookAtPlatformClock(env: Env, apiUrl: string): Promise<Finding> {
  const about = 'Clock'
  const guarded = guardFetch({ allowed: env.allowedHosts })
  try {
    const response = await guarded(apiUrl, { method: 'HEAD', redirect: 'manual', signal: AbortSignal.timeout(5_000) })
    const told = Date.parse(response.headers.get('date') ?? '')
    if (Number.isNaN(told)) return { about, state: 'ok', words: `${new URL(apiUrl).host} does not tell the time` }
    const apartSeconds = Math.round(Math.abs(Date.now() - told) / 1000)
    return apartSeconds > platformToleranceSeconds
      ? {
          about,
          state: 'bad',
          words: `this machine and ${new URL(apiUrl).host} differ by ${apartSeconds} s. Set this machine's clock by NTP: waits are measured with both.`,
        }
      : { about, state: 'ok', words: `agrees with ${new URL(apiUrl).host}` }
  } catch (error) {
    return {
      about,
      state: 'look',
      words: `${new URL(apiUrl).host} could not be asked for the time (${(error as Error).message}). Does this machine reach it?`,
    }
  } finally {
    await guarded.close()
  }
}

/** `since`: when the oldest brand was made here, or null. A database of others is saved by whoever runs it; of that we know nothing. */
function* lookAtBackups(env: Env, dataDir: string, since: Date | null): Generator<Finding> {
  const about = 'Backup'
  const last = lastBackupAt(dataDir)
  const from = last ?? since
  if (from === null || (env.DATABASE_URL !== undefined && last === null)) return
  const days = Math.floor((Date.now() - from.getTime()) / 86_400_000)
  const make = 'Make one each night, and keep it on another machine: pnpm cli backup <file>'
  yield days < oldBackupDays
    ? { about, state: 'ok', words: last === null ? 'none yet' : `the last one was made ${days === 0 ? 'today' : `${days} days ago`}` }
    : {
        about,
        state: 'look',
        words: last === null ? `none was made in ${days} days. ${make}` : `the last one is ${days} days old. ${make}`,
      }
}
