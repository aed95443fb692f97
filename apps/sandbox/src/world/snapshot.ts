import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Context } from '../context.ts'
import type { Running } from '../dialect.ts'
import { dialectOf, platformIds } from '../registry.ts'
import type { Webhooks } from '../webhooks/webhooks.ts'
import type { KeptFile } from './files.ts'
import type { Account, Item, ItemMedia, PlatformId } from './item.ts'
import type { World } from './world.ts'

/** Raised when items or what the platforms keep change their shape: a state of another version is not taken up. */
const version = 2

/** What is saved of a sandbox: the world, and what each platform keeps beyond it. */
export type Services = { context: Context; webhooks: Webhooks; running: Record<PlatformId, Running> }

/** Of a state that was saved before there were files, neither items nor platforms tell of any. */
type SavedItem = Omit<Item, 'likes' | 'media'> & { likes: [string, number][]; media?: ItemMedia[] }
type SavedFile = Omit<KeptFile, 'bytes'>
type SavedPlatform = {
  brandId: string
  accounts: Account[]
  items: SavedItem[]
  files?: SavedFile[]
  topics: string[]
  kept: Record<string, unknown>
}
type State = { version: number; serial: number; platforms: Record<string, SavedPlatform> }

/** Writes the whole state to a file, in one step, so that a restart goes on where it stopped; uploaded files beside it, in `{path}.files`, each once. */
export function saveState(path: string, { context, webhooks, running }: Services): void {
  const { world } = context
  const platforms: State['platforms'] = {}
  for (const platform of platformIds) {
    platforms[platform] = {
      brandId: world.brand(platform).id,
      accounts: [...world.accounts[platform].values()],
      items: [...world.items[platform].values()].map((item) => ({ ...item, likes: [...item.likes] })),
      files: world.files.of(platform).map(({ bytes: _bytes, ...file }) => file),
      topics: webhooks.of(platform).topics,
      kept: Object.fromEntries(Object.entries(running[platform].state ?? {}).map(([name, each]) => [name, each.all()])),
    }
  }
  const state: State = { version, serial: world.nextSerial(), platforms }
  const before = saveFiles(world, filesBeside(path))
  writeFileSync(`${path}.new`, JSON.stringify(state), { mode: 0o600 })
  renameSync(`${path}.new`, path)
  for (const name of before) if (!world.files.byKey(name)) rmSync(join(filesBeside(path), name))
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
      if (saved) restore(services, platform, saved, { serial: state.serial, folder: filesBeside(path) })
    }
    return true
  } catch {
    return false
  }
}

type From = { serial: number; folder: string }

function restore({ context, webhooks, running }: Services, platform: PlatformId, saved: SavedPlatform, { serial, folder }: From): void {
  const { world, secrets } = context
  if (saved.brandId !== dialectOf(platform).brand(secrets[platform]).id) return
  for (const account of saved.accounts) world.addAccount(account)
  world.restore(
    saved.items.map((item) => ({ ...item, media: item.media ?? [], likes: new Map(item.likes) })),
    serial,
  )
  for (const file of saved.files ?? []) {
    const path = join(folder, file.key)
    if (existsSync(path)) world.files.add({ ...file, bytes: readFileSync(path) })
  }
  webhooks.of(platform).topics = saved.topics
  for (const [name, each] of Object.entries(running[platform].state ?? {})) if (name in saved.kept) each.restore(saved.kept[name])
}

function filesBeside(path: string): string {
  return `${path}.files`
}

/** Writes the files that are not there yet, and gives the names of those that were. */
function saveFiles(world: World, folder: string): string[] {
  const before = existsSync(folder) ? readdirSync(folder) : []
  const files = platformIds.flatMap((platform) => world.files.of(platform)).filter(({ key }) => !before.includes(key))
  if (files.length > 0) mkdirSync(folder, { recursive: true, mode: 0o700 })
  for (const { key, bytes } of files) {
    writeFileSync(join(folder, `${key}.new`), bytes, { mode: 0o600 })
    renameSync(join(folder, `${key}.new`), join(folder, key))
  }
  return before
}
