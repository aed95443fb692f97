import { sql } from 'drizzle-orm'
import type { Locator } from 'playwright-core'
import { expect } from 'vitest'
import type { Running } from '../src/server.ts'
import { openPage, type Browser, type Page } from './browser.ts'

/** Somebody, Rosa, comments on the public pages of a demo, and whoever has `page` opens the thread. */
export async function openAsked(running: Running, browser: Browser, page: Page, platform: string, text: string): Promise<void> {
  const visitor = await openPage(browser)
  await visitor.goto(`${running.sandbox!.url}/${platform}`)
  await visitor.locator('main > article a.link').first().click()
  const form = visitor.locator('form.write').last()
  await form.locator('[name=name]').fill('Rosa')
  await form.locator('[name=text]').fill(text)
  await form.getByRole('button').click()
  await visitor.getByText(text).first().waitFor()
  await visitor.context().close()
  const row = await untilRead(running, page, platform, text)
  await row.click()
  await page.getByRole('textbox', { name: /reply/i }).waitFor()
}

/** Waits until what somebody wrote stands in the list or the queue that `page` shows. */
export async function untilRead(running: Running, page: Page, platform: string, text: string): Promise<Locator> {
  // A platform with a quota of a day is read seldom; nobody here wants to wait for its turn.
  const row = page.getByRole('row').filter({ hasText: text })
  await expect
    .poll(
      async () => {
        await running.ctx.db.system.execute(sql`delete from poll_budget`)
        await running.ctx.db.system.execute(
          sql`update poll set due_at = ${new Date().toISOString()}, used = '{}' where platform = ${platform}`,
        )
        return row.count()
      },
      { timeout: 40_000, interval: 1_000 },
    )
    .toBe(1)
  return row
}
