import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { platforms } from '@answerback/platforms/registry'
import { roles, type Role } from '@answerback/core/permissions'
import { loadSecrets } from './access/secrets.ts'
import { makeApiKey } from './access/workspaces.ts'
import type { Context } from './context.ts'
import { connect } from './db/connection.ts'
import { migrate } from './db/migrate.ts'
import { shareDatabase } from './db/open-database.ts'
import { schema as t } from './db/schema.ts'
import { readEnv } from './env.ts'
import { openLog } from './server.ts'

const help = `pnpm cli <command>

  api-key create --role owner|lead|manager [--workspace <id>] [--name <words>]
      Makes an API key and prints it alone on the last line; it is shown this once.
`

/** Commands for operators; they work beside a running server and without one. Wrong use prints the help and exits 2. */
const commands: Record<string, (ctx: Context, args: string[]) => Promise<void>> = { 'api-key create': createApiKey }

const [noun, verb, ...rest] = process.argv.slice(2)
const command = commands[`${noun} ${verb}`]
if (!command) {
  process.stderr.write(noun === undefined ? help : `There is no command "${[noun, verb].filter(Boolean).join(' ')}".\n\n${help}`)
  process.exit(2)
}
try {
  await withContext((ctx) => command(ctx, rest))
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`)
  process.exitCode = 1
}

async function createApiKey(ctx: Context, args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: { role: { type: 'string' }, workspace: { type: 'string' }, name: { type: 'string' } } })
  const role = values.role as Role | undefined
  if (!role || role === 'client' || !roles.includes(role)) throw new Error('--role must be owner, lead or manager.')
  const workspaces = await ctx.db.system.select({ id: t.workspace.id, name: t.workspace.name }).from(t.workspace)
  const chosen = values.workspace === undefined ? workspaces : workspaces.filter((each) => each.id === values.workspace)
  if (chosen.length === 0)
    throw new Error(
      values.workspace === undefined ? 'There is no workspace yet. Start Answerback first.' : '--workspace: there is none of that id.',
    )
  if (chosen.length > 1) throw new Error(`Name one with --workspace:\n${workspaces.map((each) => `  ${each.id}  ${each.name}`).join('\n')}`)
  process.stdout.write(`${await makeApiKey(ctx, chosen[0]!.id, { name: values.name ?? 'Command line', role })}\n`)
}

async function withContext(run: (ctx: Context) => Promise<void>): Promise<void> {
  const env = readEnv()
  const log = openLog({ ...env, LOG_LEVEL: env.LOG_LEVEL ?? 'error' })
  const dataDir = resolve(env.DATA_DIR)
  const secrets = await loadSecrets(dataDir, env)
  const store = await shareDatabase(env, dataDir, { key: secrets.session, log, onTrouble: (reason) => log.error(reason) })
  try {
    await migrate(store.owner, { rolePassword: store.rolePassword })
    const db = connect(store.app, store.system, (error) => log.warn(error.message))
    // A command does its work itself and leaves the rest to the running server's sweep.
    const queue = { add: async () => {}, work: async () => {}, depth: async () => ({ ingest: 0, send: 0 }), close: async () => {} }
    await run({ env, secrets, log, db, queue, publish: () => {}, now: () => new Date(), fetch, platforms })
    await db.close()
  } finally {
    await store.stop()
  }
}
