/**
 * US dollars for one, from the price table of docs.x.com (August 2026). Reading the account's own mentions and posts costs a fifth where the account owns the
 * app (`ownRead`); a post that was read before on the same day (UTC) is not charged again.
 */
export const costs = { read: 0.005, event: 0.005, lookup: 0.01, reply: 0.015, replyWithLink: 0.2 }
export const ownReadUsd = 0.001

/** What one reply costs: a link in it counts most. */
export function replyUsd(text: string): number {
  return /https?:\/\/\S/i.test(text) ? costs.replyWithLink : costs.reply
}

const maxKept = 1_000

/** What a round may still spend, and what was paid for today. */
export class Purse {
  spentUsd = 0
  #maxUsd: number
  #day: string
  #paid: Set<string>

  constructor(maxUsd: number | undefined, now: Date, kept: { day: string; ids: string[] }) {
    this.#maxUsd = maxUsd ?? Number.POSITIVE_INFINITY
    this.#day = now.toISOString().slice(0, 10)
    this.#paid = new Set(kept.day === this.#day ? kept.ids : [])
  }

  /** How many posts at this price are affordable, at most `max`; 0 when fewer than `min` are. */
  affords(eachUsd: number, max: number, min = 1): number {
    const count = Math.min(max, Math.floor((this.#maxUsd - this.spentUsd + 1e-9) / eachUsd))
    return count < min ? 0 : count
  }

  /** Posts came: those not paid for today are. */
  pay(ids: string[], eachUsd: number): void {
    for (const id of ids) {
      if (this.#paid.has(id)) continue
      this.#paid.add(id)
      this.spentUsd = Math.round((this.spentUsd + eachUsd) * 1e6) / 1e6
    }
  }

  /** What was paid for today, to be kept with the cursor. */
  get kept(): { day: string; ids: string[] } {
    return { day: this.#day, ids: [...this.#paid].slice(-maxKept) }
  }
}
