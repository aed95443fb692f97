import { execFileSync } from 'node:child_process'
import {
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { createBrotliDecompress } from 'node:zlib'
import { decompress } from 'wawoff2'

const require = createRequire(import.meta.url)
const fontPackages = ['@fontsource-variable/noto-sans-arabic', '@fontsource-variable/noto-sans-jp', '@fontsource/noto-color-emoji']
const cacheDir = fileURLToPath(new URL('../../../node_modules/.cache', import.meta.url))

/**
 * The Chromium of the npm package @sparticuz/chromium, unpacked beside the installed packages. Not by the package's own function: that one
 * writes straight to its place, and a run killed in the middle leaves half a browser that every later run then takes for whole.
 */
export async function unpackChromium(): Promise<{ executablePath: string; fontsFile: string; librariesDir: string }> {
  const packageDir = join(dirname(require.resolve('@sparticuz/chromium')), '../..')
  const { version } = JSON.parse(readFileSync(join(packageDir, 'package.json'), 'utf8')) as { version: string }
  // The number rises when what is unpacked beside it changes.
  const dir = join(cacheDir, `chromium-${version}-2`)
  if (!existsSync(dir)) {
    mkdirSync(cacheDir, { recursive: true })
    const draft = mkdtempSync(`${dir}.new-`)
    try {
      await unpackInto(draft, packageDir, dir)
      renameSync(draft, dir)
    } catch (error) {
      if (!existsSync(dir)) throw error // else another worker was first
    } finally {
      rmSync(draft, { recursive: true, force: true })
    }
  }
  return { executablePath: join(dir, 'chromium'), fontsFile: join(dir, 'fonts.conf'), librariesDir: join(dir, 'lib') }
}

async function unpackInto(draft: string, packageDir: string, dir: string): Promise<void> {
  await inflate(join(packageDir, 'bin/chromium.br'), join(draft, 'chromium'))
  for (const name of ['fonts', 'al2023']) {
    await inflate(join(packageDir, `bin/${name}.tar.br`), join(draft, `${name}.tar`))
    execFileSync('tar', ['-xf', join(draft, `${name}.tar`), '-C', draft])
  }
  for (const name of fontPackages) await unpackFonts(name, join(draft, 'fonts'))
  writeFileSync(join(draft, 'fonts.conf'), fontsConfig(dir))
}

async function inflate(from: string, to: string): Promise<void> {
  await pipeline(createReadStream(from), createBrotliDecompress(), createWriteStream(to, { mode: 0o755 }))
}

/** Fonts on the web come compressed; as fonts of the system they must not be. */
async function unpackFonts(packageName: string, to: string): Promise<void> {
  const from = join(dirname(require.resolve(`${packageName}/package.json`)), 'files')
  for (const name of readdirSync(from).filter((file) => /-(wght|400)-normal\.woff2$/.test(file))) {
    writeFileSync(join(to, name.replace('.woff2', '.ttf')), await decompress(readFileSync(join(from, name))))
  }
}

/** What the system has, and letters, emoji, Arabic and Chinese characters where it has none (fonts-conf(5)). */
function fontsConfig(dir: string): string {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>/usr/share/fonts</dir>
  <dir>${dir}/fonts</dir>
  <cachedir>${dir}/fonts-cache</cachedir>
</fontconfig>
`
}
