import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto'
import { Client } from 'pg'
import { explainConnection } from './open-owner.ts'

const roles = ['answerback_app', 'answerback_system'] as const

/**
 * Makes the two login roles beside the owner: `answerback_app` (behind row-level security) and `answerback_system` (narrow grants). `passwords`: today's first,
 * then older ones, which prove that the roles are ours to give the new one; of others' roles nothing is changed, unless a person says so (`takeOver`). On the embedded server there are none: only
 * its private socket is open. Throws a sentence with the SQL to run where an administrator has to decide.
 */
export async function ensureRoles(owner: Client, passwords: readonly string[], { takeOver = false } = {}): Promise<void> {
  const [password, ...older] = passwords
  const refused: string[] = []
  let reason = ''
  for (const role of roles) {
    const { rowCount } = await owner.query('select 1 from pg_roles where rolname = $1', [role])
    const word = rowCount === 0 ? 'create' : 'alter'
    if (word === 'alter' && (password === undefined || (await letsIn(owner, role, password)))) continue
    if (word === 'alter' && !takeOver && !(await anyLetsIn(owner, role, older))) throw new Error(foreignRoles(password!))
    try {
      const secret = password === undefined ? '' : ` password ${owner.escapeLiteral(password)}`
      // Who may only make roles may not name these of one that is there.
      const attributes = rowCount === 0 ? ' login nosuperuser nocreatedb nocreaterole nobypassrls' : ''
      await owner.query(`${word} role ${role}${attributes}${secret}`)
    } catch (error) {
      // Two starts at once: the other one made it.
      if (['42710', '23505'].includes((error as { code?: string }).code ?? '')) continue
      reason = (error as Error).message
      refused.push(statementFor(word, role, password))
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

async function anyLetsIn(owner: Client, role: string, passwords: readonly string[]): Promise<boolean> {
  for (const password of passwords) if (await letsIn(owner, role, password)) return true
  return false
}

/** False when it is not the password; throws when that cannot be found out. */
async function letsIn(owner: Client, role: string, password: string): Promise<boolean> {
  const client = new Client({ host: owner.host, port: owner.port, database: owner.database, ssl: owner.ssl, user: role, password })
  client.on('error', () => {})
  try {
    await client.connect()
    return true
  } catch (error) {
    // SQLSTATE invalid_password, and what a role without any gets.
    if (['28P01', '28000'].includes((error as { code?: string }).code ?? '')) return false
    throw new Error(explainConnection(error), { cause: error })
  } finally {
    await client.end().catch(() => {})
  }
}

/** Roles are the whole server's: another installation on it would be shut out. */
function foreignRoles(password: string): string {
  return `The roles ${roles.join(' and ')} of this PostgreSQL server have a password that does not follow from this SECRET_KEY: another Answerback uses the server, or did. Nothing was changed. Give both the same SECRET_KEY, or this one a PostgreSQL server of its own; if no other needs them any more, run this as an administrator, then start again:\n${roles.map((role) => statementFor('alter', role, password)).join('\n')}`
}

function statementFor(word: 'create' | 'alter', role: string, password: string | undefined): string {
  return `  ${word} role ${role} login nosuperuser nobypassrls${password === undefined ? '' : ` password '${verifierOf(password)}'`};`
}

/** What the server keeps of a password (SCRAM-SHA-256, RFC 5803): it lets the password in and does not tell it, so it may be shown and copied. */
function verifierOf(password: string): string {
  const [salt, rounds] = [randomBytes(16), 4_096]
  const salted = pbkdf2Sync(password, salt, rounds, 32, 'sha256')
  const hmac = (text: string) => createHmac('sha256', salted).update(text).digest()
  const storedKey = createHash('sha256').update(hmac('Client Key')).digest('base64')
  return `SCRAM-SHA-256$${rounds}:${salt.toString('base64')}$${storedKey}:${hmac('Server Key').toString('base64')}`
}
