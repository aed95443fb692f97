import { existsSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { noteBackup } from '../backup/last-backup.ts'
import { writeBackup } from '../backup/write-backup.ts'
import { version } from '../operate/version.ts'
import { Misuse, print, type Command } from './command.ts'
import { withContext } from './installation.ts'

export const backup: Command = {
  usage: 'backup <file> [--with-secrets]',
  words:
    'Writes everything but sessions into one file (tar, gzip), as it stands in one instant, also while Answerback runs. --with-secrets adds the keys that open the connected accounts: keep such a file as you keep a password.',
  run(args) {
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options: { 'with-secrets': { type: 'boolean' } } })
    if (positionals.length !== 1) throw new Misuse('Name the file to write.')
    const file = resolve(positionals[0]!)
    if (existsSync(file)) throw new Misuse(`${file} is already there. Choose another name.`)
    return withContext(async (ctx, { dataDir, store, secrets }) => {
      if (values['with-secrets'] && secrets.path === undefined)
        throw new Misuse('The secrets of this installation follow from SECRET_KEY and are in no file: keep that beside the backup.')
      const kept = values['with-secrets'] && secrets.path !== undefined ? await readFile(secrets.path, 'utf8') : null
      const { tables, madeAt } = await writeBackup(store, { file, now: ctx.now(), version, secrets: kept })
      await noteBackup(dataDir, madeAt)
      const rows = tables.reduce((sum, table) => sum + table.rows, 0)
      print(`Wrote ${file}: ${rows} rows of ${tables.length} tables, ${Math.ceil((await stat(file)).size / 1024)} KiB.`)
      if (kept === null)
        print(
          `It holds no secrets. To use the connected accounts after a restore, keep ${secrets.path ?? 'SECRET_KEY'} beside it, or use --with-secrets.`,
        )
    })
  },
}
