import type { Platform, PollInput } from '@answerback/platforms/platform'
import { monthOf, spentThisMonth } from '../access/spending.ts'
import type { Claimed, PollRow } from './poll-claim.ts'

/** What reading a channel costs this month. `reached`: why it rests, in a sentence. `after`: what to remember once a round has cost so much. */
export type Spending = {
  reached: string | null
  allowance: Pick<PollInput, 'maxUsd'>
  after(spentUsd: number): Pick<PollRow, 'spentUsd' | 'spentMonth'>
}

/** Counts by calendar month in UTC, as platforms bill. Without a cap, or where nothing costs, there is no limit. */
export function spending({ channel, poll }: Pick<Claimed, 'channel' | 'poll'>, platform: Platform, now: Date): Spending {
  const month = monthOf(now)
  const spentUsd = spentThisMonth(poll, now)
  const after = (more: number) => ({ spentUsd: spentUsd + more, spentMonth: month })
  const cap = platform.costs === undefined ? null : channel.monthlyCapUsd
  if (cap === null) return { reached: null, allowance: {}, after }
  const reached =
    spentUsd < cap
      ? null
      : `${platform.name} has cost $${spentUsd.toFixed(2)} this month, and $${cap.toFixed(2)} is what you allow. Reading goes on next month, or once you allow more.`
  return { reached, allowance: { maxUsd: cap - spentUsd }, after }
}
