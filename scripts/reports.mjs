import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './fingerprint.mjs'

export const testReport = join(root, 'node_modules/.cache/reports/tests.json')
export const checkReport = join(root, 'node_modules/.cache/reports/checks.json')

/** What vitest's JSON report says; a file that failed to load, or a run that broke off, counts as one failure each. */
export function readTests(exitCode) {
  if (!existsSync(testReport)) return { passed: 0, failed: 1, skipped: 0 }
  const report = JSON.parse(readFileSync(testReport, 'utf8'))
  const brokenFiles = report.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  ).length
  const failed = report.numFailedTests + brokenFiles
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && exitCode !== 0 ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
  }
}

export function readChecks(exitCode) {
  if (!existsSync(checkReport)) return { passed: 0, failed: 1, skipped: 0 }
  const { passed, failed } = JSON.parse(readFileSync(checkReport, 'utf8'))
  return { passed, failed: failed === 0 && exitCode !== 0 ? 1 : failed, skipped: 0 }
}
