/** A source of chance like Math.random, the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = state
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** `length` characters of `alphabet`, each picked with `random`. */
export function pickCharacters(random: () => number, alphabet: string, length: number): string {
  let text = ''
  while (text.length < length) text += alphabet[Math.floor(random() * alphabet.length)] ?? ''
  return text
}

/** One of `list`, picked with `random`. Throws on an empty list. */
export function pickOne<T>(random: () => number, list: readonly T[]): T {
  const picked = list[Math.floor(random() * list.length)]
  if (picked === undefined) throw new Error('cannot pick from an empty list')
  return picked
}
