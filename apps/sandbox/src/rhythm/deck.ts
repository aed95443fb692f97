/** Draws entries in shuffled order and none twice before all that fit were drawn. */
export class Deck<T> {
  #random: () => number
  #all: readonly T[]
  #left: T[] = []

  constructor(random: () => number, all: readonly T[]) {
    this.#random = random
    this.#all = all
  }

  /** The next entry that fits. Throws if none of all does. */
  draw(fits: (entry: T) => boolean): T {
    let at = this.#left.findIndex(fits)
    if (at < 0) {
      this.#left = this.#shuffled()
      at = this.#left.findIndex(fits)
    }
    const [entry] = this.#left.splice(at, 1)
    if (entry === undefined || at < 0) throw new Error('nothing in the deck fits')
    return entry
  }

  #shuffled(): T[] {
    const entries = this.#all.map((entry) => ({ entry, place: this.#random() }))
    return entries.sort((a, b) => a.place - b.place).map(({ entry }) => entry)
  }
}
