import type { Context } from '../context.ts'
import { dialectOf, perPlatform, platformIds } from '../registry.ts'
import type { PlatformId } from '../world/item.ts'
import { Sender } from './sender.ts'
import type { DeliveryLog } from './sender.ts'

/** The webhooks of every platform, a sender each. */
export class Webhooks {
  #context: Context
  #senders: Record<PlatformId, Sender>

  constructor(context: Context) {
    this.#context = context
    this.#senders = perPlatform(({ id, webhooks }) => new Sender(context, id, webhooks))
  }

  /** What one platform sends. */
  of(platform: PlatformId): Sender {
    return this.#senders[platform]
  }

  /** Sends each platform's to `{base}/{platform}` without a handshake, signed by the brand's own app. */
  sendTo(base: string): void {
    for (const platform of platformIds) {
      const app = this.appOf(platform)
      if (app) this.of(platform).target = { url: `${base}/${platform}`, secret: app.appSecret, verifyToken: app.verifyToken }
    }
  }

  /** The app whose secret signs on this platform; null where there is none to register. */
  appOf(platform: PlatformId): { appId: string; appSecret: string; verifyToken: string } | null {
    return dialectOf(platform).webhooks?.app?.(this.#context.secrets[platform]) ?? null
  }

  /** How many wait for an answer or another attempt. */
  get pending(): number {
    return this.#all.reduce((sum, sender) => sum + sender.pending, 0)
  }

  /** Every attempt of every platform, by platform in order of time. */
  get log(): (DeliveryLog & { platform: PlatformId })[] {
    return platformIds.flatMap((platform) => this.of(platform).log.map((delivery) => ({ platform, ...delivery })))
  }

  /** Sends what a batching or reordering fault still holds back. */
  flush(): void {
    for (const sender of this.#all) sender.flush()
  }

  /** Forgets the logs and all that waits. */
  clear(): void {
    for (const sender of this.#all) sender.clear()
  }

  /** Stops sending at once. */
  close(): void {
    for (const sender of this.#all) sender.close()
  }

  get #all(): Sender[] {
    return Object.values(this.#senders)
  }
}
