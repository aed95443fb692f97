// The house rules of ARCHITECTURE.md that no rule of the linter knows. Loaded by .oxlintrc.json.
import { dirname, join, relative } from 'node:path'
import { root } from './fingerprint.mjs'

/**
 * Who may import whom, denied by default. A file belongs to the longest name that its path begins with; it may import its own place and
 * those listed. What lies directly in apps/server/src (main, app) sees everything, and nobody imports it.
 */
const mayImport = {
  'packages/core': [],
  'packages/platforms': ['packages/core'],
  'apps/sandbox': [],
  'apps/web': ['packages/core'],
  'apps/server/src/db': ['packages/core'],
  'apps/server/src/queue': ['packages/core', 'apps/server/src/db'],
  'apps/server/src/live': ['packages/core', 'apps/server/src/db'],
  'apps/server/src/http': ['packages/core', ...server('db', 'live')],
  'apps/server/src/access': ['packages/core', 'packages/platforms', ...server('db', 'http', 'live', 'queue')],
  'apps/server/src/inbox': ['packages/core', 'packages/platforms', ...server('access', 'db', 'http', 'live', 'queue')],
  'apps/server/src/intake': ['packages/core', 'packages/platforms', ...server('access', 'db', 'http', 'live', 'queue')],
  'apps/server/src/ingest': ['packages/core', 'packages/platforms', ...server('access', 'db', 'inbox', 'live')],
  // A reply that was sent is a fact like any other and goes the way in from there.
  'apps/server/src/reply': ['packages/core', 'packages/platforms', ...server('access', 'db', 'http', 'inbox', 'ingest', 'live', 'queue')],
  // So is a post that was announced.
  'apps/server/src/posts': ['packages/core', 'packages/platforms', ...server('access', 'db', 'http', 'inbox', 'ingest', 'live', 'queue')],
  'apps/server/src/backup': ['packages/core', ...server('db')],
  'apps/server/src/operate': ['packages/core', ...server('db', 'http', 'queue')],
}

/** Files of the server that every folder may name: what it is given, and the shape of the environment in it. */
const forEverybody = ['apps/server/src/context.ts', 'apps/server/src/env.ts']

function server(...folders) {
  return folders.map((name) => `apps/server/src/${name}`)
}

const whoImportsWhom = {
  create(context) {
    const file = relative(root, context.filename)
    const place = placeOf(file)
    if (!place) return {}
    const check = (node) => {
      const target = node.source && targetOf(file, node.source.value)
      const there = target && placeOf(target)
      if (!target || there === place || forEverybody.includes(target) || mayImport[place].includes(there)) return
      context.report({
        node: node.source,
        message: `${place} may not import ${there ?? target} (see mayImport in scripts/lint-rules.mjs).`,
      })
    }
    return { ImportDeclaration: check, ImportExpression: check, ExportNamedDeclaration: check, ExportAllDeclaration: check }
  },
}

function placeOf(path) {
  return Object.keys(mayImport).find((place) => path.startsWith(`${place}/`)) ?? null
}

/** The path below the root that an import means, or null when it is no file of ours. */
function targetOf(file, specifier) {
  if (typeof specifier !== 'string') return null
  if (specifier.startsWith('.')) return join(dirname(file), specifier)
  const [, name, rest] = /^@answerback\/([a-z]+)\/(.+)$/.exec(specifier) ?? []
  if (!name) return null
  return `${['core', 'platforms'].includes(name) ? 'packages' : 'apps'}/${name}/src/${rest}.ts`
}

const givenTimeAndChance = {
  create(context) {
    const report = (node, what) =>
      context.report({ node, message: `${what}: time and chance are given (\`now\`, \`random\`), so that tests can move them.` })
    return {
      MemberExpression(node) {
        const name = `${node.object.name}.${node.property.name}`
        if (['Date.now', 'Math.random'].includes(name)) report(node, name)
      },
      NewExpression(node) {
        if (node.callee.name === 'Date' && node.arguments.length === 0) report(node, 'new Date()')
      },
    }
  },
}

export default {
  meta: { name: 'house' },
  rules: { 'who-imports-whom': whoImportsWhom, 'given-time-and-chance': givenTimeAndChance },
}
