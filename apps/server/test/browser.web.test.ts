import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Browser, openBrowser, openPage } from './browser.ts'

let browser: Browser
beforeAll(async () => {
  browser = await openBrowser()
})
afterAll(() => browser.close())

const greeting =
  'data:text/html;charset=utf-8,<meta name=viewport content="width=device-width"><style>body{margin:0;font:24px sans-serif}</style><p>Hello, Grüße, שלום</p>'

test.each([
  { screen: 'desktop', width: 1440, height: 900 },
  { screen: 'phone', width: 390, height: 844 },
] as const)('a page on the $screen has that size, reads its text and paints letters', async ({ screen, width, height }) => {
  const page = await openPage(browser, screen)
  await page.goto(greeting)
  expect(await page.textContent('p')).toBe('Hello, Grüße, שלום')
  expect(await page.evaluate('[innerWidth, innerHeight]')).toEqual([width, height])

  const withLetters = await page.locator('p').screenshot()
  await page.evaluate("document.querySelector('p').style.color = 'white'")
  const without = await page.locator('p').screenshot()
  expect(withLetters.length).toBeGreaterThan(without.length * 2)
  await page.context().close()
})
