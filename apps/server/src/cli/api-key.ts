import { parseArgs } from 'node:util'
import { roles, type Role } from '@answerback/core/permissions'
import { makeApiKey } from '../access/workspaces.ts'
import { Misuse, print, type Command } from './command.ts'
import { chooseWorkspace, withContext } from './installation.ts'

export const createApiKey: Command = {
  usage: 'api-key create --role owner|lead|manager [--workspace <id>] [--name <words>]',
  words: 'Makes an API key and prints it alone on the last line; it is shown this once.',
  run(args) {
    const { values } = parseArgs({ args, options: { role: { type: 'string' }, workspace: { type: 'string' }, name: { type: 'string' } } })
    const role = values.role as Role | undefined
    if (!role || role === 'client' || !roles.includes(role)) throw new Misuse('--role must be owner, lead or manager.')
    return withContext(async (ctx) =>
      print(await makeApiKey(ctx, await chooseWorkspace(ctx, values.workspace), { name: values.name ?? 'Command line', role })),
    )
  },
}
