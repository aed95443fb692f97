import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

/** What the first screen may load at most, gzipped: its scripts and its style sheets. Everything else is loaded when it is needed. */
const mostBytes = { js: 170_000, css: 20_000 }

/** What `index.html` of a built web app (a folder) makes every browser load before it shows anything. Throws when that is over the limit. */
export function weighFirstScreen(dist) {
  const page = readFileSync(join(dist, 'index.html'), 'utf8')
  const files = [...page.matchAll(/(?:src|href)="(\/assets\/[^"]+\.(js|css))"/g)]
  for (const kind of Object.keys(mostBytes)) {
    const bytes = files
      .filter(([, , ending]) => ending === kind)
      .reduce((sum, [, path]) => sum + gzipSync(readFileSync(join(dist, path)), { level: 9 }).length, 0)
    if (bytes > mostBytes[kind])
      throw new Error(
        `The first screen loads ${bytes} bytes of ${kind}, gzipped, of at most ${mostBytes[kind]}: move what it does not need into a part that is loaded later.`,
      )
  }
}
