/** Room for a snippet, in UTF-16 units, and how much of it stands before the first mark. */
const most = 240
const before = 60

type Marks = [number, number][]
export type Snippet = { text: string; cut: { before: boolean; after: boolean }; marks: Marks }

/** The piece of `text` around its first mark, cut between words where that is near and never within a sign; the marks moved along. */
export function snippetOf(text: string, marks: Marks): Snippet {
  if (text.length <= most) return { text, cut: { before: false, after: false }, marks }
  const first = marks[0]?.[0] ?? 0
  const start = first <= before ? 0 : cutNear(text, first - before, first)
  const end = Math.min(text.length, cutNear(text, Math.min(text.length, start + most), text.length))
  return {
    text: text.slice(start, end),
    cut: { before: start > 0, after: end < text.length },
    marks: marks.flatMap(([from, to]): Marks => (from >= start && from < end ? [[from - start, Math.min(to, end) - start]] : [])),
  }
}

/** The first place from `at` on where a word begins, if one is near and before `limit`; else `at`, moved out of the middle of a sign. */
function cutNear(text: string, at: number, limit: number): number {
  const gap = text.slice(at, Math.min(at + 20, limit)).search(/\s/u)
  if (gap >= 0) return at + gap + (text.length > at + gap ? 1 : 0)
  const unit = text.charCodeAt(at)
  return unit >= 0xdc00 && unit <= 0xdfff ? at - 1 : at
}
