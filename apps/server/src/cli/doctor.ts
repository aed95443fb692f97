import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { readEnv, type Env } from '../env.ts'
import { reasonOf } from '../db/reason.ts'
import { print, type Command } from './command.ts'
import { lookAtDatabase } from './doctor-database.ts'
import { lookAtMachine } from './doctor-machine.ts'

/** One thing looked at. `look` can wait, `bad` keeps Answerback from working; both come with what to do. */
export type Finding = { about: string; state: 'ok' | 'look' | 'bad'; words: string }

export const doctor: Command = {
  usage: 'doctor',
  words:
    'Looks for the commonest mistakes and says what to do about each. Changes nothing. Exits 1 when something keeps Answerback from working.',
  async run(args) {
    parseArgs({ args })
    let bad = 0
    let look = 0
    for await (const { about, state, words } of examine()) {
      print(`${{ ok: 'ok  ', look: 'look', bad: 'BAD ' }[state]}  ${about}: ${words}`)
      if (state === 'bad') bad += 1
      if (state === 'look') look += 1
    }
    print(bad + look === 0 ? '\nAll is well.' : `\n${bad} to mend, ${look} to look at.`)
    return bad === 0 ? 0 : 1
  },
}

async function* examine(): AsyncGenerator<Finding> {
  let env: Env
  try {
    env = readEnv()
  } catch (error) {
    yield { about: 'Settings', state: 'bad', words: reasonOf(error).replaceAll('\n', ' ') }
    return
  }
  const dataDir = resolve(env.DATA_DIR)
  yield* lookAtMachine(env, dataDir)
  try {
    yield* lookAtDatabase(env, dataDir)
  } catch (error) {
    yield { about: 'Database', state: 'bad', words: reasonOf(error) }
  }
}
