/** What the shop is called where it is connected: other sources may count as it does, so its ids begin with it there. */
export const source = 'fieldnote-shop'

/** An id as the world keeps it: `c` for what people say, `p` for a product. */
export function idOfNumber(letter: 'c' | 'p', number: number): string {
  return `${source}/${letter}-${number}`
}

/** The id as the shop tells it. */
export function bareOf(id: string): string {
  return id.slice(source.length + 1)
}

/** The world's id of what the shop calls so. */
export function wholeOf(bare: string | undefined): string {
  return `${source}/${bare ?? ''}`
}
