import { uuidv7 } from 'uuidv7'
import type { Queryable } from '../db/connection.ts'
import { schema as t } from '../db/schema.ts'

/** One line of the audit trail, in the transaction of what it tells. `about` holds ids and words, never a secret. */
export async function record(
  tx: Queryable,
  line: { workspaceId: string; byId: string | null; what: string; about: Record<string, unknown>; at: Date },
): Promise<void> {
  const { at, ...rest } = line
  await tx.insert(t.audit).values({ id: uuidv7(), createdAt: at, ...rest })
}
