import { readFileSync, readdirSync } from 'node:fs'
import type { RawDelivery } from '../platform.ts'

/** One raw delivery, where it comes from, and what must be read from it (facts in order, each matched in part). */
export type Fixture = {
  name: string
  provenance: 'captured' | 'documented' | 'invented'
  date: string
  link: string
  delivery: RawDelivery
  expect: { facts: Record<string, unknown>[]; unknown: number; ignored: number }
}

type FixtureFile = {
  provenance: Fixture['provenance']
  date: string
  link: string
  kind: string
  request: Record<string, string>
  body?: unknown
  /** In place of `body` where the exact text matters (integers beyond 2^53). */
  bodyText?: string
  expect: Fixture['expect']
}

export const receivedAt = '2026-11-22T12:00:00.000Z'

/** All fixtures of a folder, by name. */
export function readFixtures(folder: URL): Fixture[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => {
      const { provenance, date, link, kind, request, body, bodyText, expect } = JSON.parse(
        readFileSync(new URL(file, folder), 'utf8'),
      ) as FixtureFile
      const delivery = { kind, request, body: bodyText ?? JSON.stringify(body), receivedAt }
      return { name: file.replace('.json', ''), provenance, date, link, delivery, expect }
    })
}
