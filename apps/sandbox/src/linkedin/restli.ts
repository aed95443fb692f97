import type { FastifyRequest } from 'fastify'
import { invalid } from './errors.ts'

/** A value in the notation of Rest.li 2.0: a text, `List(...)` or `(name:value,...)`. */
export type Value = string | Value[] | { [name: string]: Value }

/** The parts of a path below `resource`, as they came: still encoded. */
export function keysBelow(request: FastifyRequest, resource: string): string[] {
  const [path = ''] = (request.raw.url ?? '').split('?')
  const from = path.indexOf(`/${resource}/`)
  return from < 0 ? [] : path.slice(from + resource.length + 2).split('/')
}

/** The query, each value read by Rest.li's rules: the marks of its notation stand as they are, everything else is encoded. `fields` and `projection` stay texts. */
export function readQuery(request: FastifyRequest): Record<string, Value> {
  const [, query = ''] = (request.raw.url ?? '').split('?')
  const values: Record<string, Value> = {}
  for (const each of query.split('&').filter(Boolean)) {
    const at = each.indexOf('=')
    const name = decode(at < 0 ? each : each.slice(0, at))
    const raw = at < 0 ? '' : each.slice(at + 1)
    values[name] = name === 'fields' || name === 'projection' ? decode(raw) : readValue(raw, name)
  }
  return values
}

/** One key or value as it stands in an address. A URN whose colons are not encoded is no key: 400. */
export function readValue(raw: string, name = 'key'): Value {
  if (raw.startsWith('List(') && raw.endsWith(')')) return partsOf(raw.slice(5, -1), name).map((part) => readValue(part, name))
  if (raw.startsWith('(') && raw.endsWith(')')) return readObject(raw.slice(1, -1), name)
  if (/[():,']/.test(raw)) throw invalid(`Syntax exception in path variables: ${name} has characters that must be encoded`)
  return decode(raw)
}

function readObject(raw: string, name: string): Record<string, Value> {
  const object: Record<string, Value> = {}
  for (const part of partsOf(raw, name)) {
    const at = part.indexOf(':')
    if (at < 1) throw invalid(`Syntax exception in path variables: ${name} has a field without a value`)
    object[decode(part.slice(0, at))] = readValue(part.slice(at + 1), name)
  }
  return object
}

/** Splits at the commas that stand in no brackets. */
function partsOf(raw: string, name: string): string[] {
  if (raw === '') return []
  const parts: string[] = []
  let depth = 0
  let from = 0
  for (let at = 0; at < raw.length; at += 1) {
    if (raw[at] === '(') depth += 1
    if (raw[at] === ')') depth -= 1
    if (depth < 0) break
    if (raw[at] !== ',' || depth > 0) continue
    parts.push(raw.slice(from, at))
    from = at + 1
  }
  if (depth !== 0) throw invalid(`Syntax exception in path variables: ${name} has brackets that do not match`)
  return [...parts, raw.slice(from)]
}

function decode(raw: string): string {
  try {
    return decodeURIComponent(raw)
  } catch {
    throw invalid('Syntax exception in path variables: it is not percent-encoded')
  }
}

/** A value that has to be a text. */
export function textIn(value: Value | undefined, name: string): string {
  if (typeof value !== 'string' || value === '') throw invalid(`Parameter '${name}' is required`)
  return value
}

/** A value of an object that has to be a text; empty where it is none. */
export function fieldOf(value: Value | undefined, name: string): string {
  const found = typeof value === 'object' && !Array.isArray(value) ? value[name] : undefined
  return typeof found === 'string' ? found : ''
}

/** A part of a list by offset: `start` and `count`, which is 10 unless asked for, and never more than `most`. */
export function pageIn<T>(query: Record<string, Value>, items: readonly T[], most = 100) {
  const numberOf = (name: string, usual: number): number => {
    const value = query[name] === undefined ? usual : Number(query[name])
    if (!Number.isInteger(value) || value < 0) throw invalid(`Parameter '${name}' must be a number that is not negative`)
    return value
  }
  const [start, count] = [numberOf('start', 0), Math.min(numberOf('count', 10), most)]
  return { page: items.slice(start, start + count), paging: { start, count, links: [] as unknown[] } }
}
