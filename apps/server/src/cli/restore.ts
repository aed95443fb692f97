import { existsSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { eq } from 'drizzle-orm'
import { endDemo } from '../access/end-demo.ts'
import { readBackup, readManifest } from '../backup/read-backup.ts'
import type { Context } from '../context.ts'
import { schema as t } from '../db/schema.ts'
import { readEnv } from '../env.ts'
import { recompute } from '../inbox/recompute.ts'
import { changing } from '../live/change-log.ts'
import { Misuse, print, type Command } from './command.ts'
import { refuseWhileServing, withContext, withStore } from './installation.ts'

export const restore: Command = {
  usage: 'restore <file>',
  words:
    'Puts a backup into an empty database (a new DATA_DIR, or an empty DATABASE_URL) while Answerback does not run. Everybody signs in anew.',
  async run(args) {
    const { positionals } = parseArgs({ args, allowPositionals: true })
    if (positionals.length !== 1) throw new Misuse('Name the backup to restore.')
    const file = resolve(positionals[0]!)
    const { manifest, secrets } = await readManifest(file)
    const env = readEnv()
    const dataDir = resolve(env.DATA_DIR)
    const secretsFile = join(dataDir, 'secrets.json')
    const brings = secrets !== null && !existsSync(secretsFile) && env.secretKey === undefined
    // Before the database is opened, which would make new ones.
    if (brings) {
      await mkdir(dataDir, { recursive: true, mode: 0o700 })
      await writeFile(secretsFile, secrets, { mode: 0o600, flag: 'wx' })
    }
    await withStore(async ({ store }) => {
      await refuseWhileServing(store)
      await readBackup(file, store, { now: new Date() })
    }).catch(async (error: unknown) => {
      // Nothing came here that they would open.
      if (brings) await rm(secretsFile, { force: true })
      throw error
    })
    const missing = await withContext(async (ctx) => {
      await recomputeDoubtful(ctx)
      const { secrets: here } = ctx
      const ours = [here.keyId, ...(here.olderKeys ?? []).map((each) => each.keyId)]
      return manifest.keyIds.filter((id) => !ours.includes(id))
    })
    const demo = await withContext(
      async (ctx) => (await ctx.db.system.select().from(t.workspace).where(eq(t.workspace.demo, true))).length > 0,
    )
    if (!demo) await endDemo(dataDir)
    const rows = manifest.tables.reduce((sum, table) => sum + table.rows, 0)
    print(`Restored ${rows} rows, as they stood at ${manifest.madeAt}. Everybody signs in anew.`)
    if (missing.length > 0)
      print(
        `The connected accounts cannot be used yet: their credentials need the secrets of the installation that made the backup. Put its secrets.json in place of ${secretsFile} (or set its SECRET_KEY) before you start, or connect the accounts again.`,
      )
  },
}

/** Replies whose fate is in doubt show on their conversations. */
async function recomputeDoubtful(ctx: Context): Promise<void> {
  for (const { id } of await ctx.db.system.select({ id: t.workspace.id }).from(t.workspace))
    await changing(ctx, id, async (change) => {
      const rows = await change.tx.selectDistinct({ id: t.reply.conversationId }).from(t.reply).where(eq(t.reply.state, 'needs_check'))
      for (const row of rows) await recompute(ctx, change, row.id)
    })
}
