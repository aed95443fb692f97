import { schema as t } from '../db/schema.ts'
import type { Fold } from './folding.ts'

/** A post of ours is in the ledger from now on: what the platform counts below it is asked in the channel's next round. */
export function countBelow(fold: Fold, postId: string): PromiseLike<unknown> {
  const { tx, workspaceId, channelId, now } = fold
  return tx.insert(t.postLedger).values({ postId, workspaceId, channelId, dueAt: now }).onConflictDoNothing()
}
