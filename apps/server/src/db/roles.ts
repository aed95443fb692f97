import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto'
import { Client } from 'pg'

const roles = ['answerback_app', 'answerback_system'] as const

/**
 * Makes the two login roles beside the owner: `answerback_app` (behind row-level security) and `answerback_system` (narrow grants).
 * On the embedded server they need no password: only its private socket is open. A managed server that forbids making roles gets the SQL to run, in the error.
 */
export async function ensureRoles(owner: Client, password: string | null): Promise<void> {
  const refused: string[] = []
  let reason = ''
  for (const role of roles) {
    const { rowCount } = await owner.query('select 1 from pg_roles where rolname = $1', [role])
    const word = rowCount === 0 ? 'create' : 'alter'
    if (word === 'alter' && (password === null || (await letsIn(owner, role, password)))) continue
    try {
      const secret = password === null ? '' : ` password ${owner.escapeLiteral(password)}`
      // Who may only make roles may not name these of one that is there.
      const attributes = rowCount === 0 ? ' login nosuperuser nocreatedb nocreaterole nobypassrls' : ''
      await owner.query(`${word} role ${role}${attributes}${secret}`)
    } catch (error) {
      // Two starts at once: the other one made it.
      if (['42710', '23505'].includes((error as { code?: string }).code ?? '')) continue
      reason = (error as Error).message
      refused.push(`  ${word} role ${role} login nosuperuser nobypassrls${password === null ? '' : ` password '${verifierOf(password)}'`};`)
    }
  }
  if (refused.length > 0)
    throw new Error(
      `This database user may not make roles (${reason}), and Answerback works through two of its own. Run this as an administrator, then start again:\n${refused.join('\n')}`,
    )
  const { rows } = await owner.query<{ name: string; open: boolean }>(
    `select current_database() as name, has_database_privilege('answerback_app', current_database(), 'connect') and has_database_privilege('answerback_system', current_database(), 'connect') as open`,
  )
  const { name, open } = rows[0]!
  if (!open) await owner.query(`grant connect on database ${owner.escapeIdentifier(name)} to ${roles.join(', ')}`)
}

/** A role that an administrator made is left alone if it works. */
async function letsIn(owner: Client, role: string, password: string): Promise<boolean> {
  const client = new Client({ host: owner.host, port: owner.port, database: owner.database, ssl: owner.ssl, user: role, password })
  client.on('error', () => {})
  try {
    await client.connect()
    return true
  } catch {
    return false
  } finally {
    await client.end().catch(() => {})
  }
}

/** What the server keeps of a password (SCRAM-SHA-256, RFC 5803): it lets the password in and does not tell it, so it may be shown and copied. */
function verifierOf(password: string): string {
  const [salt, rounds] = [randomBytes(16), 4_096]
  const salted = pbkdf2Sync(password, salt, rounds, 32, 'sha256')
  const hmac = (text: string) => createHmac('sha256', salted).update(text).digest()
  const storedKey = createHash('sha256').update(hmac('Client Key')).digest('base64')
  return `SCRAM-SHA-256$${rounds}:${salt.toString('base64')}$${storedKey}:${hmac('Server Key').toString('base64')}`
}
