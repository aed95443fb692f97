/** A word of a text: `start` and `end` in UTF-16 units of the text as it is, `folded` as it is compared. `joined`: one sign of a script that parts no words. */
export type Word = { folded: string; start: number; end: number; joined: boolean }

/** What somebody looks for: all of them, in any order. `words` follow one another; the last may be the beginning of one. */
export type Wanted = { words: string[]; prefix: boolean; joined: boolean }

/** Longer words are compared by their beginning. */
const wordMax = 64
const wordsInText = 2_000
const wordsAskedFor = 12

/** Letters, digits and the marks on them; or one picture; or a flag. */
const pieces = /[\p{L}\p{N}\p{M}]+|\p{Regional_Indicator}{2}|\p{Extended_Pictographic}/gu
/** Scripts in which nothing stands between two words (or, in Korean, between a word and what is hung onto it). */
const borderless =
  /[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Hangul}\p{scx=Bopomofo}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}\p{scx=Myanmar}]/u
const pictures = /\p{Extended_Pictographic}|\p{Regional_Indicator}/u

/**
 * The words of a text, in its order, the same in every language and on every machine: no database's locale decides. Case, accents and width do not count
 * ("Café" is "cafe"). A script without borders between words gives each of its signs.
 */
export function wordsOf(text: string): Word[] {
  const words: Word[] = []
  for (const { 0: piece, index } of text.matchAll(pieces)) {
    let from = index
    let plain = ''
    const close = () => {
      if (plain !== '') words.push({ folded: fold(plain), start: from, end: from + plain.length, joined: false })
      plain = ''
    }
    let at = index
    for (const sign of piece) {
      if (borderless.test(sign)) {
        close()
        words.push({ folded: fold(sign), start: at, end: at + sign.length, joined: true })
      } else {
        if (plain === '') from = at
        plain += sign
      }
      at += sign.length
    }
    close()
  }
  return words.filter((word) => word.folded !== '')
}

/**
 * What an index keeps of texts: each word once, of joined signs every two neighbours and each last one, so that any run of them is found by its pairs.
 * At most 2,000, so that nobody's wall of text is a burden.
 */
export function keysOf(texts: readonly (string | null)[]): string[] {
  const keys = new Set<string>()
  for (const text of texts) {
    if (text === null) continue
    const words = wordsOf(text)
    for (const [at, word] of words.entries()) {
      if (keys.size >= wordsInText) break
      const next = words[at + 1]
      keys.add(follows(word, next) ? word.folded + next.folded : word.folded)
    }
  }
  return [...keys]
}

/**
 * Reads what somebody typed, whatever it is. Words in quotation marks follow one another; the last word counts as a beginning unless a mark closes it.
 * Twelve words at most, the rest is left out. Empty when there is nothing to look for.
 */
export function readWanted(typed: string): Wanted[] {
  const parts = typed.toWellFormed().split(/["“”„«»「」『』]/u)
  const wanted = parts.flatMap((part, at) => {
    const words = wordsOf(part)
    const quoted = at % 2 === 1
    const groups = quoted ? [words] : groupsOf(words)
    return groups.filter((group) => group.length > 0).map((group) => ({ group, closed: quoted && at < parts.length - 1 }))
  })
  const last = wanted.at(-1)
  let left = wordsAskedFor
  return wanted.flatMap(({ group, closed }) => {
    const words = group.slice(0, left)
    left -= words.length
    if (words.length === 0) return []
    const joined = words.at(-1)!.joined
    return [
      {
        words: words.map((word) => word.folded),
        prefix: group === last?.group && words.length === group.length && !closed && !joined && !pictures.test(words.at(-1)!.folded),
        joined,
      },
    ]
  })
}

/** Whether it is enough to look for: one letter alone would find everything. Signs and pictures are words by themselves. */
export function isEnough(wanted: Wanted[]): boolean {
  return wanted.some(
    ({ words, joined }) => joined || words.length > 1 || words[0]!.length > 1 || /^(?:\p{N}|\p{Extended_Pictographic})/u.test(words[0]!),
  )
}

/**
 * Where these texts hold what is wanted: ranges to mark, one list a text, or null when any of it is nowhere. Decided by the words as they are now,
 * whatever an index remembers.
 */
export function findIn(texts: readonly (string | null)[], wanted: readonly Wanted[]): [number, number][][] | null {
  const words = texts.map((text) => (text === null ? [] : wordsOf(text)))
  const marks: [number, number][][] = texts.map(() => [])
  for (const each of wanted) {
    let found = false
    for (const [at, of] of words.entries())
      for (const range of placesOf(of, each)) {
        found = true
        marks[at]!.push(range)
      }
    if (!found) return null
  }
  return marks.map(merged)
}

/**
 * As a query of PostgreSQL's full text search (tsquery), by the keys that `keysOf` gives; everything is quoted, so nothing in it is an operator. Beginnings of one or
 * two letters, and one sign alone, stand for too many keys: beside others they are left to `findIn`, and where there is nothing else it is `vague`.
 */
export function queryOf(wanted: readonly Wanted[]): { query: string; vague: boolean } {
  const terms = wanted.flatMap(({ words, prefix, joined }) => {
    const keys = joined && words.length > 1 ? pairsOf(words) : words
    return keys.map((key, at) => {
      const open = (prefix && at === keys.length - 1) || (joined && words.length === 1)
      return { text: `'${key.replace(/['\\]/gu, '$&$&')}'${open ? ':*' : ''}`, vague: open && (joined || key.length < 3) }
    })
  })
  const exact = terms.filter((term) => !term.vague)
  const chosen = exact.length > 0 ? exact : terms
  return { query: [...new Set(chosen.map((term) => term.text))].join(' & '), vague: exact.length === 0 }
}

function* placesOf(of: Word[], { words, prefix }: Wanted): Generator<[number, number]> {
  for (let at = 0; at + words.length <= of.length; at += 1) {
    const fits = words.every((word, step) => {
      const there = of[at + step]!.folded
      return prefix && step === words.length - 1 ? there.startsWith(word) : there === word
    })
    if (fits) yield [of[at]!.start, of[at + words.length - 1]!.end]
  }
}

/** Outside quotation marks each word is by itself, but joined signs that touch belong together, as a word would. */
function groupsOf(words: Word[]): Word[][] {
  const groups: Word[][] = []
  for (const [at, word] of words.entries()) {
    const before = words[at - 1]
    if (before !== undefined && follows(before, word)) groups.at(-1)!.push(word)
    else groups.push([word])
  }
  return groups
}

function follows(word: Word, next: Word | undefined): next is Word {
  return word.joined && next !== undefined && next.joined && next.start === word.end
}

function pairsOf(words: string[]): string[] {
  return words.slice(1).map((word, at) => words[at]! + word)
}

function merged(ranges: [number, number][]): [number, number][] {
  const result: [number, number][] = []
  for (const [start, end] of ranges.toSorted((a, b) => a[0] - b[0] || b[1] - a[1])) {
    const last = result.at(-1)
    if (last !== undefined && start <= last[1]) last[1] = Math.max(last[1], end)
    else result.push([start, end])
  }
  return result
}

/** Width, case, accents of European scripts and the two ways to write ß and σ are taken off; marks of other scripts are letters of theirs and stay. */
function fold(text: string): string {
  const plain = text
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/gu, '')
    .normalize('NFC')
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .replaceAll('ς', 'σ')
  return plain.length <= wordMax ? plain : plain.slice(0, wordMax).toWellFormed()
}
