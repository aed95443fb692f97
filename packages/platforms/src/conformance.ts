import { describe } from 'vitest'
import { checkCompleteness } from './conformance/completeness.ts'
import { checkConnect } from './conformance/connect.ts'
import { checkFailures } from './conformance/failures.ts'
import type { Failure } from './conformance/failures.ts'
import type { Fixture } from './conformance/fixture.ts'
import { checkHostile } from './conformance/hostile.ts'
import { checkLimits } from './conformance/limits.ts'
import { checkListening } from './conformance/listens.ts'
import { checkMedia } from './conformance/media.ts'
import { checkNormalize } from './conformance/normalize.ts'
import { checkPolls } from './conformance/polls.ts'
import { checkReplies } from './conformance/replies.ts'
import { checkWebhook } from './conformance/webhook.ts'
import type { World } from './conformance/world.ts'
import type { Handshake, Io, Platform, ReplyTarget, Self } from './platform.ts'

export type ConformanceOptions = {
  platform: Platform
  fixtures: Fixture[]
  /** Who we are in the fixtures, and in calls that never reach a platform. */
  self: Self
  /** Settings and credentials with which calls can be made against a given fetch. */
  channel: Pick<Io, 'settings' | 'credentials'>
  /** A target such as ingest would hand over. */
  target: ReplyTarget
  /** Texts and their lengths as the platform counts them, and one that is just too long. */
  lengths: { text: string; length: number }[]
  /** How the platform words each failure. */
  failures: Failure[]
  /** A page that always promises another one; `step` grows by one a call, or stays 0 for a platform that goes in circles. */
  endless(url: URL, step: number): unknown
  /**
   * A signed body and its secret, where there are webhooks. The first header carries the signature, and none of them can be left out. `now`: when it was signed, where
   * that counts. `settings` and `keys`: what `verify` needs besides, where the platform publishes its keys.
   */
  signed?: {
    secret: string
    body: string
    headers: Record<string, string>
    now?: string
    url?: string
    settings?: Record<string, string>
    keys?: Record<string, string>
  }
  /** How the platform tries an address, and the exact answer. None where `handshake` is `none`. */
  handshakes?: { app: { secret: string; verifyToken: string }; query: Record<string, string>; answer: Handshake }[]
  /** A message of ours as ingest would hand it over, for `editReply` and `remove`; the target stands in where it is absent. */
  own?: { externalId: string; ref: Record<string, string> }
  /** A world to run against (the sandbox): opened once a test. Without it only the pure half runs. */
  open?: () => Promise<World>
}

/**
 * The one kit that every adapter passes: what architecture.md promises of a platform, as tests. The first half needs nothing but the fixtures and made-up
 * answers; the second runs against a world that misbehaves on command.
 */
export function conformance(options: ConformanceOptions): void {
  describe(`${options.platform.id}: conformance`, () => {
    describe('connect', () => checkConnect(options))
    describe('normalize', () => checkNormalize(options))
    describe('on a bad day', () => checkHostile(options))
    describe('webhook', () => checkWebhook(options))
    describe('limits', () => checkLimits(options))
    describe('failures', () => checkFailures(options))
    const { open } = options
    const { polls, misses = [] } = options.platform.can
    if (open) {
      describe('polling a world', () => checkPolls(options.platform, open))
      // What was said before cannot be asked for everywhere.
      if (polls !== false && !misses.includes('past'))
        describe('missing nothing in a world', () => checkCompleteness(options.platform, open))
      describe('listening to a world', () => checkListening(options.platform, open))
      describe('replying into a world', () => checkReplies(options.platform, open))
      describe('files in a reply', () => checkMedia(options.platform, open))
    }
  })
}
