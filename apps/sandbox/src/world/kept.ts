/** The newest entries by key, at most `max`: what a platform remembers beyond the world, ready to be saved. */
export class Kept<T> extends Map<string, T> {
  readonly max: number

  constructor(max: number) {
    super()
    this.max = max
  }

  /** Keeps a value; the oldest key goes when there are too many. */
  override set(key: string, value: T): this {
    super.set(key, value)
    const [oldest] = this.keys()
    if (this.size > this.max && oldest !== undefined) this.delete(oldest)
    return this
  }

  /** Every entry, to be saved. */
  all(): [string, T][] {
    return [...this]
  }

  /** Takes up what was saved. */
  restore(saved: [string, T][]): void {
    this.clear()
    for (const [key, value] of saved) this.set(key, value)
  }
}
