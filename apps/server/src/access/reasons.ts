import { eq } from 'drizzle-orm'
import { uuidv7 } from 'uuidv7'
import type { z } from 'zod'
import { Problem } from '@answerback/core/problem'
import { reasonFaults } from '@answerback/core/reason-edits'
import { builtInReasons, inOrder, type Reason } from '@answerback/core/reasons'
import type { ReasonList, reasonsBody } from '@answerback/core/settings-api'
import type { Context } from '../context.ts'
import type { Queryable } from '../db/connection.ts'
import { schema as t } from '../db/schema.ts'
import type { Actor } from '../http/actor.ts'
import type { Change } from '../live/change-log.ts'
import { record } from './audit.ts'
import { expectRevision, revisionOf } from './revision.ts'

/** The workspace's reasons for closing, in the order of their keys, those that are offered no more last. */
export async function reasonsOf(tx: Queryable): Promise<Reason[]> {
  const [row] = await tx.select({ reasons: t.workspace.reasons }).from(t.workspace)
  return (row!.reasons ?? builtInReasons).map(({ id, name, class: of, needs, retired }) => ({ id, name, class: of, needs, retired }))
}

export async function listReasons(tx: Queryable): Promise<ReasonList> {
  const items = await reasonsOf(tx)
  return { items, revision: revisionOf(items) }
}

/**
 * Puts a list in the place of the one that was read. What was closed keeps the words and the class that it was closed with. Throws `changed_meanwhile`
 * and `bad_request` with what is wrong by position.
 */
export async function changeReasons(
  ctx: Context,
  change: Change,
  actor: Actor,
  { items, revision }: z.output<typeof reasonsBody>,
): Promise<ReasonList> {
  const before = await listReasons(change.tx)
  expectRevision(before.revision, revision)
  const known = new Set(before.items.map((each) => each.id))
  const after = items.map((each) => ({ ...each, id: each.id ?? uuidv7() }))
  const strangers = items.flatMap(({ id }, index) =>
    id === null || known.has(id) ? [] : [{ name: `items.${index}.id`, reason: 'is no reason of this workspace' }],
  )
  const invalidParams = [...strangers, ...reasonFaults(before.items, after)]
  if (invalidParams.length > 0)
    throw new Problem('bad_request', invalidParams.map((each) => `${each.name}: ${each.reason}`).join('; '), { invalidParams })
  const reasons = inOrder(after)
  await change.tx.update(t.workspace).set({ reasons }).where(eq(t.workspace.id, change.workspaceId))
  const about = { before: before.items, after: reasons }
  await record(change.tx, { workspaceId: change.workspaceId, byId: actor.id, what: 'reasons.changed', about, at: ctx.now() })
  change.settingsChanged()
  return listReasons(change.tx)
}
