import type { Logger } from 'pino'
import type { Platform } from '@answerback/platforms/platform'
import type { Database } from './db/connection.ts'
import type { Env } from './env.ts'
import type { Secrets } from './access/secrets.ts'
import type { Queue } from './queue/queue.ts'
import type { Publish } from './live/frame.ts'

/** All that reaches the outside world, in one place, given to every verb. Tests give their own time, network and queue. */
export type Context = {
  env: Env
  secrets: Secrets
  log: Logger
  db: Database
  queue: Queue
  /** Hands a committed change to the browsers. */
  publish: Publish
  now: () => Date
  fetch: typeof fetch
  platforms: readonly Platform[]
  /** Where this machine alone reaches this server; set in the demo, whose platforms are on it. */
  localUrl?: string
}

/** Where platforms reach this server, without a slash at the end; null: nowhere. */
export function reachableUrl({ env, localUrl }: Context): string | null {
  return (env.PUBLIC_URL ?? localUrl)?.replace(/\/+$/, '') ?? null
}

/** The platform of that id. Throws when a row names one that this version does not have. */
export function platformOf(ctx: Context, id: string): Platform {
  const platform = ctx.platforms.find((each) => each.id === id)
  if (!platform) throw new Error(`This version has no platform "${id}"`)
  return platform
}
