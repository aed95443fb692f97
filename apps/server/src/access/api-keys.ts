import { and, desc, eq, isNull } from 'drizzle-orm'
import { uuidv7 } from 'uuidv7'
import type { ApiKeyView } from '@answerback/core/access-api'
import { atLeast, scopes as allScopes, type Role, type Scope } from '@answerback/core/permissions'
import { Problem } from '@answerback/core/problem'
import type { Context } from '../context.ts'
import { schema as t } from '../db/schema.ts'
import type { Actor } from '../http/actor.ts'
import { record } from './audit.ts'
import { hashToken, makeToken } from './tokens.ts'

/**
 * Makes an API key of the workspace; its text is shown this once, only its hash is kept. Without `scopes` it may do all that its role may. No `by`: on the
 * command line, by whoever runs the server. Throws `forbidden` for a key that could do more than its maker.
 */
export async function issueApiKey(
  ctx: Context,
  workspaceId: string,
  input: { name: string; role: Role; scopes?: readonly Scope[] | undefined; expiresAt?: Date | null; by?: Actor },
): Promise<{ id: string; key: string }> {
  const { name, role, expiresAt = null, by } = input
  // In one order, each once.
  const scopes = input.scopes ? allScopes.filter((each) => input.scopes!.includes(each)) : null
  if (by && !atLeast(by.role, role)) throw new Problem('forbidden', `A key can do at most what you can (${by.role}).`)
  if (by?.scopes && !(scopes ?? allScopes).every((each) => by.scopes!.includes(each)))
    throw new Problem('forbidden', `A key can do at most what yours can. Name some of its scopes: ${by.scopes.join(', ')}.`)
  const now = ctx.now()
  if (expiresAt && expiresAt <= now)
    throw new Problem('bad_request', 'expiresAt: choose a time that is still to come.', {
      invalidParams: [{ name: 'expiresAt', reason: 'is in the past' }],
    })
  const id = uuidv7()
  const key = `ab_${makeToken()}`
  const row = { id, workspaceId, name, role, scopes, hash: hashToken(key), createdById: by?.id ?? null, createdAt: now, expiresAt }
  await ctx.db.system.transaction(async (tx) => {
    await tx.insert(t.apiKey).values(row)
    if (by) await record(tx, { workspaceId, byId: by.id, what: 'api_key.made', about: { apiKeyId: id, name, role, scopes }, at: now })
  })
  return { id, key }
}

/** The keys of a workspace that were not revoked, newest first; expired ones stay until somebody revokes them. */
export async function listApiKeys(ctx: Context, workspaceId: string): Promise<ApiKeyView[]> {
  const rows = await ctx.db.system.select().from(t.apiKey).where(standing(workspaceId)).orderBy(desc(t.apiKey.createdAt), desc(t.apiKey.id))
  return rows.map(({ id, name, role, scopes, createdById, createdAt, expiresAt, lastUsedAt }) => ({
    id,
    name,
    role,
    scopes,
    createdById,
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt?.toISOString() ?? null,
    lastUsedAt: lastUsedAt?.toISOString() ?? null,
  }))
}

/** Ends a key at once. Throws `not_found`, `forbidden` for a key that may do more than oneself. */
export async function revokeApiKey(ctx: Context, actor: Actor, id: string): Promise<void> {
  const now = ctx.now()
  const { workspaceId } = actor
  await ctx.db.system.transaction(async (tx) => {
    const [row] = await tx
      .select()
      .from(t.apiKey)
      .where(and(standing(workspaceId), eq(t.apiKey.id, id)))
      .for('update')
    if (!row) throw new Problem('not_found', 'There is no API key of that id.')
    if (!atLeast(actor.role, row.role)) throw new Problem('forbidden', `Your role (${actor.role}) may not revoke this key.`)
    await tx.update(t.apiKey).set({ revokedAt: now }).where(eq(t.apiKey.id, id))
    await record(tx, { workspaceId, byId: actor.id, what: 'api_key.revoked', about: { apiKeyId: id, name: row.name }, at: now })
  })
}

function standing(workspaceId: string) {
  return and(eq(t.apiKey.workspaceId, workspaceId), isNull(t.apiKey.revokedAt))
}
