import { once } from 'node:events'
import { parseArgs } from 'node:util'
import { exportQuery } from '@answerback/core/api'
import { record } from '../access/audit.ts'
import { exportTurns } from '../inbox/export.ts'
import { writeExport } from '../inbox/export-file.ts'
import { Misuse, type Command } from './command.ts'
import { chooseWorkspace, withContext } from './installation.ts'

export const exportAll: Command = {
  usage: 'export [--format csv|ndjson] [--workspace <id>]',
  words:
    'Writes every turn, a line each, to the standard output: who waited since when, what became of it, and the words. As CSV unless told otherwise.',
  run(args) {
    const { values } = parseArgs({ args, options: { format: { type: 'string', default: 'csv' }, workspace: { type: 'string' } } })
    const { format } = values
    if (format !== 'csv' && format !== 'ndjson') throw new Misuse('--format: csv or ndjson.')
    return withContext(async (ctx) => {
      const workspaceId = await chooseWorkspace(ctx, values.workspace)
      const at = ctx.now()
      await ctx.db.inWorkspace(workspaceId, (tx) =>
        record(tx, { workspaceId, byId: null, what: 'inbox.exported', about: { format, state: 'all' }, at }),
      )
      // Nobody is `me` on the command line, and nothing here asks for them.
      for await (const piece of writeExport(exportTurns(ctx, workspaceId, exportQuery.parse({}), workspaceId), format))
        if (!process.stdout.write(piece)) await once(process.stdout, 'drain')
    })
  },
}
