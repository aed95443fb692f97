import { appStore } from './app-store/dialect.ts'
import { bluesky } from './bluesky/dialect.ts'
import type { Dialect } from './dialect.ts'
import { discord } from './discord/dialect.ts'
import { discourse } from './discourse/dialect.ts'
import { facebook } from './facebook/dialect.ts'
import { github } from './github/dialect.ts'
import { googleBusiness } from './google-business/dialect.ts'
import { googlePlay } from './google-play/dialect.ts'
import { instagram } from './instagram/dialect.ts'
import { lemmy } from './lemmy/dialect.ts'
import { linkedin } from './linkedin/dialect.ts'
import { mastodon } from './mastodon/dialect.ts'
import { reddit } from './reddit/dialect.ts'
import { wordpress } from './wordpress/dialect.ts'
import { stackExchange } from './stack-exchange/dialect.ts'
import { threads } from './threads/dialect.ts'
import { telegram } from './telegram/dialect.ts'
import { tiktok } from './tiktok/dialect.ts'
import type { PlatformId } from './world/item.ts'
import { webhook } from './webhook/dialect.ts'
import { x } from './x/dialect.ts'
import { youtube } from './youtube/dialect.ts'

/** Every pretend platform: one line each, and nothing else in the sandbox names one. */
export const dialects = [
  facebook,
  bluesky,
  mastodon,
  lemmy,
  youtube,
  instagram,
  discourse,
  wordpress,
  x,
  threads,
  reddit,
  webhook,
  telegram,
  googleBusiness,
  googlePlay,
  discord,
  appStore,
  linkedin,
  tiktok,
  stackExchange,
  github,
  // A platform more: its line goes here.
] as const

/** Their ids, in the same order. */
export const platformIds: readonly PlatformId[] = dialects.map(({ id }) => id)

/** The dialect of a platform. */
export function dialectOf(platform: PlatformId): Dialect<PlatformId> {
  const dialect = (dialects as readonly Dialect<PlatformId>[]).find(({ id }) => id === platform)
  if (!dialect) throw new Error(`no platform ${platform}`)
  return dialect
}

/** Something of each platform, by its id. */
export function perPlatform<T>(make: (dialect: Dialect<PlatformId>) => T): Record<PlatformId, T> {
  return Object.fromEntries(platformIds.map((id) => [id, make(dialectOf(id))])) as Record<PlatformId, T>
}
