import type { FastifyInstance } from 'fastify'
import type { Context } from './context.ts'
import type { Caller, Peer } from './http/sockets.ts'
import type { BrandPost } from './rhythm/posts.ts'
import type { Earlier } from './rhythm/earlier.ts'
import type { Sender, WebhookDialect } from './webhooks/sender.ts'
import type { Account, Draft, Item, JsonObject } from './world/item.ts'
import type { World } from './world/world.ts'

/** Chance, and texts of so many characters made with it. */
export type Chance = {
  random: () => number
  hex: (length: number) => string
  digits: (length: number) => string
  letters: (length: number) => string
  base32: (length: number) => string
}

/** What people can do on a platform. `visit` is a post on the brand's own page, `review` comes with stars and stands alone. */
export type Kind = 'comment' | 'mention' | 'quote' | 'visit' | 'review' | 'like'

/** How calls are recognised: method, a regular expression on the path below the platform's prefix, and one on the body where one path is for everything. */
export type CallMatch = { method: string; path: string; body?: string }

/** What a platform makes of a new item. */
export type Minted = { id: string; record?: JsonObject; cid?: string; mentionsBrand?: boolean; extra?: JsonObject }

/** A platform's ids, and what else it keeps of an item. One is made for each sandbox, so that it may count. */
export type Ids = {
  /** The platform's id for a new item, and its record where it has one. `draft.id` wins if given. It must be what an adapter calls the external id. */
  mint: (world: World, draft: Draft, createdAt: number) => Minted
  /** A new id for an account with this name. */
  mintAccount: (world: World, handle: string) => string
  /** The record and cid after an edit of the text. */
  reshape?: (world: World, item: Item) => { record: JsonObject; cid: string }
}

/** A whole answer: JSON, unless `body` is a text and the headers say what it is. */
export type Answer = { status: number; headers?: Record<string, string>; body: unknown }

/** How long a refused caller has to wait. `retryAfter` is the header, or nothing when it is to be left out. */
export type Wait = { seconds: number; resetAt: number; retryAfter: Record<string, string> }

/** How a platform words what goes wrong: its own status, headers and error body. */
export type Failures = {
  rateLimited: (context: Context, wait: Wait) => Answer
  expiredToken: (context: Context) => Answer
  revokedToken: (context: Context) => Answer
  serverError: (context: Context) => Answer
  unavailable: (context: Context) => Answer
  /** What `accept_then_400` answers. */
  badRequest: (context: Context) => Answer
  /** A path that is not there; `path` is below the prefix. */
  unknownPath: (context: Context, path: string) => Answer
}

/** State of a platform beyond the world: forgotten on a reset, saved, taken up again. */
export type Keepable = { clear(): void; all(): unknown; restore(saved: unknown): void }

/** One platform at work in one sandbox. */
export type Running = {
  /** Registers the API. Paths are the platform's own; the prefix `/{id}` is already there. */
  routes(scope: FastifyInstance): void
  /** By name in the state file. */
  state?: Record<string, Keepable>
  /** WebSockets, by their path below the prefix: refuses a caller, or says what is done with one who is let in. */
  sockets?: Record<string, (caller: Caller) => { refuse: Answer } | { protocol?: string; open: (peer: Peer) => void }>
}

/** Where a permalink of the platform leads: an item, or the brand's page. */
export type Permalink = (
  context: Context,
  link: { params: Record<string, string>; query: Record<string, string> },
) => Item | 'brand' | undefined

/**
 * Everything that the sandbox knows of one platform: `src/<id>/dialect.ts` exports one, `registry.ts` lists it, and pages, admin API, ledger,
 * faults, rhythm, secrets, state, the test worlds and the demo are derived from it. Functions that get secrets get this platform's.
 */
export type Dialect<Id extends string = string, Secrets extends object = object> = {
  id: Id
  /** As people call it; the pages say “Pretend {name}”. */
  name: string
  /** Its public page: a link colour for light and dark, and what posts and comments are called there, one and many. */
  look: { colour: string; darkColour: string; post: [string, string]; comment: [string, string] }
  kinds: readonly Kind[]
  /** What its API never tells of, so that no reader can be asked to know it. */
  untold?: readonly ('mention' | 'edit' | 'removal')[]
  /** Everything an installation has of its own: ids that stay, and secrets. Plain JSON. */
  secrets(chance: Chance): Secrets
  /** The brand's account. */
  brand(secrets: Secrets): { id: string; handle: string }
  /** What the installer types into the product's form to connect the brand; `url` is this platform's base URL. */
  settings(secrets: Secrets, url: string): Record<string, string>
  /** Which calls are replies being written, which are reads, and which bring a file for a reply, where that is a call of its own: what tests put their faults on. */
  calls: { write: CallMatch; read: CallMatch; upload?: CallMatch }
  /** Paths that belong to it also without the prefix, because official clients drop the path of a base URL. The first dialect that claims a path has it. */
  rootPaths?: RegExp
  ids: () => Ids
  /** Where a reply to `parent` really goes, if the platform cannot nest that deep. */
  place?: (world: World, parent: Item) => Item
  /** Deleting an item deletes what is below it. */
  removalTakesReplies?: boolean
  /** The handle of people whose name is `word` in latin letters; `code` is a hash in hex. Left out: the word itself. */
  handle?: (word: string, code: string) => string
  /** How people write who address somebody. Left out: the text stays, and `mention` marks posts elsewhere (see `world/address.ts`). */
  address?: (world: World, draft: Omit<Draft, 'mentionsBrand'>, author: Account, mention: boolean | undefined) => Addressed
  /** Share of comments that leave away the name that `address` would write. */
  dropsNames?: number
  /** What the demo brand has posted, newest first. The last one alone is there with an empty brand; none where only reviews are. */
  brandPosts: BrandPost[]
  /** What people said before the demo began, oldest first. */
  earlier?: Earlier[]
  failures: Failures
  /** Addresses that the API gives out, below the prefix, and what they show. */
  permalinks?: Record<string, Permalink>
  webhooks?: WebhookDialect<Secrets>
  /** Odd habits of this platform alone, calm at false or 0: `share` goes from 0 to 1. */
  quirks?: Record<string, 'switch' | 'share'>
  open(context: Context, webhooks: Sender): Running
}

/** A text as it is really written, and whether it mentions the brand. */
export type Addressed = { text: string; mentionsBrand?: boolean }
