import type { Draft, Item, JsonObject } from './item.ts'
import type { World } from './world.ts'

/** What a platform makes of a new item. */
export type Minted = { id: string; record?: JsonObject; cid?: string; mentionsBrand?: boolean }

/** What one platform adds to an item of the world: its own ids and, on Bluesky, record and cid. */
export type Dialect = {
  /** The platform's id for a new item, and its record where it has one. `draft.id` wins if given. */
  mint: (world: World, draft: Draft, createdAt: number) => Minted
  /** A new id for an account with this name. */
  mintAccount: (world: World, handle: string) => string
  /** Where a reply to `parent` really goes, if the platform cannot nest that deep. */
  place?: (world: World, parent: Item) => Item
  /** The record and cid after an edit of the text. */
  reshape?: (world: World, item: Item) => { record: JsonObject; cid: string }
}
