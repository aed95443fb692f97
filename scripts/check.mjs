// Format, lint, types of each package, and unused code. Says which failed, and why.
import { execFile } from 'node:child_process'
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { remember, root } from './fingerprint.mjs'
import { checkReport } from './reports.mjs'

const packages = ['packages', 'apps'].flatMap((folder) => readdirSync(join(root, folder)).map((name) => `${folder}/${name}`))
const checks = [
  { name: 'format', command: 'oxfmt', args: ['--check', '.'] },
  { name: 'lint', command: 'oxlint', args: ['--type-aware'] },
  ...packages.map((path) => ({ name: `types of ${path}`, command: 'tsc', args: ['-p', path] })),
  { name: 'unused code', command: 'knip', args: [] },
]

rmSync(checkReport, { force: true })
const results = []
for (const check of checks) results.push(await run(check))
const failed = results.filter(({ ok }) => !ok)
remember(checkReport, JSON.stringify({ passed: results.length - failed.length, failed: failed.length }))
console.log(failed.length === 0 ? 'All checks passed.' : `Failed: ${failed.map(({ name }) => name).join(', ')}.`)
process.exit(failed.length === 0 ? 0 : 1)

function run({ name, command, args }) {
  const startedAt = performance.now()
  return new Promise((resolve) => {
    execFile(join(root, 'node_modules/.bin', command), args, { cwd: root, maxBuffer: 64 << 20 }, (error, stdout, stderr) => {
      const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
      console.log(`${error ? 'FAILED' : 'ok    '} ${name} (${seconds} s)`)
      if (error) console.log(`${stdout}${stderr}`.trim() || error.message)
      resolve({ name, ok: !error })
    })
  })
}
