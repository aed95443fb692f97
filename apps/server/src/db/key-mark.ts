import { createHash } from 'node:crypto'
import type { Client } from 'pg'

/**
 * Throws a sentence when this database belongs to another secret, before anything is changed: with it the roles would get another password, and every other
 * process would be shut out. `rolePasswords`: those that follow from our keys, today's first; none where no password is needed.
 */
export async function refuseOtherKey(owner: Client, rolePasswords: readonly string[]): Promise<void> {
  const kept = await markIn(owner)
  if (kept === null || rolePasswords.length === 0 || rolePasswords.map(markOf).includes(kept)) return
  throw new Error(
    'This database belongs to another SECRET_KEY, and nothing was changed in it. Give this process the SECRET_KEY that the other processes have (or the secrets.json in DATA_DIR that was there when it was set up). To change the secret, give both: the new one, a comma, the old one. If it is lost for good: pnpm cli keys forget --yes',
  )
}

/** Writes down which secret the database belongs to, so that it is known again. */
export async function keepMark(owner: Client, rolePasswords: readonly string[]): Promise<void> {
  if (rolePasswords.length === 0 || !(await hasTable(owner))) return
  const mark = markOf(rolePasswords[0]!)
  if ((await markIn(owner)) === mark) return
  await owner.query('begin; delete from installation')
  await owner.query('insert into installation (key_mark) values ($1)', [mark])
  await owner.query('commit')
}

async function markIn(owner: Client): Promise<string | null> {
  if (!(await hasTable(owner))) return null
  const { rows } = await owner.query<{ mark: string }>('select key_mark as mark from installation')
  return rows[0]?.mark ?? null
}

/** Not before the first start of a version that has it. */
async function hasTable(owner: Client): Promise<boolean> {
  const { rows } = await owner.query<{ there: boolean }>(`select to_regclass('public.installation') is not null as there`)
  return rows[0]!.there
}

/** Tells nothing of the password: that one is 256 random bits away. */
function markOf(rolePassword: string): string {
  return createHash('sha256').update(`mark of ${rolePassword}`).digest('hex').slice(0, 16)
}
