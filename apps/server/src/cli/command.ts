/** One command: how it is called, what it does in words, and the work itself. Resolves to the exit code; none is 0. */
export type Command = { usage: string; words: string; run(args: string[]): Promise<number | void> }

/** A command called in a wrong way: its usage is printed after the sentence, and the exit code is 2. */
export class Misuse extends Error {}

export function print(text: string): void {
  process.stdout.write(`${text}\n`)
}

/** Columns as wide as what is in them. */
export function printTable(rows: readonly (readonly string[])[]): void {
  const widths = rows[0]?.map((_, at) => Math.max(...rows.map((row) => row[at]!.length))) ?? []
  for (const row of rows) print(row.map((cell, at) => (at === row.length - 1 ? cell : cell.padEnd(widths[at]!))).join('  '))
}
