import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { expect } from 'vitest'
import { readEnv } from '../src/env.ts'
import { startServer, type Running } from '../src/server.ts'
import { openBrowser, openPage, type Browser, type Page } from './browser.ts'

/** The real program with its embedded database, in a folder of its own, and a browser to meet it with. */
export type Installation = {
  running: Running
  browser: Browser
  /** What ended by itself, and errors of the pages. Empty when all went well. */
  troubles: string[]
  /** Opens a page of it (or a whole address) in a browser of its own. */
  visit(path: string, screen?: 'desktop' | 'phone'): Promise<Page>
  close(): Promise<void>
}

/** Starts it with these variables, on free ports and silent. */
export async function openInstallation(env: Record<string, string>, options: { now?: () => Date } = {}): Promise<Installation> {
  const dataDir = await mkdtemp(join(tmpdir(), 'answerback-web-'))
  const troubles: string[] = []
  const settings = readEnv({ PORT: '0', SANDBOX_PORT: '0', DATA_DIR: dataDir, SANDBOX_RHYTHM: 'off', LOG_LEVEL: 'silent', ...env })
  const running = await startServer(settings, {
    log: pino({ level: 'silent' }),
    onTrouble: (reason) => troubles.push(reason),
    ...(options.now && { now: options.now }),
  })
  const browser = await openBrowser()
  return {
    running,
    browser,
    troubles,
    async visit(path, screen = 'desktop') {
      const page = await openPage(browser, screen)
      page.on('pageerror', (error) => troubles.push(`${error.message} at ${page.url()}`))
      await page.goto(new URL(path, running.url).href)
      return page
    },
    async close() {
      await browser.close()
      await running.stop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

/** Asks axe, and that nothing is wider than the screen. Through the debugger, as the page's own policy forbids foreign scripts. */
export async function expectNoRuleBroken(page: Page, what: string): Promise<void> {
  await page.evaluate(await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'))
  const violations = await page.evaluate(() =>
    (globalThis as unknown as { axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> } }).axe
      .run()
      .then((result) => result.violations.map((each) => `${each.id}: ${each.nodes[0]?.html.slice(0, 200)}`)),
  )
  expect(violations, what).toEqual([])
  expect(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth'), what).toBe(0)
}
