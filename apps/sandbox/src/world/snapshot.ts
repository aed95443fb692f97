import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import type { Context } from '../context.ts'
import type { Running } from '../dialect.ts'
import { dialectOf, platformIds } from '../registry.ts'
import type { Webhooks } from '../webhooks/webhooks.ts'
import type { Account, Item, PlatformId } from './item.ts'

/** Raised when items or what the platforms keep change their shape: a state of another version is not taken up. */
const version = 2

/** What is saved of a sandbox: the world, and what each platform keeps beyond it. */
export type Services = { context: Context; webhooks: Webhooks; running: Record<PlatformId, Running> }

type SavedItem = Omit<Item, 'likes'> & { likes: [string, number][] }
type SavedPlatform = { brandId: string; accounts: Account[]; items: SavedItem[]; topics: string[]; kept: Record<string, unknown> }
type State = { version: number; serial: number; platforms: Record<string, SavedPlatform> }

/** Writes the whole state to a file, in one step, so that a restart goes on where it stopped. */
export function saveState(path: string, { context, webhooks, running }: Services): void {
  const { world } = context
  const platforms: State['platforms'] = {}
  for (const platform of platformIds) {
    platforms[platform] = {
      brandId: world.brand(platform).id,
      accounts: [...world.accounts[platform].values()],
      items: [...world.items[platform].values()].map((item) => ({ ...item, likes: [...item.likes] })),
      topics: webhooks.of(platform).topics,
      kept: Object.fromEntries(Object.entries(running[platform].state ?? {}).map(([name, each]) => [name, each.all()])),
    }
  }
  const state: State = { version, serial: world.nextSerial(), platforms }
  writeFileSync(`${path}.new`, JSON.stringify(state), { mode: 0o600 })
  renameSync(`${path}.new`, path)
}

/**
 * Takes the state up again, each platform's that is there and still the same brand's. Answers false if there is none, or none that
 * this version understands; whoever asked begins anew then.
 */
export function loadState(path: string, services: Services): boolean {
  try {
    const state = JSON.parse(readFileSync(path, 'utf8')) as State
    if (state.version !== version) return false
    services.context.world.clear()
    for (const platform of platformIds) {
      const saved = state.platforms[platform]
      if (saved) restore(services, platform, saved, state.serial)
    }
    return true
  } catch {
    return false
  }
}

function restore({ context, webhooks, running }: Services, platform: PlatformId, saved: SavedPlatform, serial: number): void {
  const { world, secrets } = context
  if (saved.brandId !== dialectOf(platform).brand(secrets[platform]).id) return
  for (const account of saved.accounts) world.addAccount(account)
  world.restore(
    saved.items.map((item) => ({ ...item, likes: new Map(item.likes) })),
    serial,
  )
  webhooks.of(platform).topics = saved.topics
  for (const [name, each] of Object.entries(running[platform].state ?? {})) if (name in saved.kept) each.restore(saved.kept[name])
}
