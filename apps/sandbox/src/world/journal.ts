import type { LedgerEntry, PlatformId } from './item.ts'

const keptEntries = 20_000

/** One request to a platform's API, as it was answered. */
export type Call = { at: string; platform: PlatformId; method: string; path: string; status: number }

/**
 * What came over the wire: the ledger of accepted writes, by which tests count doubles, and the
 * calls. Both keep the newest 20,000.
 */
export class Journal {
  ledger: LedgerEntry[] = []
  calls: Call[] = []
  #now: () => Date
  #seq = 0

  constructor(now: () => Date) {
    this.#now = now
  }

  /** Records an accepted write. */
  record(write: Omit<LedgerEntry, 'seq' | 'at' | 'repeated'> & { repeated?: boolean }): void {
    this.#seq += 1
    const at = this.#now().toISOString()
    this.ledger.push({ ...write, repeated: write.repeated ?? false, seq: this.#seq, at })
    if (this.ledger.length > keptEntries) this.ledger.splice(0, keptEntries / 10)
  }

  /** Records an answered call. */
  called(call: Omit<Call, 'at'>): void {
    this.calls.push({ ...call, at: this.#now().toISOString() })
    if (this.calls.length > keptEntries) this.calls.splice(0, keptEntries / 10)
  }

  /** Forgets both lists. */
  clear(): void {
    this.ledger = []
    this.calls = []
  }
}
