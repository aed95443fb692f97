import type { Fact } from '@answerback/core/facts'

/**
 * The same fact, such that PostgreSQL can keep it: U+0000 becomes its visible symbol U+2400 and a lone surrogate U+FFFD (text columns and jsonb
 * refuse both). Nothing else is changed, and the raw delivery keeps the bytes as they came.
 */
export function storable(fact: Fact): Fact {
  return clean(fact) as Fact
}

function clean(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll('\0', '\u2400').toWellFormed()
  if (Array.isArray(value)) return value.map(clean)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [clean(key), clean(inner)]))
}
