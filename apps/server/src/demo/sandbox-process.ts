import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'

/** One pretend platform as the sandbox announces it: its public page, what the connect form takes, and the app that signs its webhooks. */
const announced = z.object({
  id: z.string(),
  name: z.string(),
  url: z.string(),
  settings: z.record(z.string(), z.string()),
  app: z.record(z.string(), z.string()).nullable(),
})

const readiness = z.object({ url: z.string(), platforms: z.array(announced) })

export type SandboxProcess = z.infer<typeof readiness> & {
  /** What the connect form takes for a platform; empty where there is no such one. */
  settingsOf(platform: string): Record<string, string>
  /** Where webhooks go: this address and the platform's id. */
  webhookUrl: string
  stop(): Promise<void>
}

export type SandboxProcessOptions = {
  port: number
  secretsFile: string
  stateFile: string
  rhythm: string
  /** Webhooks go to this address and the platform's id. */
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
  const ready = new Promise<unknown>((resolve) => child.once('message', resolve))
  const first = await Promise.race([ready, exited.then(() => null)])
  if (!first) throw new Error(`The sandbox could not start. ${words.trim() || 'It said nothing.'}`)
  let stopping = false
  void exited.then(() => stopping || options.onExit())
  const { url, platforms } = readiness.parse(first)
  return {
    url,
    platforms,
    webhookUrl: options.webhookUrl,
    settingsOf: (platform) => platforms.find(({ id }) => id === platform)?.settings ?? {},
    async stop() {
      stopping = true
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM')
      await exited
    },
  }
}
