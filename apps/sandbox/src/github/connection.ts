import type { Context } from '../context.ts'
import { pageLimit } from '../http/paging.ts'
import type { Item } from '../world/item.ts'
import { GraphError } from './errors.ts'
import { Thing } from './run.ts'
import type { Args } from './run.ts'

const maxPage = 100

/** A part of a list: `first` after a cursor, or `last` before one; one of the two is required. A cursor outlives what it names. */
export function windowOf(context: Context, type: string, name: string, items: Item[], args: Args): Thing {
  const [first, last] = [sizeOf(name, args['first']), sizeOf(name, args['last'])]
  if (first === null && last === null)
    throw new GraphError(
      'MISSING_PAGINATION_BOUNDARIES',
      `You must provide a \`first\` or \`last\` value to properly paginate the \`${name}\` connection.`,
    )
  const limit = pageLimit(context, first ?? last ?? 0)
  const after = placeIn(items, args['after'], -1)
  const before = placeIn(items, args['before'], items.length)
  const rest = items.slice(after + 1, before)
  const page = first === null ? rest.slice(Math.max(0, rest.length - limit)) : rest.slice(0, limit)
  const start = page.length === 0 ? after + 1 : items.indexOf(page[0]!)
  return new Thing(`${type}Connection`, {
    nodes: page.map((item) => new Thing(type, item)),
    cursors: page.map((item, index) => cursorOf(start + index, item)),
    total: items.length,
    hasNext: start + page.length < items.length,
    hasPrevious: start > 0,
  })
}

function sizeOf(name: string, value: unknown): number | null {
  if (value === null || value === undefined) return null
  const size = Number(value)
  if (!Number.isInteger(size) || size < 0 || size > maxPage)
    throw new GraphError(
      'EXCESSIVE_PAGINATION',
      `Requesting ${String(value)} records on the \`${name}\` connection exceeds the \`first\` limit of ${maxPage} records.`,
    )
  return size
}

function cursorOf(index: number, item: Item): string {
  return Buffer.from(`cursor:${index}:${item.id}`).toString('base64')
}

function placeIn(items: Item[], cursor: unknown, otherwise: number): number {
  if (typeof cursor !== 'string' || cursor === '') return otherwise
  const [, index, id] = /^cursor:(\d+):(.*)$/.exec(Buffer.from(cursor, 'base64').toString()) ?? []
  const found = items.findIndex((item) => item.id === id)
  return found >= 0 ? found : Number(index ?? otherwise)
}
