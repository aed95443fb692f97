import { parseArgs } from 'node:util'
import { and, eq } from 'drizzle-orm'
import { uuidv7 } from 'uuidv7'
import { roles, type Role } from '@answerback/core/permissions'
import { openAuth } from '../access/auth.ts'
import { addMember } from '../access/workspaces.ts'
import type { Context } from '../context.ts'
import type { Queryable } from '../db/connection.ts'
import { runningUrl } from '../db/owner-lock.ts'
import { schema as t } from '../db/schema.ts'
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
      await ctx.db.inWorkspace(workspaceId, (tx) => note(ctx, tx, workspaceId, 'staff.added', { email, role }))
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
    return withContext(async (ctx) => {
      const workspaceId = await chooseWorkspace(ctx, values.workspace)
      const person = await personOf(ctx, workspaceId, email, role === 'owner' ? null : 'another role')
      await ctx.db.inWorkspace(workspaceId, async (tx) => {
        await tx.update(t.member).set({ role }).where(eq(t.member.userId, person.id))
        await note(ctx, tx, workspaceId, 'staff.role', { email, role, before: person.role })
      })
      print(`${person.name} is now ${role}.`)
    })
  },
}

export const removeStaff: Command = {
  usage: 'staff remove --email <address> [--workspace <id>]',
  words: 'Takes somebody out of a workspace, at once. What they wrote stays under their name.',
  run(args) {
    const { values } = parseArgs({ args, options })
    const email = emailOf(values.email)
    return withContext(async (ctx) => {
      const workspaceId = await chooseWorkspace(ctx, values.workspace)
      const person = await personOf(ctx, workspaceId, email, 'no place here')
      await ctx.db.inWorkspace(workspaceId, async (tx) => {
        await tx.delete(t.member).where(and(eq(t.member.workspaceId, workspaceId), eq(t.member.userId, person.id)))
        await note(ctx, tx, workspaceId, 'staff.removed', { email })
      })
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

/** Throws when there is none, or when the only owner would get `without` (null: no owner is lost). */
async function personOf(ctx: Context, workspaceId: string, email: string, without: string | null): Promise<Person> {
  const people = await peopleOf(ctx, workspaceId)
  const person = people.find((each) => each.email === email)
  if (!person) throw new Error(`Nobody here has the address ${email}. Those who are: pnpm cli staff list`)
  if (without !== null && person.role === 'owner' && people.filter((each) => each.role === 'owner').length === 1)
    throw new Error(
      `${person.name} is the only owner and can have ${without} only when there is another one. Make somebody else owner first.`,
    )
  return person
}

async function note(ctx: Context, tx: Queryable, workspaceId: string, what: string, about: object): Promise<void> {
  await tx
    .insert(t.audit)
    .values({ id: uuidv7(), workspaceId, byId: null, what, about: { ...about, from: 'command line' }, createdAt: ctx.now() })
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
