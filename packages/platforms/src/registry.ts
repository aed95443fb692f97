import { appStore } from './app-store/adapter.ts'
import { bluesky } from './bluesky/adapter.ts'
import { discord } from './discord/adapter.ts'
import { discourse } from './discourse/adapter.ts'
import { facebook } from './facebook/adapter.ts'
import { github } from './github/adapter.ts'
import { googleBusiness } from './google-business/adapter.ts'
import { googlePlay } from './google-play/adapter.ts'
import { instagram } from './instagram/adapter.ts'
import { lemmy } from './lemmy/adapter.ts'
import { linkedin } from './linkedin/adapter.ts'
import { mastodon } from './mastodon/adapter.ts'
import type { Platform } from './platform.ts'
import { reddit } from './reddit/adapter.ts'
import { stackExchange } from './stack-exchange/adapter.ts'
import { telegram } from './telegram/adapter.ts'
import { threads } from './threads/adapter.ts'
import { tiktok } from './tiktok/adapter.ts'
import { webhookSource } from './webhook/adapter.ts'
import { wordpress } from './wordpress/adapter.ts'
import { x } from './x/adapter.ts'
import { youtube } from './youtube/adapter.ts'

/** Every platform this version speaks: one line each, and nothing else in the product names one. */
export const platforms: readonly Platform[] = [
  facebook,
  instagram,
  threads,
  bluesky,
  mastodon,
  youtube,
  lemmy,
  discourse,
  discord,
  telegram,
  webhookSource,
  x,
  linkedin,
  reddit,
  googleBusiness,
  googlePlay,
  wordpress,
  appStore,
  github,
  stackExchange,
  tiktok,
]

/** The platform of that id; undefined when there is none. */
export function platformById(id: string): Platform | undefined {
  return platforms.find((platform) => platform.id === id)
}
