/** The label in parts where the letters of `wanted` hit, in order; null when they do not all occur. Whole words come before scattered letters. */
export function matchIn(label: string, wanted: string): { text: string; hit: boolean }[] | null {
  const needle = wanted.trim().toLocaleLowerCase()
  if (needle === '') return [{ text: label, hit: false }]
  const hay = label.toLocaleLowerCase()
  const whole = hay.indexOf(needle)
  if (whole !== -1 && hay.length === label.length) {
    return [
      { text: label.slice(0, whole), hit: false },
      { text: label.slice(whole, whole + needle.length), hit: true },
      { text: label.slice(whole + needle.length), hit: false },
    ].filter((part) => part.text !== '')
  }
  const parts: { text: string; hit: boolean }[] = []
  const letters = Array.from(needle)
  let next = 0
  for (const letter of label) {
    const hit = next < letters.length && letter.toLocaleLowerCase() === letters[next]
    if (hit) next += 1
    const last = parts.at(-1)
    if (last !== undefined && last.hit === hit) last.text += letter
    else parts.push({ text: letter, hit })
  }
  return next === letters.length ? parts : null
}
