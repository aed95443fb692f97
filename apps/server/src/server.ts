import { mkdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Logger } from 'pino'
import { uuidv7 } from 'uuidv7'
import { platforms } from '@answerback/platforms/registry'
import { openAuth, type Auth } from './access/auth.ts'
import { endDemo } from './access/end-demo.ts'
import { guardFetch } from './access/hosts.ts'
import { checkKeys } from './access/rotate-keys.ts'
import { seedPlatformApps } from './access/platform-apps.ts'
import { loadSecrets, sessionsOf } from './access/secrets.ts'
import { makeSetupLink } from './access/setup.ts'
import { openApp } from './app.ts'
import type { Context } from './context.ts'
import { connect } from './db/connection.ts'
import { migrate } from './db/migrate.ts'
import { openDatabase } from './db/open-database.ts'
import { demoWorkspace, prepareDemo } from './demo/demo.ts'
import { startSandboxProcess, type SandboxProcess } from './demo/sandbox-process.ts'
import type { Env } from './env.ts'
import { ingestDeliveries } from './ingest/ingest.ts'
import { releasePolls } from './intake/poll-claim.ts'
import { sweepAfter } from './intake/store.ts'
import { sweepDeliveries } from './intake/sweep.ts'
import { together } from './ingest/together.ts'
import { openRelay } from './live/relay.ts'
import { openQueue, prefixOf } from './queue/queue.ts'
import { continueReply } from './reply/deliver.ts'
import { startTimers } from './timers.ts'

/** Deliveries of several jobs in one transaction; a workspace's transactions wait for each other, so many small ones only queue. */
const ingestTogether = 20

/** How long running work may take to end once the process is told to, and what each part gets when that is used up. */
const drainMs = 20_000
const leastMs = 500

export type Running = {
  url: string
  ctx: Context
  auth: Auth
  sandbox: SandboxProcess | null
  setupLink: string | null
  /** The brand of a demo that is over still lies in this database. */
  demoLeft: boolean
  stop(): Promise<void>
  endAtOnce(): void
}

/**
 * Starts the chosen roles in this process and resolves when they are ready. `stop` drains: nothing new begins, running requests and jobs end, 20 s at most,
 * then everything is closed. `endAtOnce` leaves no process behind and waits for nothing. `onTrouble` hears what no request can tell, such as a database that
 * ended by itself.
 */
