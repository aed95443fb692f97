import { createApiKey } from './cli/api-key.ts'
import { backup } from './cli/backup.ts'
import { listConnected, testChannel } from './cli/channel.ts'
import { Misuse, type Command } from './cli/command.ts'
import { conformance } from './cli/conformance.ts'
import { wipeDemo } from './cli/demo.ts'
import { doctor } from './cli/doctor.ts'
import { exportAll } from './cli/export.ts'
import { forgetKeys } from './cli/keys-forget.ts'
import { rotateKeys } from './cli/keys.ts'
import { retryQueue } from './cli/queue.ts'
import { restore } from './cli/restore.ts'
import { addStaff, changeRole, listStaff, makeSignInLink, removeStaff } from './cli/staff.ts'
import { reasonOf } from './db/reason.ts'

/** Commands for operators; they work beside a running server and without one. Exit codes: 0 done, 1 not done, 2 called in a wrong way. */
const commands: readonly Command[] = [
  doctor,
  createApiKey,
  listStaff,
  addStaff,
  changeRole,
  removeStaff,
  makeSignInLink,
  listConnected,
  testChannel,
  conformance,
  retryQueue,
  rotateKeys,
  forgetKeys,
  exportAll,
  wipeDemo,
  backup,
  restore,
]

/** Runs the command that the process was called with. */
export async function start(): Promise<void> {
  process.exitCode = await main(process.argv.slice(2))
}

async function main(words: string[]): Promise<number> {
  const wantsHelp = words.length === 0 || words.includes('--help') || words.includes('-h') || words[0] === 'help'
  const found = commands.find((command) => nameOf(command).every((word, at) => words[at] === word))
  if (wantsHelp) {
    process.stdout.write(found ? explain(found) : `pnpm cli <command>\n\n${commands.map(explain).join('\n')}`)
    return 0
  }
  if (!found) {
    const near = commands.filter((command) => nameOf(command)[0] === words[0])
    process.stderr.write(
      `There is no command "${words.slice(0, 2).join(' ')}". ${near.length > 0 ? `There are:\n\n${near.map(explain).join('\n')}` : 'All there are: pnpm cli help\n'}`,
    )
    return 2
  }
  try {
    return (await found.run(words.slice(nameOf(found).length))) ?? 0
  } catch (error) {
    process.stderr.write(`${reasonOf(error)}\n`)
    if (!isMisuse(error)) return 1
    process.stderr.write(`\n${explain(found)}`)
    return 2
  }
}

/** The words of its usage before the first option. */
function nameOf({ usage }: Command): string[] {
  return usage.split(' ').filter((word, at, all) => all.slice(0, at + 1).every((each) => /^[a-z-]+$/.test(each) && !each.startsWith('-')))
}

function explain({ usage, words }: Command): string {
  return `  ${usage}\n      ${words}\n`
}

/** `parseArgs` says in its own words what it does not know. */
function isMisuse(error: unknown): boolean {
  return error instanceof Misuse || String((error as { code?: string }).code).startsWith('ERR_PARSE_ARGS')
}
