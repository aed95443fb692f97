import { createHmac } from 'node:crypto'
import type { PoolConfig } from 'pg'
import type { Logger } from 'pino'
import type { Env } from '../env.ts'
import { calmClient } from './calm-client.ts'
import { runningConfig, startEmbedded } from './embedded.ts'
import { AlreadyRunning } from './owner-lock.ts'

/** The ways into one database: the owner migrates, the two roles do the work. `announce` tells a second start where this one serves. */
export type Store = {
  owner: PoolConfig
  app: PoolConfig
  system: PoolConfig
  /** What the two roles log in with, and before it what they did under older keys; none on the embedded server, whose socket is private. */
  rolePasswords: readonly string[]
  announce(url: string): void
  stop(): Promise<void>
}

/** `keys`: secrets from which the roles' password follows where they need one; the first is today's, the others are being left behind. */
type Options = { keys: readonly string[]; log: Logger; onTrouble: (reason: string) => void }

/** The given database, or the embedded one, started for this process. Throws `AlreadyRunning` when another process runs it. */
export async function openDatabase(env: Env, dataDir: string, { keys, log, onTrouble }: Options): Promise<Store> {
  if (env.DATABASE_URL) return given(env.DATABASE_URL, keys, log)
  const embedded = await startEmbedded({
    dataDir,
    log: { debug: (text) => log.debug(text), warn: (text) => log.warn(text) },
    onExit: onTrouble,
  })
  return { ...onSocket(embedded.config), announce: embedded.announce, stop: embedded.stop }
}

/** The same for an operator's command: also the embedded database of a server that is running, which is left running. */
export async function shareDatabase(env: Env, dataDir: string, options: Options): Promise<Store> {
  try {
    return await openDatabase(env, dataDir, options)
  } catch (error) {
    if (!(error instanceof AlreadyRunning)) throw error
    return { ...onSocket(runningConfig(dataDir)), announce: () => {}, stop: async () => {} }
  }
}

function onSocket(config: PoolConfig): Pick<Store, 'owner' | 'app' | 'system' | 'rolePasswords'> {
  return { owner: config, app: { ...config, user: 'answerback_app' }, system: { ...config, user: 'answerback_system' }, rolePasswords: [] }
}

/** Roles of a database of others have a password that follows from our key, so that every process of an installation knows it. */
function given(databaseUrl: string, keys: readonly string[], log: Logger): Store {
  const rolePasswords = keys.map(rolePasswordOf)
  const Client = calmClient(({ message }, restMs) =>
    log.error(
      { reason: message, tryAgainSeconds: restMs / 1000 },
      'database: the password of our roles was changed, as by a process with a newer SECRET_KEY. Give this one the same secret and start it again',
    ),
  )
  const as = (role: string): PoolConfig => {
    const url = new URL(databaseUrl)
    url.username = role
    url.password = rolePasswords[0]!
    return { connectionString: url.toString(), Client }
  }
  return {
    owner: { connectionString: databaseUrl },
    app: as('answerback_app'),
    system: as('answerback_system'),
    rolePasswords,
    announce: () => {},
    stop: async () => {},
  }
}

/** The password of both roles, from a session secret of the installation. */
export function rolePasswordOf(key: string): string {
  return createHmac('sha256', key).update('database roles').digest('hex')
}
