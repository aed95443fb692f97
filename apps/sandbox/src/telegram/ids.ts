import type { Context } from '../context.ts'
import type { Ids, Minted } from '../dialect.ts'
import type { Draft, Item } from '../world/item.ts'
import type { World } from '../world/world.ts'

/**
 * Messages are numbered in their chat, so an id here is both: `{chat}:{message}`. A post of the channel is forwarded into the linked group by itself, and
 * has a number there as well (`extra.threadId`), below which its comments stand.
 */
export function telegramIds(): Ids {
  return {
    mint: (world, draft) => ({ ...mint(world, draft), mentionsBrand: namesBot(world, draft.text) }),
    // Beyond 32 bits, as new accounts are.
    mintAccount: (world) => String(5_400_000_000 + world.nextSerial()),
  }
}

const chats = new WeakMap<World, { channelId: string; groupId: string }>()

/** Tells the ids of a world which chats there are. */
export function setChats({ world, secrets }: Context): void {
  const { channelId, groupId } = secrets.telegram
  chats.set(world, { channelId, groupId })
}

function mint(world: World, draft: Draft): Minted {
  const { channelId, groupId } = chats.get(world) ?? { channelId: '-100', groupId: '-101' }
  const number = world.nextSerial()
  const inChannel = !draft.parentId && world.accounts.telegram.get(draft.authorId)?.isBrand === true && draft.extra?.['bot'] !== true
  if (inChannel) return { id: `${channelId}:${number}`, extra: { messageId: number, threadId: 5_000 + world.nextSerial() } }
  return { id: `${groupId}:${5_000 + number}`, extra: { messageId: 5_000 + number } }
}

function namesBot(world: World, text: string): boolean {
  const name = `@${world.brand('telegram').handle}`
  const at = text.toLowerCase().indexOf(name)
  return at >= 0 && !/\w/.test(text.charAt(at + name.length))
}

/** Whether this is a post of the channel, not a message in the group. */
export function isPost(item: Item): boolean {
  return item.extra['threadId'] !== undefined
}

/** The number of an item in the group: of a post, that of its forward. */
export function groupMessageIdOf(item: Item): number {
  return Number(item.extra['threadId'] ?? item.extra['messageId'])
}

/** The living message with this number in the group, or the post that was forwarded under it. */
export function inGroup({ world }: Context, messageId: number): Item | undefined {
  for (const item of world.items.telegram.values()) if (item.deletedAt === null && groupMessageIdOf(item) === messageId) return item
  return undefined
}
