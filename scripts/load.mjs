// Stands beside each bundle (scripts/bundle.mjs puts it there) and loads it: `program.cjs`, with what V8 made of it when it was built (`program.code`).
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { Script } from 'node:vm'

/**
 * Evaluates the program in `dir` and gives what it exports, and its script. Compiling it anew is half of a start, so what V8 compiled is kept; without it all goes as well, only
 * slower. `standsAt`: the folder that it says it stands in, where it is moved there later.
 */
export function loadProgram(dir, standsAt = dir) {
  const bytes = readFileSync(join(dir, 'program.cjs'))
  const file = join(standsAt, 'program.cjs')
  const script = new Script(bytes.toString('utf8'), { filename: file, cachedData: readCode(dir, bytes) })
  const module = { exports: {} }
  script.runInThisContext()(createRequire(file), module, module.exports)
  return { program: module.exports, script }
}

/** V8 compares versions and lengths and nothing else. The sum in front of the code says that it is whole, and of this very program. */
function readCode(dir, program) {
  const path = join(dir, 'program.code')
  if (!existsSync(path)) return undefined
  const kept = readFileSync(path)
  const code = kept.subarray(sumBytes)
  return kept.subarray(0, sumBytes).equals(sumOf(program, code)) ? code : undefined
}

const sumBytes = 32

/** SHA-256 of a program and the code that was made of it. */
export function sumOf(program, code) {
  return createHash('sha256').update(program).update(code).digest()
}
