import { byteOrderMark, csvLine } from './csv.ts'
import { exportColumns, type ExportLine } from './export.ts'

/** What a file of an export can be, by the ending of its name. */
export const exportFormats = {
  csv: {
    type: 'text/csv; charset=utf-8; header=present',
    head: byteOrderMark + csvLine(exportColumns),
    line: (line: ExportLine) => csvLine(exportColumns.map((column) => line[column])),
  },
  ndjson: { type: 'application/x-ndjson; charset=utf-8', head: '', line: (line: ExportLine) => `${JSON.stringify(line)}\n` },
} as const

/** The file, piece by piece. Several lines to a piece: a socket takes few large ones sooner than many small ones. */
export async function* writeExport(lines: AsyncGenerator<ExportLine>, format: keyof typeof exportFormats): AsyncGenerator<Buffer> {
  const { head, line } = exportFormats[format]
  let held: string = head
  for await (const each of lines) {
    held += line(each)
    if (held.length < 64 * 1024) continue
    yield Buffer.from(held)
    held = ''
  }
  if (held !== '') yield Buffer.from(held)
}
