import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Script } from 'node:vm'
import { afterEach, beforeEach, expect, test } from 'vitest'

type Load = {
  loadProgram(dir: string, standsAt?: string): { program: { say(): string }; script: Script }
  sumOf(program: Buffer, code: Buffer): Buffer
}
const load = new URL('../../../scripts/load.mjs', import.meta.url).href

let dir: string
beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), 'answerback-load-'))))
afterEach(() => rmSync(dir, { recursive: true }))

/** A program as the build leaves it: one that says this word. */
function write(word: string): void {
  writeFileSync(join(dir, 'program.cjs'), `(function (require, module, exports) {\nexports.say = () => '${word}'\n})`)
}

async function compile(): Promise<void> {
  const { loadProgram, sumOf } = (await import(load)) as Load
  const code = loadProgram(dir).script.createCachedData()
  writeFileSync(join(dir, 'program.code'), Buffer.concat([sumOf(readFileSync(join(dir, 'program.cjs')), code), code]))
}

/** What it says, and whether V8 took what was compiled: undefined when it was given nothing. */
async function run() {
  const { loadProgram } = (await import(load)) as Load
  const { program, script } = loadProgram(dir)
  return { says: program.say(), rejected: script.cachedDataRejected }
}

test('what was compiled at the build is used', async () => {
  write('one')
  expect(await run()).toEqual({ says: 'one', rejected: undefined })
  await compile()
  expect(await run()).toEqual({ says: 'one', rejected: false })
})

test('what was compiled of another program is not, not even of one as long', async () => {
  write('one')
  await compile()
  write('two')
  expect(await run()).toEqual({ says: 'two', rejected: undefined })
})

test('what is not whole is not used', async () => {
  write('one')
  await compile()
  const whole = readFileSync(join(dir, 'program.code'))
  for (const broken of [whole.subarray(0, whole.length - 1), whole.subarray(0, 10), Buffer.alloc(0), whole.fill(0, whole.length >> 1)]) {
    writeFileSync(join(dir, 'program.code'), broken)
    expect(await run()).toEqual({ says: 'one', rejected: undefined })
  }
})
