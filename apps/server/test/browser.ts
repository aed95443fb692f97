import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { type Browser, type Page, chromium } from 'playwright-core'
import { unpackChromium } from './chromium.ts'

export type { Browser, Page }

const screens = {
  desktop: { viewport: { width: 1440, height: 900 } },
  phone: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
} as const

// Root has no browser sandbox, and a test machine no graphics card; the rest keeps it from calling anybody.
const args = [
  ...['--no-sandbox', '--no-zygote', '--disable-gpu', '--disable-quic', '--font-render-hinting=none'],
  ...['--no-first-run', '--no-pings', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
]

/** A headless Chromium: `CHROMIUM_PATH`, else the system's, else the one from npm (unpacked once an install, about 3 s). Close it after. */
export async function openBrowser(): Promise<Browser> {
  const installed = [process.env.CHROMIUM_PATH, '/usr/bin/chromium'].find((path) => path && existsSync(path))
  if (installed) return chromium.launch({ executablePath: installed, args })
  const { executablePath, fontsFile, librariesDir } = await unpackChromium()
  const env: Record<string, string> = { ...definedOnly(process.env), FONTCONFIG_FILE: fontsFile }
  // A bare system lacks the NSS libraries; a system that has them keeps its own.
  if (spawnSync(executablePath, ['--version'], { env }).status !== 0) env.LD_LIBRARY_PATH = librariesDir
  return chromium.launch({ executablePath, args, env })
}

/** A page in a context of its own (cookies, storage), 1440x900 or a 390x844 touch screen. */
export async function openPage(browser: Browser, screen: keyof typeof screens = 'desktop'): Promise<Page> {
  const context = await browser.newContext({ ...screens[screen], reducedMotion: 'reduce', locale: 'en-GB', timezoneId: 'UTC' })
  return context.newPage()
}

function definedOnly(source: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(Object.entries(source).filter((entry): entry is [string, string] => entry[1] !== undefined))
}
