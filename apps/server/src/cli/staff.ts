import { parseArgs } from 'node:util'
import { eq } from 'drizzle-orm'
import { roles, type Role } from '@answerback/core/permissions'
import { record } from '../access/audit.ts'
import { openAuth } from '../access/auth.ts'
import { changeRole as giveRole, removeStaff as takeOut } from '../access/staff.ts'
import { addMember } from '../access/workspaces.ts'
import type { Context } from '../context.ts'
import { runningUrl } from '../db/owner-lock.ts'
import { schema as t } from '../db/schema.ts'
import { changing } from '../live/change-log.ts'
import { Misuse, print, printTable, type Command } from './command.ts'
import { chooseWorkspace, withContext } from './installation.ts'

const options = { email: { type: 'string' }, name: { type: 'string' }, role: { type: 'string' }, workspace: { type: 'string' } } as const

export const listStaff: Command = {
  usage: 'staff list [--workspace <id>]',
  words: 'Who works here, in which role.',
  run(args) {
    const { values } = parseArgs({ args, options })
    return withContext(async (ctx) => {
      const people = await peopleOf(ctx, await chooseWorkspace(ctx, values.workspace))
      if (people.length === 0) return print('Nobody yet.')
      printTable(people.map((each) => [each.name, each.email, each.role]))
    })
  },
}

export const addStaff: Command = {
  usage: 'staff add --email <address> --name <words> --role owner|lead|manager|client [--workspace <id>]',
  words: 'Adds somebody and prints a link with which they come in once.',
  run(args) {
    const { values } = parseArgs({ args, options })
    const email = emailOf(values.email)
    const role = roleOf(values.role)
    const name = values.name?.trim()
    if (!name) throw new Misuse('--name: say what they are called.')
    return withContext(async (ctx, { dataDir }) => {
      const workspaceId = await chooseWorkspace(ctx, values.workspace)
      if ((await peopleOf(ctx, workspaceId)).some((each) => each.email === email))
        throw new Error(`${email} is already here. Change the role with: pnpm cli staff role --email ${email} --role ${role}`)
      await addMember(ctx, workspaceId, { name, email, role })
      await changing(ctx, workspaceId, async (change) => {
        change.staffChanged()
        await record(change.tx, { workspaceId, byId: null, what: 'staff.added', about: { email, role }, at: ctx.now() })
      })
      print(`${name} is here as ${role}. They come in, once, by this link:\n${await linkFor(ctx, dataDir, email)}`)
    })
  },
}

export const changeRole: Command = {
  usage: 'staff role --email <address> --role owner|lead|manager|client [--workspace <id>]',
  words: 'Gives somebody another role, at once.',
  run(args) {
    const { values } = parseArgs({ args, options })
    const email = emailOf(values.email)
    const role = roleOf(values.role)
    return withContext(async (ctx, { cut }) => {
      const workspaceId = await chooseWorkspace(ctx, values.workspace)
      const person = await personOf(ctx, workspaceId, email)
      await giveRole(ctx, { workspaceId, id: null }, person.id, role, cut)
      print(`${person.name} is now ${role}.`)
    })
  },
}

export const removeStaff: Command = {
  usage: 'staff remove --email <address> [--workspace <id>]',
  words: 'Takes somebody out of a workspace, at once. What they wrote stays under their name, what they had is nobody’s then.',
  run(args) {
    const { values } = parseArgs({ args, options })
    const email = emailOf(values.email)
    return withContext(async (ctx, { cut }) => {
      const workspaceId = await chooseWorkspace(ctx, values.workspace)
      const person = await personOf(ctx, workspaceId, email)
      await takeOut(ctx, { workspaceId, id: null }, person.id, cut)
      print(`${person.name} is out.`)
    })
  },
}

export const makeSignInLink: Command = {
  usage: 'staff sign-in-link --email <address>',
  words: 'Prints, alone on the last line, a link that signs this person in once, within a day.',
  run(args) {
    const { values } = parseArgs({ args, options })
    const email = emailOf(values.email)
    return withContext(async (ctx, { dataDir }) => {
      const known = await ctx.db.system.select({ id: t.user.id }).from(t.user).where(eq(t.user.email, email))
      if (!known[0]) throw new Error(`Nobody here has the address ${email}. Those who are: pnpm cli staff list`)
      print(await linkFor(ctx, dataDir, email))
    })
  },
}

function linkFor(ctx: Context, dataDir: string, email: string): Promise<string> {
  const publicUrl = ctx.env.PUBLIC_URL ?? runningUrl(dataDir) ?? `http://localhost:${ctx.env.PORT}`
  return openAuth(ctx, { publicUrl: () => publicUrl }).signInLink(email)
}

type Person = { id: string; name: string; email: string; role: Role }

function peopleOf(ctx: Context, workspaceId: string): Promise<Person[]> {
  return ctx.db.system
    .select({ id: t.member.userId, name: t.member.name, email: t.user.email, role: t.member.role })
    .from(t.member)
    .innerJoin(t.user, eq(t.user.id, t.member.userId))
    .where(eq(t.member.workspaceId, workspaceId))
    .orderBy(t.member.createdAt)
}

/** Throws when there is none. */
async function personOf(ctx: Context, workspaceId: string, email: string): Promise<Person> {
  const person = (await peopleOf(ctx, workspaceId)).find((each) => each.email === email)
  if (!person) throw new Error(`Nobody here has the address ${email}. Those who are: pnpm cli staff list`)
  return person
}

function emailOf(text: string | undefined): string {
  const email = text?.trim().toLowerCase()
  if (!email || !/^\S+@\S+$/.test(email)) throw new Misuse('--email: give an e-mail address.')
  return email
}

function roleOf(text: string | undefined): Role {
  if (!roles.includes(text as Role)) throw new Misuse(`--role must be ${roles.join(', ')}.`)
  return text as Role
}
