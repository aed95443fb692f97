import { and, eq, inArray, or, sql } from 'drizzle-orm'
import type { Fact } from '@answerback/core/facts'
import type { Platform, Wanted, WebhookEntry } from '@answerback/platforms/platform'
import { selfOf } from '../access/channel-io.ts'
import { platformOf, type Context } from '../context.ts'
import { schema as t } from '../db/schema.ts'
import { storable } from './storable.ts'

export type DeliveryRow = typeof t.delivery.$inferSelect
type ChannelRow = typeof t.channel.$inferSelect

/** What one delivery says to one channel. `unknown` are entries that could not be read, by their index in the body; `wanted`, what it names and does not tell. */
export type Said = { channel: ChannelRow; facts: Fact[]; unknown: { index: number; reason: string }[]; wanted: Wanted[] }

/** A delivery that cannot be read at all; its message is the reason shown. */
export class Unreadable extends Error {}

/** What was asked of the database while reading several deliveries: they mostly speak to the same few channels. */
export type Lookups = Map<string, Promise<unknown>>

/**
 * Reads raw deliveries into facts per channel, without writing anything. An entry goes only to channels of the app whose secret matched.
 * Throws `Unreadable` when there is nothing in it for anybody.
 */
export async function readDelivery(ctx: Context, delivery: DeliveryRow, lookups: Lookups): Promise<Said[]> {
  const platform = platformOf(ctx, delivery.platform)
  return delivery.kind === 'webhook' ? readWebhook(ctx, platform, delivery, lookups) : readPage(ctx, platform, delivery, lookups)
}

function once<T>(lookups: Lookups, key: string, load: () => Promise<T>): Promise<T> {
  const known = lookups.get(key) as Promise<T> | undefined
  const loading = known ?? load()
  lookups.set(key, loading)
  return loading
}

async function readPage(ctx: Context, platform: Platform, delivery: DeliveryRow, lookups: Lookups): Promise<Said[]> {
  const channels = await once(lookups, `channel ${delivery.channelId}`, async () =>
    ctx.db.system.select().from(t.channel).where(eq(t.channel.id, delivery.channelId!)),
  )
  if (!channels[0]) throw new Unreadable('The channel that this was read from is no longer connected.')
  return [await read(ctx, platform, channels[0], delivery, [{ index: -1, body: text(delivery) }], lookups)]
}

async function readWebhook(ctx: Context, platform: Platform, delivery: DeliveryRow, lookups: Lookups): Promise<Said[]> {
  const entries = entriesOf(platform, delivery)
  if (entries.length === 0) throw new Unreadable('The body has no entries.')
  if (platform.webhook?.perChannel) return readOwnWebhook(ctx, platform, delivery, entries, lookups)
  const accounts = [...new Set(entries.map(accountOf))]
  const channels = await once(lookups, `app ${delivery.appId} ${JSON.stringify(accounts)}`, async () =>
    ctx.db.system
      .select()
      .from(t.channel)
      .where(
        and(
          eq(t.channel.platform, delivery.platform),
          or(inArray(t.channel.externalId, accounts), inArray(sql`'@' || lower(handle)`, accounts)),
          ofSameApp(delivery.appId!),
        ),
      ),
  )
  const isOf = (channel: ChannelRow, account: string): boolean =>
    channel.externalId === account || `@${channel.handle.toLowerCase()}` === account
  const strangers = accounts.filter((account) => !channels.some((channel) => isOf(channel, account)))
  const named = strangers.slice(0, 3).join(', ')
  if (channels.length === 0) throw new Unreadable(`No channel of this app is connected to account ${named}.`)
  // No workspace could be shown these; the raw delivery keeps them.
  if (strangers.length > 0)
    ctx.log.warn({ delivery: delivery.id, accounts: named, count: strangers.length }, 'ingest: entries for accounts that are not connected')
  return Promise.all(
    channels.map((channel) =>
      read(
        ctx,
        platform,
        channel,
        delivery,
        entries.filter((entry) => isOf(channel, accountOf(entry))),
        lookups,
      ),
    ),
  )
}

/** Signed with a channel's own secret: all of it is that channel's, whomever it names. */
async function readOwnWebhook(
  ctx: Context,
  platform: Platform,
  delivery: DeliveryRow,
  entries: WebhookEntry[],
  lookups: Lookups,
): Promise<Said[]> {
  const channels = await once(lookups, `own ${delivery.appId}`, async () =>
    ctx.db.system
      .select()
      .from(t.channel)
      .where(sql`${t.channel.id}::text = (select settings->>'channelId' from platform_app where id = ${delivery.appId}::uuid)`),
  )
  if (!channels[0]) throw new Unreadable('The channel whose address this came to is no longer connected.')
  return [await read(ctx, platform, channels[0], delivery, entries, lookups)]
}

/** An account by its id, or by `@handle` where the platform names no id. */
function accountOf({ accountExternalId, accountHandle = '' }: WebhookEntry): string {
  return accountExternalId !== '' || accountHandle === '' ? accountExternalId : `@${accountHandle.toLowerCase()}`
}

/** While a secret is rotated one app has two rows, and either signs for its channels. */
function ofSameApp(appId: string) {
  return sql`${t.channel.appId} in (select b.id from platform_app a join platform_app b on b.platform = a.platform
    and b.settings->>'appId' = a.settings->>'appId' where a.id = ${appId}::uuid)`
}

function entriesOf(platform: Platform, delivery: DeliveryRow) {
  try {
    return platform.webhook!.entries(text(delivery), delivery.request)
  } catch (error) {
    throw new Unreadable((error as Error).message)
  }
}

async function read(
  ctx: Context,
  platform: Platform,
  channel: ChannelRow,
  delivery: DeliveryRow,
  parts: { index: number; body: string }[],
  lookups: Lookups,
): Promise<Said> {
  const self = await once(lookups, `self ${channel.id}`, () => selfOf(ctx, channel))
  const said: Said = { channel, facts: [], unknown: [], wanted: [] }
  for (const part of parts) {
    const normalized = platform.normalize(
      { kind: delivery.kind, request: delivery.request, body: part.body, receivedAt: delivery.receivedAt.toISOString() },
      self,
    )
    said.facts.push(...normalized.facts.map(storable))
    said.wanted.push(...(normalized.wanted ?? []))
    said.unknown.push(...normalized.unknown.map((each) => ({ index: part.index >= 0 ? part.index : each.index, reason: each.reason })))
  }
  return said
}

function text(delivery: DeliveryRow): string {
  return delivery.body.toString('utf8')
}
