import { z } from 'zod'

const instant = z.iso.datetime()
const id = z.uuid()
const count = z.number().int()

export const ledgerState = z.enum(['complete', 'explained', 'fetching', 'unexplained', 'not_counted'])
/** What the difference between count and holdings is made of; see core/completeness. */
const differences = { hidden: count, private: count, deleted: count, filtered: count, toFetch: count, unexplained: count }

/** One post's line in the ledger. */
export const postCompleteness = z.object({
  postId: id,
  text: z.string(),
  url: z.string().nullable(),
  platformAt: instant,
  /** What the platform counts; null: not counted yet, or it does not say. */
  reported: count.nullable(),
  held: count,
  missing: count,
  ...differences,
  state: ledgerState,
  countedAt: instant.nullable(),
  nextCountAt: instant,
  missingSince: instant.nullable(),
  /** The longest that anything said there since the connection took to reach us. */
  lagMs: z.number().nullable(),
  history: z.array(z.object({ at: instant, reported: count, held: count, missing: count })),
})
export type PostCompleteness = z.infer<typeof postCompleteness>

/** A channel's posts of the last `days` together, and older ones where something is missing. */
export const channelCompleteness = z.object({
  channelId: id,
  days: count,
  posts: count,
  reported: count,
  held: count,
  missing: count,
  /** On so many posts. */
  missingOn: count,
  ...differences,
  state: ledgerState,
  /** Of the post that was counted longest ago; null: some were not counted yet. */
  countedAt: instant.nullable(),
  lagMs: z.number().nullable(),
})
export type ChannelCompleteness = z.infer<typeof channelCompleteness>
