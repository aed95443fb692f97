import { resolve } from 'node:path'
import { Client } from 'pg'
import { uuidv7 } from 'uuidv7'
import { platforms } from '@answerback/platforms/registry'
import { guardFetch } from '../access/hosts.ts'
import { loadSecrets, sessionsOf, type Secrets } from '../access/secrets.ts'
import type { Context } from '../context.ts'
import { connect } from '../db/connection.ts'
import { migrate } from '../db/migrate.ts'
import { shareDatabase, type Store } from '../db/open-database.ts'
import { schema as t } from '../db/schema.ts'
import { readEnv, type Env } from '../env.ts'
import { roomOf, type Cut } from '../live/cut.ts'
import type { Publish } from '../live/frame.ts'
import { openRelay, type Relay, type Told } from '../live/relay.ts'
import { openLog } from '../operate/open-log.ts'
import { prefixOf } from '../queue/queue.ts'
import { Misuse } from './command.ts'

type Opened = { env: Env; dataDir: string; secrets: Secrets; store: Store }
/** `cut`: closes somebody's sockets in the servers that run. */
type OpenedWhole = Opened & { cut: Cut }

/** Runs with the database of this installation: the one of a server that runs, which is left running, or started for the moment. */
export async function withStore<T>(run: (opened: Opened) => Promise<T>): Promise<T> {
  const env = readEnv()
  const log = logOf(env)
  const dataDir = resolve(env.DATA_DIR)
  const secrets = await loadSecrets(dataDir, env)
  const store = await shareDatabase(env, dataDir, { keys: sessionsOf(secrets), log, onTrouble: (reason) => log.error(reason) })
  try {
    return await run({ env, dataDir, secrets, store })
  } finally {
    await store.stop()
  }
}

/** `check`: what must be so before anything is opened. `takeOver`: the database belongs to our secret from now on, whosever it was. */
type Before = { check?: (store: Store) => Promise<void>; takeOver?: boolean }

/** The same with everything that the server's own verbs want, on a database of this version. Servers that run are told what changed. */
export function withContext<T>(run: (ctx: Context, opened: OpenedWhole) => Promise<T>, before: Before = {}): Promise<T> {
  return withStore(async (opened) => {
    const { env, secrets, store } = opened
    await before.check?.(store)
    await migrate(store.owner, { rolePasswords: store.rolePasswords, takeOver: before.takeOver ?? false })
    const log = logOf(env)
    const db = connect(store.app, store.system, (error) => log.warn(error.message))
    const guarded = guardFetch({ allowed: env.allowedHosts })
    // A command does its work itself and leaves the rest to the running server's sweep.
    const queue = { add: async () => {}, work: async () => {}, depth: async () => ({ ingest: 0, send: 0 }), close: async () => {} }
    let word: Relay | null = null
    const tell = (told: Told) => {
      word ??= openRelay({ redisUrl: env.REDIS_URL, prefix: prefixOf(secrets.session), postgres: store.system, id: uuidv7(), log })
      word.tell(told)
    }
    const publish: Publish = (workspaceId, frame) => tell({ kind: 'change', workspaceId, frame })
    const cut: Cut = (target, why) => tell({ kind: 'cut', room: roomOf(target), removed: why === 'removed' })
    try {
      return await run({ env, secrets, log, db, queue, publish, now: () => new Date(), fetch: guarded, platforms }, { ...opened, cut })
    } finally {
      await (word as Relay | null)?.close()
      await guarded.close()
      await db.close()
    }
  })
}

/** The workspace named by `--workspace`, or the only one. Throws `Misuse` that lists them when one must be named. */
export async function chooseWorkspace(ctx: Context, named: string | undefined): Promise<string> {
  const workspaces = await ctx.db.system.select({ id: t.workspace.id, name: t.workspace.name }).from(t.workspace)
  const chosen = named === undefined ? workspaces : workspaces.filter((each) => each.id === named)
  if (workspaces.length === 0) throw new Error('There is no workspace yet. Start Answerback first.')
  if (chosen.length === 1) return chosen[0]!.id
  const list = workspaces.map((each) => `  ${each.id}  ${each.name}`).join('\n')
  throw new Misuse(`${named === undefined ? 'Name one with --workspace' : '--workspace: there is none of that id. There are'}:\n${list}`)
}

/**
 * Throws a sentence while servers work on this database: what is done next would happen under their feet. `anywhere`: or on another one of its server, through the same two
 * roles.
 */
export async function refuseWhileServing(store: Store, { anywhere = false } = {}): Promise<void> {
  const client = new Client(store.owner)
  await client.connect()
  try {
    const { rows } = await client.query<{ name: string; here: boolean }>(
      `select distinct datname as name, datname = current_database() as here from pg_stat_activity where usename in ('answerback_app', 'answerback_system')`,
    )
    const found = rows.find((row) => row.here) ?? (anywhere ? rows[0] : undefined)
    if (found)
      throw new Error(
        `Answerback is running on ${found.here ? 'this database' : `the database ${found.name} of this server`}. Stop it first, then run this again.`,
      )
  } finally {
    await client.end()
  }
}

function logOf(env: Env) {
  return openLog({ ...env, LOG_LEVEL: env.LOG_LEVEL ?? 'error' })
}
