import { AlreadyRunning } from './db/owner-lock.ts'
import { demoLead, demoManager } from './demo/demo.ts'
import { readEnv, type Env } from './env.ts'
import { openLog } from './operate/open-log.ts'
import { startServer, type Running } from './server.ts'

/** One key press may reach us twice within this. */
const sameSignalMs = 1_000

/** env -> context -> chosen roles -> graceful stop. */
export async function start(): Promise<void> {
  try {
    await main()
  } catch (error) {
    process.stderr.write(`${error instanceof AlreadyRunning ? alreadyRunning(error) : `Answerback could not start.\n${inWords(error)}`}\n`)
    process.exit(1)
  }
}

function inWords(error: unknown): string {
  const { code, port, message } = error as NodeJS.ErrnoException & { port?: number }
  if (code === 'EADDRINUSE') return `Port ${port} is taken by another program. Stop that one, or set PORT to another number.`
  if (code === 'EACCES' && port !== undefined) return `This user may not listen on port ${port}. Set PORT to 1024 or more.`
  return message
}

async function main(): Promise<void> {
  // Whoever read our words may be gone (`npm start | head`); that is no reason to die.
  process.stdout.on('error', () => {})
  const env = readEnv()
  const log = openLog(env)
  let running: Running | null = null
  let stopping: Promise<void> | null = null
  let askedAt = 0
  const end = (code: number, words: string) => {
    if (stopping) {
      // npm passes on a Ctrl-C that has already come: the same one, not a second.
      if (performance.now() - askedAt < sameSignalMs) return
      // Said twice: whoever waits has waited enough.
      running?.endAtOnce()
      process.exit(1)
    }
    askedAt = performance.now()
    process.stdout.write(`${words}\n`)
    stopping = (running ? running.stop() : Promise.resolve()).finally(() => process.exit(code))
  }
  process.on('SIGTERM', () => end(0, 'Stopping: running work is finished first.'))
  process.on('SIGINT', () => end(0, '\nStopping: running work is finished first.'))
  running = await startServer(env, { log, onTrouble: (reason) => void (stopping ?? end(1, `${reason} Stopping.`)) })
  await greet(env, running)
}

async function greet(env: Env, { url, auth, sandbox, setupLink, demoLeft }: Running): Promise<void> {
  if (!env.demo || !sandbox) {
    const where = env.ROLES.includes('web') ? ` on ${url}` : `: ${env.ROLES.join(', ')}.`
    process.stdout.write(`Answerback is ready${where}\n`)
    if (setupLink !== null) process.stdout.write(setUpWords(setupLink))
    if (env.PUBLIC_URL === undefined && env.ROLES.includes('web')) process.stdout.write(localWords())
    if (demoLeft) process.stdout.write(demoLeftWords())
    return
  }
  const [manager, lead] = [await auth.signInLink(demoManager.email), await auth.signInLink(demoLead.email)]
  process.stdout.write(`
Answerback is ready. This is a demo: the brand Fieldnote, with people who write to it by themselves.

  Inbox, as community manager (${demoManager.name}):  ${manager}
  Inbox, as team lead (${demoLead.name}):         ${lead}
  Each link signs in once; stop and start again for new ones.

  What the public sees:
${sandbox.platforms.map(({ name, url: page }) => `    ${name.padEnd(23)} ${page}`).join('\n')}

Stop with Ctrl-C.
`)
}

function setUpWords(setupLink: string): string {
  return `\nNobody has set it up yet. Open this link to choose the first owner, a password and the brand:\n\n  ${setupLink}\n\nIt works once, within a day; stop and start again for a new one.\n`
}

function localWords(): string {
  return `\nPUBLIC_URL is not set: links in invitations lead to this machine alone. Set it to the address that your colleagues open.\n`
}

function demoLeftWords(): string {
  return `\nThe demo's brand is still here, and rests. To remove it, stop this and run: npm run cli demo wipe\n`
}

function alreadyRunning(error: AlreadyRunning): string {
  return `Answerback is already running in this folder (process ${error.pid})${error.url ? `: ${error.url}` : '.'}\nStop that one first, or set DATA_DIR to another folder.`
}
