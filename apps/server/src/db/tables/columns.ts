import { customType, timestamp, uuid } from 'drizzle-orm/pg-core'

/** Raw bytes. */
export const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' })

/** An instant: `timestamptz(3)` in UTC, so that a JavaScript Date is exact. */
export const at = (name: string) => timestamp(name, { withTimezone: true, precision: 3 })

/** A UUIDv7, made here. */
export const id = () => uuid('id').primaryKey()

/** Whose row it is: behind the wall of that workspace. */
export const workspaceId = () => uuid('workspace_id').notNull()

/** The words of a text as PostgreSQL's full text search keeps them. */
export const tsvector = customType<{ data: string }>({ dataType: () => 'tsvector' })
