import type { Platform } from '@answerback/platforms/platform'
import type { Context } from '../context.ts'
import { reasonOf } from '../db/reason.ts'

const hourMs = 3_600_000
/** Keys are read again after an hour, and believed for a day where that fails. */
const freshMs = hourMs
const goodMs = 24 * hourMs
/** Anybody can send a signature that fits no key: that makes us ask once in so long. */
const againMs = 60_000
const timeoutMs = 5_000
/** More places than this are not remembered. */
const maxPlaces = 1_000

type Keys = Record<string, string>
type Kept = { keys: Keys | null; readAt: number; askedAt: number; asking: Promise<void> | null }

/**
 * The public keys of platforms that sign with their own, read when a webhook comes and kept for an hour. `of`: those we have, null where they could not be read. `after`: newer
 * ones than `of` gave, for a signature that fitted none of them; null when there is nothing newer.
 */
export function openKeys(ctx: Context): {
  of(platform: Platform, settings: Record<string, string>): Promise<Keys | null>
  after(platform: Platform, settings: Record<string, string>): Promise<Keys | null>
} {
  const places = new Map<string, Kept>()

  function placeOf(platform: Platform, settings: Record<string, string>): Kept {
    const name = `${platform.id} ${settings.apiUrl ?? ''}`
    const known = places.get(name)
    if (known) return known
    if (places.size >= maxPlaces) places.clear()
    const place: Kept = { keys: null, readAt: 0, askedAt: 0, asking: null }
    places.set(name, place)
    return place
  }

  /** Several that come at once ask once. */
  async function ask(place: Kept, platform: Platform, settings: Record<string, string>): Promise<void> {
    place.asking ??= readInto(place, platform, settings).finally(() => (place.asking = null))
    await place.asking
  }

  async function readInto(place: Kept, platform: Platform, settings: Record<string, string>): Promise<void> {
    const now = ctx.now().getTime()
    place.askedAt = now
    try {
      const keys = await platform.webhook?.keys?.read({ fetch: ctx.fetch, now: ctx.now, timeoutMs }, settings)
      Object.assign(place, { keys: keys ?? null, readAt: now })
    } catch (error) {
      ctx.log.warn({ platform: platform.id, reason: reasonOf(error) }, 'webhook: the keys that sign could not be read')
    }
  }

  const mayAsk = ({ askedAt }: Kept): boolean => Math.abs(ctx.now().getTime() - askedAt) >= againMs
  const isWithin = ({ keys, readAt }: Kept, ms: number): boolean => keys !== null && Math.abs(ctx.now().getTime() - readAt) < ms

  return {
    async of(platform, settings) {
      const place = placeOf(platform, settings)
      if (!isWithin(place, freshMs) && (place.keys === null || place.asking !== null || mayAsk(place))) await ask(place, platform, settings)
      return isWithin(place, goodMs) ? place.keys : null
    },
    async after(platform, settings) {
      const place = placeOf(platform, settings)
      const { readAt } = place
      if (place.asking === null && !mayAsk(place)) return null
      await ask(place, platform, settings)
      return place.readAt === readAt ? null : place.keys
    },
  }
}
