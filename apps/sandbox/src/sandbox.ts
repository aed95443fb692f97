import Fastify from 'fastify'
import { routeBluesky } from './bluesky/routes.ts'
import type { Bluesky } from './bluesky/routes.ts'
import { blueskyDialect } from './bluesky/dialect.ts'
import type { Context } from './context.ts'
import { facebookDialect } from './facebook/dialect.ts'
import { GraphError } from './facebook/errors.ts'
import { routeFacebook } from './facebook/routes.ts'
import { Webhooks } from './facebook/webhooks.ts'
import type { WebhookTarget } from './facebook/webhooks.ts'
import { applyFaults } from './faults/apply.ts'
import { Faults } from './faults/faults.ts'
import { readBodies } from './http/body.ts'
import { withPrefix } from './http/base.ts'
import { mastodonDialect } from './mastodon/dialect.ts'
import { routeMastodon } from './mastodon/routes.ts'
import type { Mastodon } from './mastodon/routes.ts'
import { routeAdmin } from './admin/routes.ts'
import { routePages } from './pages/routes.ts'
import { seededRandom } from './random.ts'
import { writeEarlier } from './rhythm/earlier.ts'
import { Rhythm } from './rhythm/rhythm.ts'
import type { Pace } from './rhythm/rhythm.ts'
import { makeSecrets } from './secrets.ts'
import type { SandboxSecrets } from './secrets.ts'
import { loadState, saveState } from './world/snapshot.ts'
import type { Services } from './world/snapshot.ts'
import { seedWorld } from './world/seed.ts'
import { World } from './world/world.ts'
import type { PlatformId } from './world/item.ts'

const savePauseMs = 10_000

/** How to start a sandbox. Everything left out has a quiet default: empty brand, no rhythm, seed 1. */
export type SandboxOptions = {
  /** 0 for any free port. */
  port: number
  host?: string
  seed?: number
  now?: () => Date
  random?: () => number
  secrets?: SandboxSecrets
  brand?: 'fieldnote' | 'empty'
  /** How often people write by themselves. Off by default. */
  rhythm?: Pace
  webhookTarget?: WebhookTarget
  /** Answer 429 when a platform's documented limits are passed. Off by default. */
  enforceLimits?: boolean
  /** Items kept on each platform; the oldest conversations are forgotten above it. */
  keepItems?: number
  /** Where the state is kept over restarts: read at the start, written every 10 s and at the end. */
  stateFile?: string
}

/** A running sandbox. `urls` are the base URLs to give a client of each platform. */
export type Sandbox = {
  url: string
  urls: Record<PlatformId, string>
  secrets: SandboxSecrets
  world: World
  faults: Faults
  webhooks: Webhooks
  rhythm: Rhythm
  reset: (brand?: 'fieldnote' | 'empty') => void
  close: () => Promise<void>
}

/**
 * Starts the pretend internet on one port and resolves when it listens. Rejects when the port is
 * taken. `close()` answers nothing more, lets hanging calls go and frees the port.
 */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const now = options.now ?? (() => new Date())
  const random = options.random ?? seededRandom(options.seed ?? 1)
  const secrets = options.secrets ?? makeSecrets(seededRandom(options.seed ?? 1))
  const host = options.host ?? '127.0.0.1'
  const faults = new Faults()
  const dialects = {
    facebook: facebookDialect(),
    bluesky: blueskyDialect(),
    mastodon: mastodonDialect(),
  }
  const world = new World({ now, random, dialects, keepItems: options.keepItems ?? 6_000 })
  let url = ''
  const enforceLimits = options.enforceLimits ?? false
  const context: Context = { world, secrets, faults, publicUrl: () => url, enforceLimits }

  const app = Fastify({
    bodyLimit: 5 * 1024 * 1024,
    forceCloseConnections: true,
    rewriteUrl: (request) => withPrefix(request.url ?? '/'),
  })
  readBodies(app)
  app.setNotFoundHandler((request, reply) => {
    const path = request.raw.url ?? '/'
    if (path.startsWith('/facebook/v')) return reply.code(400).send(new GraphError(2500, 'Unknown path components').body)
    return reply.code(404).send({ error: path.startsWith('/mastodon/') ? 'Not Found' : 'NotFound' })
  })
  const hanging = applyFaults(app, context)
  const webhooks = new Webhooks(context)
  const facebook = routeFacebook(app, context, webhooks)
  const bluesky = routeBluesky(app, context)
  const mastodon = routeMastodon(app, context)
  const rhythm = new Rhythm(world)
  const reset = (brand: 'fieldnote' | 'empty' = options.brand ?? 'empty') => {
    world.clear()
    faults.clear()
    webhooks.clear()
    facebook.privateReplies.clear()
    facebook.otherFields.clear()
    Object.assign(facebook.login, { pages: null, loggedInAt: null })
    clearServices(bluesky, mastodon)
    seedWorld(world, secrets, brand)
    if (brand === 'fieldnote' && (options.rhythm ?? 'off') !== 'off') writeEarlier(world)
    rhythm.start(rhythm.pace)
  }
  const services = { facebook, bluesky, mastodon }
  const { stateFile } = options
  if (!stateFile || !loadState(stateFile, services)) reset()
  routePages(app, context)
  routeAdmin(app, { ...context, webhooks, reset, setPace: (pace) => rhythm.start(pace) })
  await app.listen({ port: options.port, host })
  const address = app.server.address()
  const port = typeof address === 'object' && address ? address.port : options.port
  url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`
  webhooks.target = options.webhookTarget ?? null
  let changed = true
  world.listen(() => (changed = true))
  const saving = setInterval(() => {
    if (stateFile && changed) trySave(stateFile, services)
    changed = false
  }, savePauseMs)
  rhythm.start(options.rhythm ?? 'off')
  let closing: Promise<void> | undefined
  const close = async () => {
    rhythm.stop()
    webhooks.close()
    clearInterval(saving)
    if (stateFile) trySave(stateFile, services)
    hanging.release()
    await app.close()
  }

  return {
    url,
    urls: { facebook: `${url}/facebook`, bluesky: `${url}/bluesky`, mastodon: `${url}/mastodon` },
    secrets,
    world,
    faults,
    webhooks,
    rhythm,
    reset,
    close: () => (closing ??= close()),
  }
}

/** A full disk must not end the demo: the state is only a comfort. */
function trySave(stateFile: string, services: Services): void {
  try {
    saveState(stateFile, services)
  } catch (error) {
    process.emitWarning(`The sandbox could not save its state: ${String(error)}`)
  }
}

function clearServices(bluesky: Bluesky, mastodon: Mastodon): void {
  bluesky.records.clear()
  bluesky.notifications.clear()
  mastodon.notifications.clear()
  mastodon.keys.clear()
  mastodon.apps.clear()
  mastodon.tokens.clear()
}
