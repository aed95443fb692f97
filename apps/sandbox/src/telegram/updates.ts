import type { Context } from '../context.ts'
import type { Happening, Item, JsonObject } from '../world/item.ts'
import type { World } from '../world/world.ts'
import { groupMessageIdOf, isPost } from './ids.ts'
import { channelPost, forwardedPost, groupChat, groupMessage, userOf } from './messages.ts'

/** Something that a bot is told: its number, the kind that `allowed_updates` goes by, and all of it. */
export type Update = { id: number; kind: string; body: JsonObject; at: number }

/** What comes when nobody asked for anything else. */
export const usualKinds = ['message', 'edited_message', 'channel_post', 'edited_channel_post', 'my_chat_member']

const keptMs = 86_400_000
const keptUpdates = 20_000

/**
 * What happens, as updates. They are kept for a day, or until a call says by its offset that it has seen them. Nothing is told of deletions, of what the bot did itself, and
 * of what the bot wrote.
 */
export class Updates {
  /** The kinds that are kept; they stay as the last call set them. */
  allowed: readonly string[] = usualKinds
  #context: Context
  #waiting: Update[] = []
  #lastId = 900_000
  #made = new WeakMap<Happening, Update[]>()
  #wakers = new Set<() => void>()

  constructor(context: Context) {
    this.#context = context
    context.world.listen((happening) => this.of(happening))
  }

  /** The updates of a happening, made once, with their numbers. */
  of(happening: Happening): Update[] {
    if (happening.item.platform !== 'telegram') return []
    const made = this.#made.get(happening)
    if (made) return made
    const updates = tell(this.#context, happening).map(([kind, value]): Update => {
      this.#lastId += 1
      return { id: this.#lastId, kind, body: { update_id: this.#lastId, [kind]: value }, at: happening.at }
    })
    this.#made.set(happening, updates)
    this.#waiting.push(...updates.filter(({ kind }) => this.allowed.includes(kind)))
    if (this.#waiting.length > keptUpdates) this.#waiting.splice(0, keptUpdates / 10)
    for (const wake of [...this.#wakers]) wake()
    return updates
  }

  /** What waits from an offset on, oldest first; everything before it is forgotten. A negative one counts from the end. */
  from(offset: number): Update[] {
    const since = this.#context.world.clock('telegram') - keptMs
    this.#waiting = this.#waiting.filter(({ at }) => at > since)
    if (offset < 0) this.#waiting = this.#waiting.slice(offset)
    else if (offset > 0) this.#waiting = this.#waiting.filter(({ id }) => id >= offset)
    return this.#waiting
  }

  /** Forgets what waits. */
  drop(): void {
    this.#waiting = []
  }

  /** Resolves with the next update, when the time is up, or when `end` is called. */
  next(timeoutMs: number): { come: Promise<void>; end: () => void } {
    let end = (): void => {}
    const come = new Promise<void>((resolve) => {
      const timer = setTimeout(() => end(), timeoutMs)
      end = () => {
        clearTimeout(timer)
        this.#wakers.delete(end)
        resolve()
      }
      this.#wakers.add(end)
    })
    return { come, end }
  }

  /** Everything that waits, to be saved. */
  all(): { lastId: number; waiting: Update[]; allowed: readonly string[] } {
    return { lastId: this.#lastId, waiting: this.#waiting, allowed: this.allowed }
  }

  /** Takes up what was saved. */
  restore(saved: ReturnType<Updates['all']>): void {
    this.#lastId = saved.lastId
    this.#waiting = saved.waiting
    this.allowed = saved.allowed
  }

  /** Forgets all, but for the numbers that were given. */
  clear(): void {
    this.#waiting = []
    this.allowed = usualKinds
  }
}

const ofWorld = new WeakMap<World, Updates>()

/** The updates of a sandbox, one object for its API and its webhooks. */
export function updatesOf(context: Context): Updates {
  const known = ofWorld.get(context.world)
  if (known) return known
  const made = new Updates(context)
  ofWorld.set(context.world, made)
  return made
}

function tell(context: Context, happening: Happening): [kind: string, value: JsonObject][] {
  const { kind, item } = happening
  if (kind === 'added' || kind === 'edited') return tellMessage(context, item, kind === 'edited')
  if (kind === 'liked' || kind === 'unliked')
    return tellReaction(context, item, { liked: kind === 'liked', actorId: happening.actorId, at: happening.at })
  return []
}

function tellMessage(context: Context, item: Item, edited: boolean): [string, JsonObject][] {
  if (item.extra['bot'] === true) return []
  if (!isPost(item)) return [[edited ? 'edited_message' : 'message', groupMessage(context, item)]]
  return [
    [edited ? 'edited_channel_post' : 'channel_post', channelPost(context, item)],
    [edited ? 'edited_message' : 'message', forwardedPost(context, item)],
  ]
}

function tellReaction(
  context: Context,
  item: Item,
  { liked, actorId, at }: { liked: boolean; actorId: string; at: number },
): [string, JsonObject][] {
  const actor = context.world.accounts.telegram.get(actorId)
  if (!actor || actor.isBrand || isPost(item)) return []
  const thumb = [{ type: 'emoji', emoji: '👍' }]
  const reaction = {
    chat: groupChat(context),
    message_id: groupMessageIdOf(item),
    user: userOf(actor),
    date: Math.floor(at / 1000),
    old_reaction: liked ? [] : thumb,
    new_reaction: liked ? thumb : [],
  }
  return [['message_reaction', reaction]]
}
