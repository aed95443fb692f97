import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of the checkout, without a slash at its end. */
export const root = fileURLToPath(new URL('..', import.meta.url)).slice(0, -1)

/** One hash over the names and bytes of the given files and folders (relative to the root, missing ones allowed), the root and this Node. */
export function fingerprint(paths) {
  const hash = createHash('sha256').update(`${root}\0${process.platform}-${process.arch}\0${process.versions.modules}`)
  for (const path of paths.flatMap(filesIn).sort()) hash.update(`\0${path}\0`).update(hashOf(path))
  return hash.digest('hex')
}

/** Several programs are made from some of the same files: each is read once. */
const hashes = new Map()

function hashOf(path) {
  const known = hashes.get(path)
  if (known) return known
  const hash = createHash('sha256')
    .update(readFileSync(join(root, path)))
    .digest()
  hashes.set(path, hash)
  return hash
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
  const place = statSync(join(root, path), { throwIfNoEntry: false })
  return place?.isDirectory() ? filesBelow(path) : place ? [path] : []
}

function filesBelow(folder) {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`
    return entry.isDirectory() ? filesBelow(path) : [path]
  })
}
