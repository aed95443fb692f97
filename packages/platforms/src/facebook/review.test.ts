import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { permissions } from './permissions.ts'

test('the page for Meta’s review has an answer and a scene for each permission that we ask for, and for no other', () => {
  const page = readFileSync(new URL('../../../../docs/meta-app-review.md', import.meta.url), 'utf8')
  const asked = permissions.map(({ name }) => name)
  expect([...page.matchAll(/^### (\w+)$/gm)].map(([, name]) => name)).toEqual(asked)
  const scenes = page.slice(page.indexOf('## The demonstration'))
  for (const name of asked) expect(scenes).toContain(`\`${name}\``)
})
