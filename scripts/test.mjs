// The whole suite, or what the arguments name: `npm test -- --project pure packages/core`. The report goes to node_modules/.cache.
import { spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { buildWeb } from './build.mjs'
import { root } from './fingerprint.mjs'
import { testReport } from './reports.mjs'

rmSync(testReport, { force: true })
// Without the web app only the browser's tests fail; the others still have something to say.
const built = await buildWeb().then(
  () => true,
  (error) => console.error(error.message),
)
const vitest = spawn(
  process.execPath,
  [
    ...[join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${testReport}`],
    ...process.argv.slice(2),
  ],
  { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] },
)
// The signal reaches vitest too, which stops its workers and servers; we only wait for it.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => vitest.kill(signal))
vitest.once('close', (code) => process.exit(code === 0 && built ? 0 : 1))
