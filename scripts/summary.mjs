// `node scripts/summary.mjs <exit code of check> <exit code of test>`: the last line of .ci/run, and its verdict.
import { readChecks, readTests } from './reports.mjs'

const [checkCode, testCode] = process.argv.slice(2).map(Number)
const parts = [readChecks(checkCode), readTests(testCode)]
const sum = (key) => parts.reduce((total, part) => total + part[key], 0)
console.log(`${sum('passed')} passed, ${sum('failed')} failed, ${sum('skipped')} skipped`)
process.exit(sum('failed') === 0 ? 0 : 1)
