import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of the checkout, without a slash at its end. */
export const root = fileURLToPath(new URL('..', import.meta.url)).slice(0, -1)

/** One hash over the names and bytes of the given files and folders (relative to the root, missing ones allowed), the root and this Node. */
export function fingerprint(paths) {
  const hash = createHash('sha256').update(`${root}\0${process.platform}-${process.arch}\0${process.versions.modules}`)
  for (const path of paths.flatMap(filesIn).sort()) hash.update(`\0${path}\0`).update(readFileSync(join(root, path)))
  return hash.digest('hex')
}

/** Whether `marker` (a path) holds this fingerprint. */
export function isCurrent(marker, current) {
  return existsSync(marker) && readFileSync(marker, 'utf8') === current
}

export function remember(marker, current) {
  mkdirSync(dirname(marker), { recursive: true })
  writeFileSync(marker, current)
}

function filesIn(path) {
  const place = join(root, path)
  if (!existsSync(place)) return []
  if (!statSync(place).isDirectory()) return [path]
  return readdirSync(place).flatMap((name) => filesIn(`${path}/${name}`))
}