export async function startServer(
  env: Env,
  options: { log: Logger; now?: () => Date; onTrouble: (reason: string) => void },
): Promise<Running> {
  const { log } = options
  const { closing, stop } = openClosers(log)
  let endAtOnce = () => {}
  try {
    const dataDir = resolve(env.DATA_DIR)
    await mkdir(dataDir, { recursive: true, mode: 0o700 })
    const secrets = await loadSecrets(dataDir, env)
    const store = await openDatabase(env, dataDir, { keys: sessionsOf(secrets), log, onTrouble: options.onTrouble })
    closing('database', () => store.stop(), { atLeastMs: Infinity })
    endAtOnce = () => void store.stop()
    await migrate(store.owner, { rolePasswords: store.rolePasswords })
    // Whoever said once that this folder is no demo need not say it again.
    if (env.DEMO === 'off' && env.DATABASE_URL === undefined) await endDemo(dataDir)
    const db = connect(store.app, store.system, (error) => log.warn({ reason: error.message }, 'database: a connection was lost'))
    closing('connections', () => db.close())
    let sandbox: SandboxProcess | null = null
    // The work that still runs may be talking to it, and through all of these.
    closing('sandbox', () => sandbox?.stop())
    const shared = { redisUrl: env.REDIS_URL, prefix: prefixOf(secrets.session), postgres: store.system, log }
    const id = uuidv7()
    const word = openRelay({ ...shared, id })
    closing('word to others', () => word.close())
    // On the embedded database this process is the only server: it hears what commands did, and tells nobody.
    const relay = { id, open: env.DATABASE_URL ? word : { ...word, tell: () => {} } }

    const guarded = guardFetch({ allowed: env.allowedHosts })
    closing('calls out', () => guarded.close())
    const queue = openQueue({ ...shared, alone: !env.DATABASE_URL })
    closing('jobs', () => queue.close())
    const ctx: Context = {
      env,
      secrets,
      log,
      db,
      queue,
      publish: (workspaceId, frame) => relay.open.tell({ kind: 'change', workspaceId, frame }),
      now: options.now ?? (() => new Date()),
      fetch: guarded,
      platforms,
    }
    await checkKeys(ctx)
    await seedPlatformApps(ctx)
    const host = env.HOST ?? (env.demo ? '127.0.0.1' : '0.0.0.0')
    const demo = env.demo ? { sandboxUrl: '' } : null
    let url = env.PUBLIC_URL ?? ''
    // The address is known only once the port is ours, and sign-in links need it.
    const auth = openAuth(ctx, { publicUrl: () => url })
    const mail =
      env.SMTP_URL && env.MAIL_FROM ? (await import('./access/mail.ts')).openMail({ smtpUrl: env.SMTP_URL, from: env.MAIL_FROM }) : null
    if (env.ROLES.includes('web')) {
      const { app, live } = await openApp(ctx, auth, { demo, relay, mail })
      ctx.publish = live.publish
      await live.listen()
      closing('requests', () => app.close())
      closing('browsers', () => live.close())
      await app.listen({ port: env.PORT, host })
      const { port } = app.server.address() as { port: number }
      url ||= `http://localhost:${port}`
      store.announce(url)
      if (demo) ctx.localUrl = url.replace('localhost', '127.0.0.1')
    }
    if (demo) {
      sandbox = await startSandboxProcess({
        port: env.SANDBOX_PORT,
        secretsFile: resolve(dataDir, 'sandbox-secrets.json'),
        stateFile: resolve(dataDir, 'sandbox-state.json'),
        rhythm: env.SANDBOX_RHYTHM,
        webhookUrl: `${url.replace('localhost', '127.0.0.1')}/webhooks`,
        onExit: () => options.onTrouble('The sandbox ended by itself.'),
      })
      demo.sandboxUrl = sandbox.url
      env.allowedHosts.push(new URL(sandbox.url).host)
      await prepareDemo(ctx, sandbox)
    }
    if (env.ROLES.includes('worker')) {
      const takeIn = together(ingestTogether, (deliveryIds) => ingestDeliveries(ctx, deliveryIds))
      await queue.work('ingest', 16, (job) => takeIn(job.deliveryIds))
      await queue.work('send', 16, (job) => continueReply(ctx, job))
    }
    // The embedded database has one process: whoever had claimed a channel before, or begun to take something in, is gone.
    if (!env.DATABASE_URL) {
      await releasePolls(ctx)
      if (env.ROLES.includes('worker')) await sweepDeliveries(ctx, sweepAfter(ctx.now()))
    }
    const timers = startTimers(ctx, env.ROLES, guarded.openSocket)
    closing('timers', timers.stop)
    const setupLink = env.ROLES.includes('web') ? await makeSetupLink(ctx, auth.publicUrl()) : null
    const demoLeft = !demo && (await demoWorkspace(ctx)) !== null
    return { url, ctx, auth, sandbox, setupLink, demoLeft, stop, endAtOnce: () => endAtOnce() }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Things to close, last opened first; all together may take `drainMs`. What takes longer is left behind and named: its rows say how far it came. */
function openClosers(log: Logger) {
  const opened: { name: string; close: () => unknown; atLeastMs: number }[] = []
  return {
    closing(name: string, close: () => unknown, { atLeastMs = leastMs } = {}): void {
      opened.push({ name, close, atLeastMs })
    },
    async stop(): Promise<void> {
      const until = performance.now() + drainMs
      for (const { name, close, atLeastMs } of opened.splice(0).toReversed()) {
        const closed = Promise.resolve()
          .then(close)
          .catch((error: unknown) => log.error({ part: name, err: error }, 'stop: something did not close'))
        const waitMs = Math.max(atLeastMs, until - performance.now())
        if (waitMs === Infinity) await closed
        else if ((await Promise.race([closed.then(() => 'closed'), after(waitMs)])) === 'late')
          log.warn({ part: name, seconds: drainMs / 1000 }, 'stop: not waiting any longer')
      }
    },
  }
}

function after(ms: number): Promise<'late'> {
  return new Promise((resolve) => setTimeout(resolve, ms, 'late').unref())
}
