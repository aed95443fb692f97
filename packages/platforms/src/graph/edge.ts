import { pageGuard } from '../round.ts'
import type { JsonRecord } from '../json.ts'
import type { AskGraph, Refused } from './fields.ts'
import { nextParams } from './graph.ts'
import type { GraphIo } from './graph.ts'

const maxPages = 200

/** Pages of an edge, one after the other, until `take` says no, or the last one. */
export async function readEdge(
  ask: AskGraph,
  { io, refused }: { io: GraphIo; refused: Refused },
  path: string,
  first: Record<string, string>,
  fields: (refused: Refused) => string,
  take: (page: number, edge: JsonRecord, body: string) => Promise<boolean>,
): Promise<void> {
  const guard = pageGuard(maxPages)
  let query: Record<string, string> | null = first
  for (let page = 0; query !== null; page += 1) {
    guard(JSON.stringify(query))
    const { body, json } = await ask(io, refused, path, query, fields)
    query = (await take(page, json, body)) ? nextParams(json) : null
    if (query !== null) delete query.fields
  }
}
