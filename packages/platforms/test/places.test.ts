import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { platforms } from '../src/registry.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))

/** Where a platform's id or name has no business, tests aside: the product asks what a platform can. */
const folders = ['apps/server/src', 'apps/web/src', 'packages/core/src', 'packages/platforms/src']
const allowed: string[] = ['packages/platforms/src/registry.ts', ...platforms.map(({ id }) => `packages/platforms/src/${id}/`)]

/** Ids that are words of the language or of the product: only where a platform is compared with it or made of it. */
const ordinary = new Set(['x', 'threads', 'webhook'])

test('no platform is named outside its folder and the registry', () => {
  const found: string[] = []
  for (const file of folders.flatMap((folder) => filesOf(join(root, folder)))) {
    const path = relative(root, file)
    if (/\.test\.tsx?$/.test(path) || allowed.some((each) => path.startsWith(each))) continue
    codeOf(readFileSync(file, 'utf8')).forEach((line, at) => {
      for (const { id } of platforms) if (names(line, id)) found.push(`${path}:${at + 1}: ${line.trim().slice(0, 120)}`)
    })
  }
  expect(found).toEqual([])
})

test('and the rule sees what it is for', () => {
  const seen = [
    "if (platform.id === 'mastodon')",
    'const how = { mastodon: 1 }',
    "text: 'Write on Mastodon'",
    "platform === 'x'",
    "platform.id !== 'threads'",
    "{ platform: 'webhook' }",
    '`/webhooks/mastodon`',
  ]
  const fine = [
    "kind: 'webhook'",
    "Platform['webhook']",
    "platform && kind === 'webhook'",
    'const x = 1',
    'https://example.org/threads',
    "// platform === 'mastodon'",
    " * Mastodon's own platform",
  ]
  const hits = (line: string): boolean => codeOf(line).some((each) => ['mastodon', 'x', 'webhook', 'threads'].some((id) => names(each, id)))
  expect(seen.filter((line) => !hits(line))).toEqual([])
  expect(fine.filter(hits)).toEqual([])
})

function names(line: string, id: string): boolean {
  if (ordinary.has(id)) return new RegExp(`platform(?:Id|\\.id)?\\s*(?:[=!]==?|[:(])\\s*['"\`]${id}['"\`]`, 'i').test(line)
  return new RegExp(`(?<![\\w-])${id}(?![\\w-])`, 'i').test(line)
}

/** The lines without their comments, in place. */
function codeOf(text: string): string[] {
  const blocks = text.replaceAll(/\/\*[\s\S]*?\*\//g, (block) => block.replaceAll(/[^\n]/g, ' '))
  return blocks.split('\n').map((line) => line.replace(/(^|\s)\/\/.*$/, '').replace(/^\s*\*\s.*$/, ''))
}

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(tsx?|css|html)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
}
