import type { Addressed, Ids, Minted } from '../dialect.ts'
import type { Account, Draft, Item } from '../world/item.ts'
import type { World } from '../world/world.ts'

const epochMs = 1_420_070_400_000
const yearMs = 365 * 86_400_000

/**
 * Snowflakes: milliseconds since 2015, 22 bits further left, and a number that never comes again. Every message stands in a channel, kept by `extra.channel`: the name of one
 * of the server's (`announcements`, `general`), or the id of a thread, which is the id of the message that it began with.
 */
export function discordIds(): Ids {
  return {
    mint: (world, draft, createdAt) => mint(world, draft, draft.indexedAt ?? createdAt),
    mintAccount: (world) => snowflake(world, world.clock('discord') - 2 * yearMs),
  }
}

function mint(world: World, draft: Draft, atMs: number): Minted {
  const id = draft.id ?? snowflake(world, atMs)
  const { text, authorId } = draft
  const brand = world.brand('discord')
  const parent = world.items.discord.get(draft.parentId ?? '')
  if (parent) {
    const pings = parent.authorId === brand.id && parent.extra['bot'] === true
    return { id, mentionsBrand: pings || names(text, brand.handle), extra: { channel: threadUnder(parent) } }
  }
  // Without a thread above: what the brand says is an announcement or, with a title, a post in the forum, as is what somebody says there; who names the brand does so in the open room.
  const announced = authorId === brand.id && !draft.title
  const chats = authorId !== brand.id && (draft.mentionsBrand === true || names(text, brand.handle) || Boolean(draft.parentId))
  const channel = announced ? 'announcements' : chats ? 'general' : id
  return {
    id,
    mentionsBrand: names(text, brand.handle),
    extra: { channel, ...(channel === id && { name: draft.title || nameFrom(text) }) },
  }
}

/** A new id of that moment. */
export function snowflake(world: World, atMs: number): string {
  return String((BigInt(Math.max(0, Math.floor(atMs) - epochMs)) << 22n) | BigInt(world.nextSerial() & 0x3fffff))
}

/** When something with this id was made, in milliseconds. */
export function timeOfId(id: string): number {
  return Number(BigInt(id) >> 22n) + epochMs
}

/** Where an item stands: `announcements`, `general`, or the id of a thread. */
export function channelOf(item: Item): string {
  return String(item.extra['channel'])
}

/** Whether a thread begins with this item: an announcement, or a post in the forum, which stands in its own thread. */
export function beginsThread(item: Item): boolean {
  return item.parentId === null && (channelOf(item) === 'announcements' || channelOf(item) === item.id)
}

/** The channel in which answers to this item are written. */
function threadUnder(parent: Item): string {
  return beginsThread(parent) ? parent.id : channelOf(parent)
}

function nameFrom(text: string): string {
  return text.split(/\s+/).slice(0, 8).join(' ').slice(0, 100) || 'A question'
}

/** Who is to be told by name carries it in front, if it is not there yet. */
export function addressBot(world: World, draft: Omit<Draft, 'mentionsBrand'>, author: Account, mention: boolean | undefined): Addressed {
  const { handle } = world.brand('discord')
  const lacks = mention === true && !author.isBrand && !names(draft.text, handle)
  return { text: lacks ? `@${handle} ${draft.text}` : draft.text }
}

/** Whether a text has this `@handle` in it. */
function names(text: string, handle: string): boolean {
  return namesIn(text).includes(handle)
}

const name = /(?<![\w@])@([a-z0-9_][a-z0-9_.]*[a-z0-9_])/gi

/** The handles that a text names, small. */
function namesIn(text: string): string[] {
  return [...text.matchAll(name)].map((match) => match[1]?.toLowerCase() ?? '')
}

/** People are named by id on the wire: `@kai` becomes `<@123>` where there is a Kai. */
export function toWire(world: World, text: string): string {
  if (!text.includes('@')) return text
  return text.replaceAll(name, (written, handle: string) => {
    const account = accountBy(world, handle.toLowerCase())
    return account ? `<@${account.id}>` : written
  })
}

/** The same back, as people see it. */
export function fromWire(world: World, text: string): string {
  return text.replaceAll(/<@!?(\d+)>/g, (written, id: string) => {
    const account = world.accounts.discord.get(id)
    return account ? `@${account.handle}` : written
  })
}

/** Whom a text names, each once. */
export function namedIn(world: World, text: string): Account[] {
  return [...new Set(namesIn(text).flatMap((handle) => accountBy(world, handle) ?? []))]
}

function accountBy(world: World, handle: string): Account | undefined {
  for (const account of world.accounts.discord.values()) if (account.handle === handle) return account
  return undefined
}
