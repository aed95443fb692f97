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

test('letters of several scripts and emoji are painted, each differently', async () => {
  const page = await openPage(browser)
  const shots: string[] = []
  for (const letter of ['你', 'こ', 'م', 'ש', '👋', '\u{10fffd}']) {
    await page.setContent(`<p style="font:48px sans-serif;margin:0;width:64px">${letter}</p>`)
    shots.push((await page.locator('p').screenshot()).toString('base64'))
  }
  // The last has no letter in any font: what it shows instead must be shown by none of the others.
  expect(new Set(shots).size).toBe(shots.length)
})
