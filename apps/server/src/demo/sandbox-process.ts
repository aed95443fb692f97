import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'

/** Who the demo brand is in the sandbox, and what opens its doors: the part of its secrets file that we need. */
const secrets = z.object({
  facebook: z.object({
    appId: z.string(),
    appSecret: z.string(),
    verifyToken: z.string(),
    pageId: z.string(),
    pageAccessToken: z.string(),
  }),
  bluesky: z.object({ identifier: z.string(), appPassword: z.string() }),
  mastodon: z.object({ accessToken: z.string() }),
})

export type SandboxProcess = { url: string; secrets: z.infer<typeof secrets>; stop(): Promise<void> }

export type SandboxProcessOptions = {
  port: number
  secretsFile: string
  stateFile: string
  rhythm: string
  webhookUrl: string
  onExit: () => void
}

/** Starts the sandbox as a program of its own and waits until it listens. It ends by itself when we die. Throws its last words when it cannot start. */
export async function startSandboxProcess(options: SandboxProcessOptions): Promise<SandboxProcess> {
  const run = fileURLToPath(new URL('../../../../scripts/run.mjs', import.meta.url))
  const child = spawn(process.execPath, [run, 'sandbox'], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    // A group of its own: Ctrl-C reaches us first, and we tell it when we are done.
    detached: true,
    env: {
      PATH: '',
      SANDBOX_PORT: String(options.port),
      SANDBOX_SECRETS_FILE: options.secretsFile,
      SANDBOX_STATE_FILE: options.stateFile,
      SANDBOX_RHYTHM: options.rhythm,
      SANDBOX_WEBHOOK_URL: options.webhookUrl,
      SANDBOX_PARENT_PID: String(process.pid),
    },
  })
  let words = ''
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (words = (words + text).slice(-2_000)))
  const exited = once(child, 'exit')
  const ready = new Promise<{ url: string }>((resolve) => child.once('message', (message) => resolve(message as { url: string })))
  const first = await Promise.race([ready, exited.then(() => null)])
  if (!first) throw new Error(`The sandbox could not start. ${words.trim() || 'It said nothing.'}`)
  let stopping = false
  void exited.then(() => stopping || options.onExit())
  return {
    url: first.url,
    secrets: secrets.parse(JSON.parse(await readFile(options.secretsFile, 'utf8'))),
    async stop() {
      stopping = true
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM')
      await exited
    },
  }
}
