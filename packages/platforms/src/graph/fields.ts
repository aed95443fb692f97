import { graphCodeOf, saysGone } from './graph.ts'
import type { CallGraph, GraphAnswer, GraphIo } from './graph.ts'

/** Field -> until when it is left out of our questions (ms). */
export type Refused = Record<string, number>

/** A `fields=` list without those refused. */
export function listFields(fields: readonly string[], refused: Refused): string {
  return fields.filter((field) => !(nameIn(field) in refused)).join(',')
}

export type AskGraph = (
  io: GraphIo,
  refused: Refused,
  path: string,
  params: Record<string, string>,
  fields: (refused: Refused) => string,
) => Promise<GraphAnswer>

const dayMs = 86_400_000

/**
 * Asks with all fields; one that the platform refuses (#100) is left out for a day and the question asked again, so that it empties nothing. Only fields in
 * `expendable` can be left out.
 */
export function fieldAsker(call: CallGraph, expendable: ReadonlySet<string>): AskGraph {
  return async (io, refused, path, params, fields) => {
    for (;;) {
      try {
        return await call(io, { path, params: { ...params, fields: fields(refused) } })
      } catch (error) {
        const field = refusedField(error)
        if (field === null || !expendable.has(field) || field in refused) throw error
        refused[field] = io.now().getTime() + dayMs
      }
    }
  }
}

/** What is refused for now, from a cursor. */
export function refusedOf(kept: Record<string, unknown>, nowMs: number): Refused {
  return Object.fromEntries(
    Object.entries(kept).filter((entry): entry is [string, number] => typeof entry[1] === 'number' && entry[1] > nowMs),
  )
}

/** The field named by "(#100) Tried accessing nonexisting field (x) on ..." and its like; null when it is none of those. */
function refusedField(error: unknown): string | null {
  const code = graphCodeOf(error)
  if (code === null || code.code !== 100 || saysGone(code)) return null
  return /fields?:?\s*[("'`]?([a-z_]+)/i.exec(code.message)?.[1] ?? null
}

/** A field's name without what is asked of it: `from{id,name}`, `replies.limit(5){id}`. */
export function nameIn(field: string): string {
  return field.split(/[{.]/)[0] ?? field
}
