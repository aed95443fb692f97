import { Client, type ClientConfig } from 'pg'

/** The oldest PostgreSQL that this runs on. */
const oldestMajor = 16

/** What a server says of itself that decides whether it can be used. */
type Condition = { version: number; readOnly: boolean; standby: boolean; mayCreate: boolean; encoding: string }

/** Connects as the owner and looks whether this database can be ours. Throws one sentence that says what to do when it cannot. */
export async function openOwner(config: ClientConfig): Promise<Client> {
  const client = new Client({ connectionTimeoutMillis: 10_000, ...config })
  // A connection that is lost while it is used fails the statement; nobody else needs to hear of it.
  client.on('error', () => {})
  try {
    await client.connect()
  } catch (error) {
    throw new Error(explainConnection(error), { cause: error })
  }
  const { rows } = await client.query<Condition>(`
    select current_setting('server_version_num')::int as version, current_setting('default_transaction_read_only') = 'on' as "readOnly",
      pg_is_in_recovery() as standby, has_database_privilege(current_database(), 'create') as "mayCreate", current_setting('server_encoding') as encoding`)
  const trouble = explainCondition(rows[0]!)
  if (!trouble) return client
  await client.end()
  throw new Error(trouble)
}

/** Why such a server cannot be used and what to do, or null. */
export function explainCondition({ version, readOnly, standby, mayCreate, encoding }: Condition): string | null {
  const major = Math.floor(version / 10_000)
  if (major < oldestMajor)
    return `The database is PostgreSQL ${major}, and Answerback needs ${oldestMajor} or later. Upgrade that server, or leave DATABASE_URL out to use the one that Answerback brings.`
  if (standby) return 'The database is a standby that only follows another one. Point DATABASE_URL at the primary server.'
  if (readOnly)
    return 'The database only lets itself be read (default_transaction_read_only is on). Point DATABASE_URL at the primary server, or turn that setting off for this user and database.'
  if (encoding !== 'UTF8')
    return `The database stores text as ${encoding}, and people write in every script. Make one with: create database answerback encoding 'UTF8' template template0`
  if (!mayCreate)
    return 'This database user may not make tables here. Make it the owner of the database (alter database ... owner to ...), or give it one of its own.'
  return null
}

/** Why there is no connection and what to do (SQLSTATE, appendix A of the PostgreSQL manual; errno names of Node). */
export function explainConnection(error: unknown): string {
  const { code, message } = error as { code?: string; message: string }
  switch (code) {
    case '28P01':
    case '28000':
      return `The database refused the user or password of DATABASE_URL (${message}). Correct them there; special characters of a password are written percent-encoded.`
    case '3D000':
      return `There is no such database (${message}). Make it with: create database answerback encoding 'UTF8' template template0`
    case '53300':
      return `The database takes no more connections (${message}). Raise its max_connections, or start fewer processes.`
    case '57P03':
      return `The database is just starting or stopping (${message}). Start Answerback again in a moment.`
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `The host name of DATABASE_URL is not known (${message}). Correct it, or start the database first.`
    case 'ECONNREFUSED':
    case 'ENOENT':
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
      return `No database answers at the address of DATABASE_URL (${message || code}). Start it, or correct host and port.`
    default:
      return /timeout/i.test(message)
        ? `No database answers at the address of DATABASE_URL (${message}). Start it, or correct host and port; a firewall may be in between.`
        : `The database could not be opened: ${message}`
  }
}
