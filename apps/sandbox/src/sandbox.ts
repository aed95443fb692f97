import Fastify from 'fastify'
import { routeAdmin } from './admin/routes.ts'
import { announce } from './announce.ts'
import type { Announced } from './announce.ts'
import type { Context } from './context.ts'
import { written } from './faults/answers.ts'
import { applyFaults } from './faults/apply.ts'
import type { Hanging } from './faults/apply.ts'
import { keepDoor } from './faults/door.ts'
import { Faults } from './faults/faults.ts'
import { readBodies } from './http/body.ts'
import { withPrefix } from './http/prefix.ts'
import { acceptSockets } from './http/sockets.ts'
import { routePages } from './pages/routes.ts'
import { seededRandom } from './random.ts'
import { dialectOf, perPlatform, platformIds } from './registry.ts'
import { Rhythm } from './rhythm/rhythm.ts'
import type { Pace } from './rhythm/rhythm.ts'
import { writeEarlier } from './rhythm/earlier.ts'
import { makeSecrets } from './secrets.ts'
import type { SandboxSecrets } from './secrets.ts'
import { Webhooks } from './webhooks/webhooks.ts'
import type { PlatformId } from './world/item.ts'
import { seedPlatform } from './world/seed.ts'
import { loadState, saveState } from './world/snapshot.ts'
import type { Services } from './world/snapshot.ts'
import { World } from './world/world.ts'

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
  /** The platforms that answer; all of them by default. */
  only?: readonly PlatformId[]
  /** Where webhooks go from the start: each platform's to this address and its id. */
  webhookBase?: string
  /** Answer 429 when a platform's documented limits are passed. Off by default. */
  enforceLimits?: boolean
  /** Items kept on each platform; the oldest conversations are forgotten above it. */
  keepItems?: number
  /** Where the state is kept over restarts: read at the start, written every 10 s and at the end. */
  stateFile?: string
}

/** A running sandbox. `urls` are the base URLs to give a client of each platform, `platforms` what it takes to connect the brand. */
export type Sandbox = {
  url: string
  urls: Record<PlatformId, string>
  platforms: Announced[]
  secrets: SandboxSecrets
  world: World
  faults: Faults
  webhooks: Webhooks
  rhythm: Rhythm
  /** Breaks every open WebSocket, or those of one platform. */
  dropSockets: (platform?: PlatformId) => void
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
  const world = new World({ now, random, keepItems: options.keepItems ?? 6_000 })
  let url = ''
  const enforceLimits = options.enforceLimits ?? false
  const context: Context = { world, secrets, faults, publicUrl: () => url, enforceLimits }

  const app = Fastify({
    // Above Discord's 25 MiB, so that it refuses a request in its own words.
    bodyLimit: 32 * 1024 * 1024,
    forceCloseConnections: true,
    // Some APIs take a hundred ids in one part of a path.
    routerOptions: { maxParamLength: 5_000 },
    rewriteUrl: (request) => withPrefix(request.url ?? '/'),
  })
  readBodies(app)
  const answering = options.only ?? platformIds
  const webhooks = new Webhooks(context)
  const running = perPlatform((dialect) => dialect.open(context, webhooks.of(dialect.id)))
  const hanging: Hanging = new Set()
  for (const platform of answering)
    app.register(
      async (scope) => {
        applyFaults(scope, context, platform, hanging)
        scope.setNotFoundHandler((request, reply) => {
          const path = (request.raw.url ?? '/').slice(platform.length + 1)
          const { status, headers, body } = written(dialectOf(platform).failures.unknownPath(context, path))
          return reply.code(status).headers(headers).send(body)
        })
        running[platform].routes(scope)
      },
      { prefix: `/${platform}` },
    )
  const sockets = acceptSockets(app.server, keepDoor(context, running))
  const rhythm = new Rhythm(world)
  const seed = (platform: PlatformId, brand: 'fieldnote' | 'empty') => {
    seedPlatform(world, secrets, platform, brand)
    if (brand === 'fieldnote' && (options.rhythm ?? 'off') !== 'off') writeEarlier(world, platform)
  }
  const reset = (brand: 'fieldnote' | 'empty' = options.brand ?? 'empty') => {
    world.clear()
    faults.clear()
    webhooks.clear()
    for (const { state } of Object.values(running)) for (const each of Object.values(state ?? {})) each.clear()
    for (const platform of platformIds) seed(platform, brand)
    rhythm.start(rhythm.pace)
  }
  const services: Services = { context, webhooks, running }
  const { stateFile } = options
  if (!stateFile || !loadState(stateFile, services)) reset()
  // A state that was saved before a platform was added knows nothing of it.
  for (const platform of platformIds) if (!world.hasBrand(platform)) seed(platform, options.brand ?? 'empty')
  routePages(app, context, answering)
  routeAdmin(app, { ...context, webhooks, reset, setPace: (pace) => rhythm.start(pace) })
  await app.listen({ port: options.port, host })
  const address = app.server.address()
  const port = typeof address === 'object' && address ? address.port : options.port
  url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`
  if (options.webhookBase) webhooks.sendTo(options.webhookBase)
  let changed = true
  world.listen(() => (changed = true))
  const saving = setInterval(() => {
    if (stateFile && changed) trySave(stateFile, services)
    changed = false
  }, savePauseMs)
  rhythm.start(options.rhythm ?? 'off')
  const dropSockets = (platform = ''): void => {
    for (const { path, peer } of [...sockets]) if (withPrefix(path).startsWith(`/${platform}`)) peer.drop()
  }
  let closing: Promise<void> | undefined
  const close = async () => {
    rhythm.stop()
    webhooks.close()
    clearInterval(saving)
    if (stateFile) trySave(stateFile, services)
    for (const letGo of [...hanging]) letGo()
    dropSockets()
    await app.close()
  }

  return {
    url,
    urls: perPlatform(({ id }) => `${url}/${id}`),
    platforms: announce(context, webhooks),
    secrets,
    world,
    faults,
    webhooks,
    rhythm,
    dropSockets,
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
