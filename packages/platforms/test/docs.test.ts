import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { platforms } from '../src/registry.ts'
import { describePlatforms } from '../src/table.ts'

test('docs/platforms.md says what the adapters say (npx tsx scripts/platforms.mjs writes it anew)', () => {
  expect(readFileSync(new URL('../../../docs/platforms.md', import.meta.url), 'utf8')).toBe(describePlatforms(platforms))
})
