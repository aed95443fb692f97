import type { Client } from 'pg'

/**
 * Makes the two login roles beside the owner: `answerback_app` (behind row-level security) and `answerback_system` (narrow grants).
 * On the embedded server they need no password: only its private socket is open. A managed server that forbids making roles gets the SQL to run, in the error.
 */
export async function ensureRoles(owner: Client, password: string | null): Promise<void> {
  for (const role of ['answerback_app', 'answerback_system']) {
    const { rowCount } = await owner.query('select 1 from pg_roles where rolname = $1', [role])
    const secret = password === null ? '' : ` password ${owner.escapeLiteral(password)}`
    try {
      if (rowCount === 0) await owner.query(`create role ${role} login nosuperuser nocreatedb nocreaterole nobypassrls${secret}`)
      else if (password !== null) await owner.query(`alter role ${role}${secret}`)
    } catch (error) {
      // Two starts at once: the other one made it.
      if ((error as { code?: string }).code === '42710') continue
      throw new Error(
        `This database user may not make roles. Run as an administrator: create role ${role} login nosuperuser nobypassrls password '...'; (${(error as Error).message})`,
      )
    }
  }
  const { rows } = await owner.query<{ db: string }>('select current_database() as db')
  await owner.query(`grant connect on database ${owner.escapeIdentifier(rows[0]!.db)} to answerback_app, answerback_system`)
}
