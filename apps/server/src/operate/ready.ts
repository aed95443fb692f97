import { sql } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { reasonOf } from '../db/reason.ts'
import { knownMigrations } from '../db/migrate.ts'

/** A check that takes longer has failed. */
const patienceMs = 2_000

/** What keeps this process from working, each in a sentence; empty when it is ready. Checks the database, its migrations and the queue, each within 2 s. */
export async function whatIsMissing(ctx: Context): Promise<string[]> {
  const database = await trouble('The database does not answer', () => ctx.db.system.execute(sql`select 1`))
  // Without a database nothing further can be asked that would say anything new.
  if (database) return [database]
  const rest = await Promise.all([
    trouble('Its migrations could not be read', () => checkMigrations(ctx)),
    trouble('The queue does not answer', () => ctx.queue.depth()),
  ])
  return rest.filter((each) => each !== null)
}

async function checkMigrations(ctx: Context): Promise<void> {
  const { rows } = await ctx.db.system.execute<{ done: number }>(sql`select count(*) as done from drizzle.__drizzle_migrations`)
  const [done, known] = [rows[0]!.done, (await knownMigrations()).length]
  if (done < known) throw new Error(`${known - done} of ${known} are still to be run: start Answerback once with this version`)
}

async function trouble(words: string, check: () => Promise<unknown>): Promise<string | null> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${patienceMs / 1000} s`)), patienceMs)
  })
  try {
    await Promise.race([check(), late])
    return null
  } catch (error) {
    return `${words}: ${reasonOf(error)}.`
  } finally {
    clearTimeout(timer)
  }
}
