import { brandPosts } from '../rhythm/posts.ts'
import type { SandboxSecrets } from '../secrets.ts'
import type { PlatformId } from './item.ts'
import { platformIds } from './item.ts'
import type { World } from './world.ts'

/** The brand's account on each platform and its posts: all of Fieldnote's, or one a platform. */
export function seedWorld(world: World, secrets: SandboxSecrets, brand: 'fieldnote' | 'empty'): void {
  for (const platform of platformIds) seedBrand(world, secrets, platform)
  for (const platform of platformIds) {
    const posts = brandPosts.filter((post) => post.platform === platform)
    const chosen = brand === 'empty' ? posts.slice(-1) : posts
    for (const { text, hoursAgo } of [...chosen].sort((a, b) => b.hoursAgo - a.hoursAgo)) {
      const at = world.clock(platform) - hoursAgo * 3_600_000
      const authorId = world.brand(platform).id
      world.write({ platform, authorId, text, createdAt: at, indexedAt: at })
    }
  }
}

function seedBrand(world: World, secrets: SandboxSecrets, platform: PlatformId): void {
  const { facebook, bluesky, mastodon } = secrets
  const id = { facebook: facebook.pageId, bluesky: bluesky.did, mastodon: mastodon.accountId }
  const handle = {
    facebook: 'fieldnote',
    bluesky: bluesky.identifier,
    mastodon: mastodon.acct,
  }
  const createdAt = world.clock(platform) - 900 * 86_400_000
  const name = facebook.pageName
  const account = { id: id[platform], handle: handle[platform], name, platform, createdAt }
  world.addAccount({ ...account, isBrand: true })
}
