import { parseArgs } from 'node:util'
import { roles, scopes, scopesFor, type Role, type Scope } from '@answerback/core/permissions'
import { makeApiKey } from '../access/workspaces.ts'
import { Misuse, print, type Command } from './command.ts'
import { chooseWorkspace, withContext } from './installation.ts'

const options = {
  role: { type: 'string' },
  scope: { type: 'string', multiple: true },
  expires: { type: 'string' },
  workspace: { type: 'string' },
  name: { type: 'string' },
} as const

export const createApiKey: Command = {
  usage:
    'api-key create --role owner|lead|manager [--scope read,reply,act,settings] [--expires 90d|2027-01-31] [--workspace <id>] [--name <words>]',
  words:
    'Makes an API key and prints it alone on the last line; it is shown this once. It may do what its role may, only as far as its scopes reach; without --scope all of it, without --expires for ever.',
  run(args) {
    const { values } = parseArgs({ args, options })
    const role = values.role as Role | undefined
    if (!role || role === 'client' || !roles.includes(role)) throw new Misuse('--role must be owner, lead or manager.')
    const chosen = scopesOf(values.scope, role)
    return withContext(async (ctx) => {
      const expiresAt = values.expires === undefined ? null : endOf(values.expires, ctx.now())
      const workspaceId = await chooseWorkspace(ctx, values.workspace)
      print(await makeApiKey(ctx, workspaceId, { name: values.name ?? 'Command line', role, scopes: chosen, expiresAt }))
    })
  },
}

/** Given once or several times, one or several at a time. */
function scopesOf(given: string[] | undefined, role: Role): Scope[] | undefined {
  if (given === undefined) return undefined
  const names = given.flatMap((each) => each.split(',')).map((each) => each.trim())
  const useful = scopesFor(role)
  const unknown = names.find((each) => !scopes.includes(each as Scope))
  if (unknown !== undefined) throw new Misuse(`--scope: there is no “${unknown}”. There are ${useful.join(', ')}.`)
  const useless = names.find((each) => !useful.includes(each as Scope))
  if (useless !== undefined) throw new Misuse(`--scope: “${useless}” gives a ${role} nothing. What does: ${useful.join(', ')}.`)
  return names as Scope[]
}

/** In so many days from now, or when that day begins (UTC). */
function endOf(text: string, now: Date): Date {
  const days = /^(\d{1,5})d$/.exec(text)?.[1]
  const at = days === undefined ? new Date(text) : new Date(now.getTime() + Number(days) * 86_400_000)
  if ((days === undefined && !/^\d{4}-\d{2}-\d{2}/.test(text)) || Number.isNaN(at.getTime()))
    throw new Misuse('--expires: give a number of days, as in 90d, or a day, as in 2027-01-31.')
  if (at <= now) throw new Misuse('--expires: choose a time that is still to come.')
  return at
}
