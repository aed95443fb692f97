import { DrizzleQueryError } from 'drizzle-orm'

/** Why something failed, in one line. Of a refused statement only the database's words: the statement's values are people's. */
export function reasonOf(error: unknown): string {
  const said = error instanceof DrizzleQueryError && error.cause ? error.cause : error
  return said instanceof Error ? said.message : String(said)
}
