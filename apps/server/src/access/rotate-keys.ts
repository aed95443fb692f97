import { and, asc, eq, gt, inArray, sql } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { schema as t } from '../db/schema.ts'
import { keepSecrets, keyIdOf, makeKey, refreshSecrets, remedy, seal, unseal, type Secrets } from './secrets.ts'

/** Rows sealed again in one transaction: short, so that sending and polling go on beside it. */
const batchRows = 50
/** A server that sealed with the retired key in the moment of the change has committed after this. */
const settleMs = 5_000

/** Every column that holds something sealed: a new one belongs here, or its key is dropped under it. */
const columns = [
  { table: t.channel, id: t.channel.id, sealed: t.channel.credentials, field: 'credentials', about: 'channel' },
  { table: t.platformApp, id: t.platformApp.id, sealed: t.platformApp.secrets, field: 'secrets', about: 'platform_app' },
  { table: t.oauthState, id: t.oauthState.id, sealed: t.oauthState.sealed, field: 'sealed', about: 'oauth_state' },
] as const

export type Rotated = {
  keyId: string
  /** Rows sealed again, and keys that nothing needs any more: gone from `secrets.json`, or to be taken out of SECRET_KEY. */
  sealedAgain: number
  retired: string[]
}

/**
 * Seals every credential again under a new key, while servers run. With `secrets.json` the new key is made here and the older ones leave the file once nothing
 * uses them; with SECRET_KEY the first secret is the new key. Stopped half-way it can be run again. `pause` waits for what is just being written.
 */
export async function rotateKeys(ctx: Context, options: { pause?: (ms: number) => Promise<void> } = {}): Promise<Rotated> {
  const { secrets } = ctx
  refreshSecrets(secrets)
  if (hasFile(secrets)) {
    const { keyId, key } = secrets
    Object.assign(secrets, { ...makeKey(), olderKeys: [{ keyId, key }, ...(secrets.olderKeys ?? [])] })
    await keepSecrets(secrets)
  }
  let sealedAgain = 0
  for (const column of columns) sealedAgain += await sealAgain(ctx, column)
  const older = (secrets.olderKeys ?? []).map((each) => each.keyId)
  if (older.length > 0) {
    await (options.pause ?? wait)(settleMs)
    for (const column of columns) sealedAgain += await sealAgain(ctx, column)
  }
  const used = await keysInUse(ctx)
  const retired = older.filter((keyId) => !used.has(keyId))
  if (hasFile(secrets)) {
    secrets.olderKeys = (secrets.olderKeys ?? []).filter((each) => !retired.includes(each.keyId))
    await keepSecrets(secrets)
  }
  return { keyId: secrets.keyId, sealedAgain, retired }
}

/** Throws a sentence when the database holds something that none of our keys opens: the wrong `secrets.json` or SECRET_KEY, or a key that was changed. */
export async function checkKeys(ctx: Context): Promise<void> {
  const { secrets } = ctx
  const ours = new Set([secrets.keyId, ...(secrets.olderKeys ?? []).map((each) => each.keyId)])
  const used = [...(await keysInUse(ctx))]
  const missing = used.filter((keyId) => !ours.has(keyId))
  if (missing.length > 0)
    throw new Error(
      `Credentials in this database were encrypted with ${missing.length === 1 ? 'a key that is' : 'keys that are'} not here (${missing.join(', ')}). ${remedy(secrets)}`,
    )
  for (const keyId of used)
    if (!(await opensAny(ctx, keyId)))
      throw new Error(
        `The key ${keyId} that is here is not the one that encrypted the credentials in this database, although it has its name: it was changed. ${remedy(secrets)}`,
      )
}

/** Whether a key opens what bears its name. A few rows of each table are tried: one that was damaged by itself says nothing of the key. */
async function opensAny(ctx: Context, keyId: string): Promise<boolean> {
  for (const column of columns) {
    const rows = await ctx.db.system
      .select({ id: column.id, sealed: column.sealed })
      .from(column.table)
      .where(sql`length(${column.sealed}) > 0 and encode(substring(${column.sealed} from 1 for 4), 'hex') = ${keyId}`)
      .limit(3)
    if (rows.some((row) => opens(ctx.secrets, `${column.about}:${row.id}`, row.sealed))) return true
  }
  return false
}

/** Whether one of our keys opens what was sealed. */
export function opens(secrets: Secrets, about: string, sealed: Buffer): boolean {
  try {
    unseal(secrets, about, sealed)
    return true
  } catch {
    return false
  }
}

async function keysInUse(ctx: Context): Promise<Set<string>> {
  const used = new Set<string>()
  for (const { table, sealed } of columns) {
    const rows = await ctx.db.system
      .selectDistinct({ keyId: sql<string>`encode(substring(${sealed} from 1 for 4), 'hex')` })
      .from(table)
      .where(sql`length(${sealed}) > 0`)
    for (const row of rows) used.add(row.keyId)
  }
  return used
}

async function sealAgain(ctx: Context, { table, id, sealed, field, about }: (typeof columns)[number]): Promise<number> {
  let after: string | null = null
  let count = 0
  for (;;) {
    const rows: { id: string; sealed: Buffer }[] = await ctx.db.system
      .select({ id, sealed })
      .from(table)
      .where(and(after === null ? undefined : gt(id, after), sql`length(${sealed}) > 0`))
      .orderBy(asc(id))
      .limit(batchRows)
    if (rows.length === 0) return count
    after = rows.at(-1)!.id
    const stale = rows.filter((row) => keyIdOf(row.sealed) !== ctx.secrets.keyId).map((row) => row.id)
    if (stale.length === 0) continue
    count += await ctx.db.system.transaction(async (tx) => {
      // Locked and read again: a token renewed meanwhile must not be written over.
      const locked = await tx.select({ id, sealed }).from(table).where(inArray(id, stale)).orderBy(asc(id)).for('update')
      const due = locked.filter((row) => row.sealed.length > 0 && keyIdOf(row.sealed) !== ctx.secrets.keyId)
      for (const row of due) {
        const binding = `${about}:${row.id}`
        const again = seal(ctx.secrets, binding, unseal(ctx.secrets, binding, row.sealed))
        await tx
          .update(table)
          .set({ [field]: again })
          .where(eq(id, row.id))
      }
      return due.length
    })
  }
}

function hasFile(secrets: Secrets): secrets is Secrets & { path: string } {
  return secrets.path !== undefined
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
