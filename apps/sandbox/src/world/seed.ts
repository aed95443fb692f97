import { dialectOf } from '../registry.ts'
import type { SandboxSecrets } from '../secrets.ts'
import type { PlatformId } from './item.ts'
import type { World } from './world.ts'

/** The brand's account on a platform and its posts: all of Fieldnote's, or the last one. */
export function seedPlatform(world: World, secrets: SandboxSecrets, platform: PlatformId, brand: 'fieldnote' | 'empty'): void {
  const dialect = dialectOf(platform)
  const createdAt = world.clock(platform) - 900 * 86_400_000
  const { id: authorId, handle } = dialect.brand(secrets[platform])
  world.addAccount({ id: authorId, handle, name: 'Fieldnote', platform, createdAt, isBrand: true })
  const chosen = brand === 'empty' ? dialect.brandPosts.slice(-1) : dialect.brandPosts
  for (const { text, title, extra, hoursAgo } of [...chosen].sort((a, b) => b.hoursAgo - a.hoursAgo)) {
    const at = world.clock(platform) - hoursAgo * 3_600_000
    world.write({ platform, authorId, text, title, extra, createdAt: at, indexedAt: at })
  }
}
