import { expect, test } from 'vitest'
import type { ConformanceOptions } from '../conformance.ts'
import type { Normalized } from '../platform.ts'
import { expectSound } from './normalize.ts'

const dayMs = 86_400_000
const junk: unknown[] = [null, 'junk', 7, {}, []]
const longId = '7390000000000000123'

/** What arrives on a bad day: junk among the good, ids beyond 2^53, pages without measure, a clock that is wrong. Nothing is dropped without a word. */
export function checkHostile({ platform, fixtures, self }: ConformanceOptions): void {
  const read = (delivery: (typeof fixtures)[number]['delivery'], body: string): Normalized =>
    platform.normalize({ ...delivery, body }, self)
  const accounted = ({ unknown, ignored }: Normalized): number => unknown.length + ignored

  test('junk in place of an item is named, never dropped without a word', () => {
    const silent: string[] = []
    for (const { name, delivery } of fixtures) {
      const before = read(delivery, delivery.body)
      for (const place of listsOf(delivery.body)) {
        const without = read(delivery, place.with([]))
        if (without.facts.length >= before.facts.length) continue
        for (const each of junk) {
          const after = read(delivery, place.with([each]))
          expectSound(after)
          if (accounted(after) <= accounted(without) && accounted(after) <= accounted(before))
            silent.push(`${name}: ${JSON.stringify(each)} in ${place.path}`)
        }
      }
    }
    expect(silent).toEqual([])
  })

  test('junk beside an item costs no other item', () => {
    const lost: string[] = []
    for (const { name, delivery } of fixtures) {
      const before = read(delivery, delivery.body).facts.map((fact) => fact.externalId)
      for (const place of listsOf(delivery.body)) {
        for (const each of junk) {
          const after = new Set(read(delivery, place.with([place.item, each])).facts.map((fact) => fact.externalId))
          if (before.some((id) => !after.has(id))) lost.push(`${name}: ${JSON.stringify(each)} in ${place.path}`)
        }
      }
    }
    expect(lost).toEqual([])
  })

  test('ids of 19 digits stay whole, as numbers too', () => {
    const rounded: string[] = []
    for (const { name, delivery } of fixtures) {
      const facts = read(delivery, delivery.body).facts
      for (const id of new Set(facts.map((fact) => fact.externalId).filter((each) => /^\d+$/.test(each)))) {
        const body = delivery.body.replaceAll(new RegExp(`(?<=[:,[])\\s*(?:"${id}"|${id}(?=[,\\]}]))`, 'g'), longId)
        const named = (value: string): string =>
          value
            .split(',')
            .map((each) => (each === id ? longId : each))
            .join()
        const request = Object.fromEntries(Object.entries(delivery.request).map(([key, value]) => [key, named(value)]))
        const after = platform.normalize({ ...delivery, request, body }, self)
        if (body !== delivery.body && !after.facts.some((fact) => fact.externalId === longId)) rounded.push(`${name}: ${id}`)
      }
    }
    expect(rounded).toEqual([])
  })

  test('a page of thousands is read to its end', () => {
    // One of each kind: that is as slow as it gets.
    for (const { delivery } of new Map(fixtures.map((each) => [each.delivery.kind, each])).values()) {
      const before = read(delivery, delivery.body)
      const [longest] = listsOf(delivery.body).toSorted((a, b) => b.length - a.length)
      if (!longest) continue
      const after = read(delivery, longest.with(Array.from({ length: 2_000 }, () => longest.item)))
      expect(after.facts.length + accounted(after)).toBeGreaterThanOrEqual(before.facts.length + accounted(before))
    }
  })

  test('a clock that is a day off changes no id, and loses none', () => {
    for (const { name, delivery } of fixtures) {
      const idsAt = (offsetMs: number): unknown => {
        const receivedAt = new Date(Date.parse(delivery.receivedAt) + offsetMs).toISOString()
        const { facts, unknown, ignored } = platform.normalize({ ...delivery, receivedAt }, self)
        return { ids: facts.map((fact) => fact.externalId), unknown: unknown.length, ignored }
      }
      expect([idsAt(-dayMs), idsAt(dayMs)], name).toEqual([idsAt(0), idsAt(0)])
    }
  })
}

/** The lists of objects in a body: the last item of each, and the body with others in its place. */
type List = { path: string; length: number; item: unknown; with(items: unknown[]): string }

function listsOf(body: string): List[] {
  const lists: List[] = []
  const walk = (value: unknown, path: (string | number)[]): void => {
    if (typeof value !== 'object' || value === null) return
    if (Array.isArray(value) && typeof value.at(-1) === 'object' && value.at(-1) !== null)
      lists.push({ path: path.join('.'), length: value.length, item: value.at(-1), with: (items) => replaced(body, path, items) })
    for (const [key, below] of Object.entries(value)) walk(below, [...path, key])
  }
  // Integers beyond 2^53 would be rounded here, and what is compared would not be what came.
  if (!/\d{16}/.test(body.replaceAll(/"(?:[^"\\]|\\.)*"/g, ''))) walk(parsed(body), [])
  return lists
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return null
  }
}

function replaced(body: string, path: (string | number)[], items: unknown[]): string {
  const whole = JSON.parse(body) as unknown
  let list = whole
  for (const key of path) list = (list as Record<string, unknown>)[key]
  ;(list as unknown[]).splice(-1, 1, ...items)
  return JSON.stringify(whole)
}
