import type { JsonObject } from '../world/item.ts'
import { GraphError } from './errors.ts'
import { Variable, readDocument } from './document.ts'
import type { Document, Operation, Selection, Value } from './document.ts'

/** Something with fields of its own: its type's name, and what the type's fields are read from. */
export class Thing {
  readonly type: string
  readonly of: unknown
  constructor(type: string, of: unknown) {
    this.type = type
    this.of = of
  }
}

export type Args = Record<string, unknown>
/** A field: plain data, a thing, null, or a list of them, in which an error may stand for one that cannot be shown. */
export type Field<Of> = (of: Of, args: Args) => unknown
// Each type's fields get that type's own source, which is known to the schema alone.
export type Types = Record<string, Record<string, Field<never>>>

type Run = { types: Types; document: Document; variables: Args; errors: JsonObject[] }

/**
 * Answers a GraphQL request. A field that a type does not have fails the whole of it, as does a document that is none; a field that fails alone is null, with its error beside
 * the data.
 */
export function answer(types: Types, request: JsonObject): JsonObject {
  try {
    const document = readDocument(typeof request['query'] === 'string' ? request['query'] : '')
    const operation = operationIn(document, request['operationName'])
    const given = typeof request['variables'] === 'object' && request['variables'] !== null ? (request['variables'] as Args) : {}
    const run: Run = { types, document, variables: { ...operation.defaults, ...given }, errors: [] }
    const root = new Thing(operation.type === 'query' ? 'Query' : 'Mutation', null)
    const data = fieldsOf(run, root, operation.selections, [])
    return { data, ...(run.errors.length > 0 ? { errors: run.errors } : {}) }
  } catch (error) {
    if (error instanceof SyntaxError) return { errors: [{ message: error.message, locations: [{ line: 1, column: 1 }] }] }
    if (error instanceof InvalidQuery) return { errors: [error.body] }
    throw error
  }
}

class InvalidQuery extends Error {
  readonly body: JsonObject
  constructor(body: JsonObject) {
    super('invalid query')
    this.body = body
  }
}

function operationIn({ operations }: Document, name: unknown): Operation {
  const operation = typeof name === 'string' ? operations.find((each) => each.name === name) : operations[0]
  if (!operation) throw new SyntaxError('A query attribute must be specified and must be a string.')
  return operation
}

function fieldsOf(run: Run, thing: Thing, selections: Selection[], path: (string | number)[]): JsonObject {
  const result: JsonObject = {}
  for (const selection of selections) {
    if (selection.kind === 'field') {
      const value = fieldOf(run, thing, selection, [...path, selection.alias])
      const known = result[selection.alias]
      // The same field asked for in two parts is one.
      result[selection.alias] = isObject(known) && isObject(value) ? { ...known, ...value } : value
      continue
    }
    const part = selection.kind === 'use' ? run.document.parts.get(selection.part) : selection
    if (!part) throw new InvalidQuery({ message: `Fragment ${selection.kind === 'use' ? selection.part : ''} was used, but not defined` })
    const fits = part.type === null || part.type === thing.type || (interfaces[part.type]?.includes(thing.type) ?? false)
    if (fits) Object.assign(result, fieldsOf(run, thing, part.selections, path))
  }
  return result
}

const interfaces: Record<string, string[]> = {
  Node: ['Discussion', 'DiscussionComment', 'IssueComment', 'User', 'Repository'],
  Actor: ['User'],
  Comment: ['Discussion', 'DiscussionComment', 'IssueComment'],
  Reactable: ['Discussion', 'DiscussionComment'],
  Minimizable: ['DiscussionComment'],
  Votable: ['Discussion', 'DiscussionComment'],
}

function fieldOf(run: Run, thing: Thing, selection: Selection & { kind: 'field' }, path: (string | number)[]): unknown {
  if (selection.name === '__typename') return thing.type
  const field = run.types[thing.type]?.[selection.name] as Field<unknown> | undefined
  if (!field)
    throw new InvalidQuery({
      path: ['query', ...path],
      extensions: { code: 'undefinedField', typeName: thing.type, fieldName: selection.name },
      locations: [{ line: 1, column: 1 }],
      message: `Field '${selection.name}' doesn't exist on type '${thing.type}'`,
    })
  try {
    const value = field(thing.of, filled(run, selection.args) as Args)
    return shown(run, value, selection, path)
  } catch (error) {
    if (!(error instanceof GraphError)) throw error
    return failed(run, error, path)
  }
}

function failed(run: Run, { type, message }: GraphError, path: (string | number)[]): null {
  run.errors.push({ type, path, locations: [{ line: 1, column: 1 }], message })
  return null
}

function shown(run: Run, value: unknown, selection: Selection & { kind: 'field' }, path: (string | number)[]): unknown {
  if (Array.isArray(value)) return value.map((each, index) => shown(run, each, selection, [...path, index]))
  if (value instanceof GraphError) return failed(run, value, path)
  if (!(value instanceof Thing)) return value ?? null
  if (selection.selections.length === 0)
    throw new InvalidQuery({
      path: ['query', ...path],
      message: `Field must have selections (field '${selection.name}' returns ${value.type} but has no selections)`,
    })
  return fieldsOf(run, value, selection.selections, path)
}

function filled(run: Run, value: Value): unknown {
  if (value instanceof Variable) return run.variables[value.name] ?? null
  if (Array.isArray(value)) return value.map((each) => filled(run, each))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, filled(run, each)]))
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
