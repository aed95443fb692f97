export type Cell = string | number | boolean | Date | null

/** What spreadsheets recognise UTF-8 by. */
export const byteOrderMark = '\ufeff'

/**
 * One line of CSV (RFC 4180). Instants are ISO 8601 in UTC, yes and no are words. Text that a spreadsheet would run as a formula gets an apostrophe before it
 * (OWASP, "CSV Injection"): what strangers write ends up in here. Also within a text, where a spreadsheet that parts by `;` or tab, and so does not see our
 * quotes, begins a new cell or line.
 */
export function csvLine(cells: readonly Cell[]): string {
  return `${cells.map(cellOf).join(',')}\r\n`
}

function cellOf(cell: Cell): string {
  if (cell === null) return ''
  if (typeof cell === 'boolean') return cell ? 'yes' : 'no'
  if (cell instanceof Date) return cell.toISOString()
  if (typeof cell === 'number') return String(cell)
  const text = cell.replace(/^(?=[\t\r\n])|(?=[=+\-@＝＋－＠])(?<=^|[;\t\r\n]"*)/gu, "'")
  return /[",\r\n]/u.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
