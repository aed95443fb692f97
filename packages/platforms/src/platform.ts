import type { Fact, MessageKind } from '@answerback/core/facts'
import type { ReplyLimit } from '@answerback/core/reply-limit'
import type { PlatformError } from './error.ts'
import type { OpenSocket } from './socket.ts'

/**
 * One platform: four facts and a handful of functions. An adapter leaves the machine only through `io.fetch`, knows the time only
 * through `io.now`, and never touches our database. Failures are thrown as `PlatformError`, whose five kinds alone decide what happens next.
 */
export type Platform = {
  id: string
  name: string
  docs: string
  /** One-colour glyph: SVG path data in a 16 x 16 box. Drawn by us. */
  icon: string
  can: Capabilities
  /** What to ask the installer for, and one exchange that proves it. */
  connect: {
    fields: ConnectField[]
    /** How a person comes by what the fields ask for, in order, a sentence each. */
    steps: string[]
    /** Every permission that the token needs, as the platform spells it, and what for. */
    permissions: { name: string; why: string }[]
    /** The default base URL; `<PLATFORM>_API_URL` or the channel's settings replace it. */
    apiUrl: string
    /** Takes what the fields ask for, or what an OAuth exchange gave. */
    open(io: ConnectIo, settings: Record<string, string>): Promise<Connected>
    /** The first way where the platform has it; the fields stay as the other. */
    oauth?: OAuth
    /** What to say beside the form for an app of one's own. Exactly where one is registered by hand, for OAuth or for webhooks of all channels. */
    app?: AppWords
    /** Undoes there what connecting did (a webhook subscription, a token that is ours). Called once, with the credentials that are erased next. */
    close?(io: Io): Promise<void>
  }
  webhook?: Webhook
  /** One round of reading. Called again after `waitMs`. May store nothing and still advance. */
  poll(io: Io, input: PollInput): Promise<PollResult>
  /**
   * A piece of what is older than the connection, newest first; called with its own cursor until `done`, between polls. Absent: the first poll reaches back to
   * `backTo` by itself. `reachedAt`: how far back it has come.
   */
  backfill?(io: Io, input: { cursor: unknown; backTo: string }): Promise<PollResult & { done: boolean; reachedAt?: string }>
  /**
   * Keeps a connection open on which the platform tells that something happened, until `signal` aborts or it breaks; then it rejects (`reauthorize`, `rejected`: nothing to
   * try again). `hint` says no more than "look now": what happened is read by `poll` alone, so that a lost or doubled hint harms nothing. `ready`: it is live from now on.
   */
  listen?(io: ListenIo, on: { ready(): void; hint(): void; signal: AbortSignal }): Promise<void>
  /**
   * What a post that somebody announces is called in facts, by the id that the API gave it or its address; null where they do not tell. Absent: the id as given, and
   * an address says nothing.
   */
  postId?(given: { externalId?: string; url?: string }, self: Self): string | null
  /** Pure and total: never throws, never drops silently; an unknown kind is named in `unknown`. */
  normalize(delivery: RawDelivery, self: Self): Normalized
  reply(io: Io, input: ReplyInput): Promise<ReplySent>
  /** Did a reply of ours land? See `FindResult`. */
  find(io: Io, input: FindInput): Promise<FindResult>
  /** Each of these is present exactly when `can` says so, and repeating it is harmless. */
  like?(io: Io, input: { externalId: string; ref: Record<string, string>; liked: boolean }): Promise<void>
  /** Hides somebody's message from others, or shows it again; approves one that waits for approval. */
  hide?(io: Io, input: { externalId: string; ref: Record<string, string>; hidden: boolean }): Promise<void>
  /** Takes a message away there, for good. Already gone is done, not an error. */
  remove?(io: Io, input: { externalId: string; ref: Record<string, string> }): Promise<void>
  /** Other words for a message of ours. The fact returned is its new version, under the same `externalId`. */
  editReply?(io: Io, input: { externalId: string; ref: Record<string, string>; text: string }): Promise<ReplySent>
  /** What the platform itself counts below each post, for the books. A post that it does not speak of is left out. */
  postStats?(io: Io, input: { posts: { externalId: string; ref: Record<string, string> }[] }): Promise<PostStats[]>
  /** What calls may be made in what time. The server stays below. Absent: only the platform's own answers limit us. */
  budgets?: { scope: 'app' | 'channel'; calls: number; perSeconds: number }[]
  /** US dollars for one: item read by asking, item that a webhook brought, other lookup, reply, reply with a link. Absent: it costs nothing. */
  costs?: Partial<Record<'read' | 'event' | 'lookup' | 'reply' | 'replyWithLink', number>>
}

/** Optional abilities are absent where they are not there. */
export type Capabilities = {
  /** Kinds of messages that can be read there. */
  reads: MessageKind[]
  /** What it shows to nobody: edits, removals, our answers given there by hand, what was said before we listened. */
  misses?: ('edit' | 'removal' | 'native' | 'past')[]
  webhook: boolean
  /** It tells of news over an open connection; reading goes on beneath. */
  listens?: true
  /** False: everything comes by webhook, and nothing can be asked. `poll` makes no call, and `find` only knows whether our key is kept. */
  polls?: false
  like: boolean
  /** A public message can be answered in private: `reply` then meets `privately`. */
  privateReply: boolean
  /** False: it can only be read there (a feed). `reply` throws `rejected`. */
  reply?: false
  /** At most one reply to a message, and another one replaces it (reviews). `reply` writes over nothing it does not know: it is `rejected` with the words that stand there. */
  oneReply?: true
  editReply?: true
  hide?: true
  /** Which messages can be taken away. */
  remove?: 'own' | 'any'
  postStats?: true
  /** `reportedReplies` of a post counts only what stands directly below it. Absent: all. */
  counts?: 'top'
  /** Its lists are read on from the last id, and nothing comes in behind: no thread has to be read again for what was missed. `whole` may be ignored. */
  gapless?: true
  /** How long an answer is possible, in hours after the message: to a private message, and in private to a public one. Absent: always. */
  windowHours?: { direct?: number; privately?: number }
  /** Removing a comment there removes the replies below it. Where false they stay, and stay owed. */
  removalTakesReplies: boolean
  replyLimit: ReplyLimit
  /**
   * What to do in doubt. `key`: the platform keeps our key, or one reply at most, so sending again is safe. `find`: only looking tells. `none`: nothing does,
   * `find` says `unsure` and a person looks.
   */
  exactlyOnce: 'key' | 'find' | 'none'
}

/** What one account may lack although its platform can do it. */
export type Ability = 'reply' | 'like' | 'hide' | 'remove' | 'editReply' | 'privateReply' | 'webhook'

export type ConnectField = { name: string; label: string; secret: boolean; placeholder: string; help: string; optional?: boolean }

/** Where its id and its secret stand; and, where the app has webhooks, how to enter our address there, which is shown below these words. */
export type AppWords = { idHelp: string; secretHelp: string; webhook?: string }

/** `timeoutMs` bounds one call to the platform; when absent 20 s, and the time that what it carries takes on a slow line. */
export type ConnectIo = { fetch: typeof fetch; now: () => Date; timeoutMs?: number }

/** What connecting found out. `credentials` are encrypted at rest and come back in `Io.credentials`; `settings` are readable. */
export type Connected = {
  account: { externalId: string; handle: string; name: string; avatarUrl: string | null; url: string | null }
  settings: Record<string, string>
  credentials: Record<string, string>
  /** Where this account's server differs from `can.replyLimit`. */
  replyLimit?: ReplyLimit
  /** What this account may not do although `can` says so (a plan, a permission, a source without a way back). */
  cannot?: Ability[]
  /** When the credentials end unless a person connects again (ISO). Null: they do not. Absent: the platform does not say. */
  tokenExpiresAt?: string | null
  /** The platform's id of the app that the token belongs to, where it says so: only that app's webhooks come. */
  appId?: string | null
}

/**
 * Connecting by sending a person to the platform, from where they come back with a code (RFC 6749, 4.1; PKCE, RFC 7636). State, the code verifier and what is kept
 * until then are the server's; here is only what the platform wants. `settings` are those of `asks` and `apiUrl`, never a secret.
 */
export type OAuth = {
  /** `by_hand`: somebody registers an app there and gives us its id and secret. `by_itself`: `register` makes one, once a server. */
  app: 'by_hand' | 'by_itself'
  /** Names of `connect.fields` to ask for before leaving, such as the server of an account. */
  asks: string[]
  /** The redirect URL has to end with a slash there. */
  slash?: true
  /** What the code is called in the address that people come back to. `code` when absent. */
  codeName?: string
  /** The platform documents one exchange of `exchange` as a GET with the app's secret in the address, and no other way. Never the code. */
  secretInAddress?: true
  /** How to register the app there, in order; the redirect URL is shown beside them. Empty when it is made by itself. */
  steps: string[]
  register?(io: ConnectIo, request: { settings: Record<string, string>; redirectUrl: string }): Promise<OAuthClient>
  /** Where the person goes. `codeChallenge` is S256; a platform without PKCE leaves it out. */
  authorizeUrl(request: {
    settings: Record<string, string>
    clientId: string
    redirectUrl: string
    state: string
    codeChallenge: string
  }): string
  /** Every account the person may answer for, as they agreed to: one, or several to choose among. */
  exchange(
    io: ConnectIo,
    grant: { settings: Record<string, string>; client: OAuthClient; redirectUrl: string; code: string; codeVerifier: string },
  ): Promise<OAuthAccount[]>
}

export type OAuthClient = { id: string; secret: string }

/** `settings` are what `open` takes, secrets among them. `trouble`: why this one cannot be connected, in words. */
export type OAuthAccount = { externalId: string; name: string; settings: Record<string, string>; trouble?: string }

export type Io = ConnectIo & {
  settings: Record<string, string>
  /** Current credentials; after `save` the new ones. */
  credentials: Record<string, string>
  /** Keeps rotated tokens, and when they end where that is known. Resolves once they are durable. */
  save(credentials: Record<string, string>, more?: { tokenExpiresAt: string | null }): Promise<void>
  self: Self
}

/** With a way to open a WebSocket, guarded like `fetch`. */
export type ListenIo = Io & { openSocket: OpenSocket }

/** Who we are on this channel. `ownedIds`: external ids of every account of the workspace on this platform. `settings`: the channel's readable ones. */
export type Self = { accountId: string; handle: string; ownedIds: string[]; host: string; settings?: Record<string, string> }

export type Webhook = {
  /** Each channel has an address (`/webhooks/<platform>/<channel>`) and a secret of its own, made by us. Absent: one address, and the secrets of the platform's apps. */
  perChannel?: true
  /** How the platform tries an address: with a token that the installer chose (absent), with the app's secret, or not at all. */
  handshake?: 'secret' | 'none'
  /** The signature covers a time (the middle of how long it is good for), and `verify` refuses what is further from `now` than this, either way. */
  freshMs?: number
  /** Only a shared secret comes along: the body is not signed. */
  unsignedBody?: true
  /**
   * The platform signs with keys of its own, which it publishes; our secret signs test events alone, and nobody has to enter it. Of `perChannel` only. `read`: the keys by
   * their ids, kept by the server and read again when none of them fits. `words`: how to enter our address there, which is shown below them.
   */
  keys?: { read(io: ConnectIo, settings: Record<string, string>): Promise<Record<string, string>>; words: string }
  /** Headers that say what the body does not, lower-case. Kept with it: `entries` gets them, and `normalize` finds them in `request`. */
  keeps?: string[]
  /** Raw bytes against one secret. Header names are lower-case; a doubled header is joined by Node with ', '. Constant time, fails closed. `url`: our public address as it was called. `settings`: the channel's, of `perChannel` only; `keys`: as `keys.read` gave them. */
  verify(
    secret: string,
    headers: Record<string, string | undefined>,
    body: Uint8Array,
    at: { now: Date; url: string; settings?: Record<string, string>; keys?: Record<string, string> },
  ): boolean
  /** Answers the trying of an address by GET: what to send back, or null to refuse. */
  challenge(app: { secret: string; verifyToken: string }, query: Record<string, string | undefined>): Handshake | null
  /** A POST, verified, that wants words back instead of being stored (a trying by POST); null for all others. */
  answer?(body: Uint8Array): Handshake | null
  /** Splits one body into entries, in the body's order and index. Throws on a body that is not the platform's. */
  entries(body: string, headers: Record<string, string>): WebhookEntry[]
  /** A test event for one account, signed as the platform signs, of which `normalize` makes nothing. Each call gives other bytes. */
  sample(secret: string, accountExternalId: string, now: Date): { headers: Record<string, string>; body: string }
  /** Our random bytes in the form the platform wants a secret in. Absent: base64url without padding. Of `perChannel` only. */
  makeSecret?(random: Uint8Array): string
  /**
   * Tells the platform our address, where a call can do that; after connecting, and when address or secret changed. Gives settings to keep with the
   * channel. Absent: a person enters it there.
   */
  install?(io: Io, hook: { url: string; secret: string }): Promise<Record<string, string>>
}

export type Handshake = { type: 'text/plain' | 'application/json'; body: string }

/**
 * `body` is the entry alone, as text, in the shape that `normalize` takes for kind `webhook`. The account it belongs to by its external id, or by `accountHandle` where
 * the platform names no id (the id is '' then); of `perChannel` neither is looked at.
 */
export type WebhookEntry = { index: number; accountExternalId: string; accountHandle?: string; body: string }

export type PollInput = {
  /** Opaque to the server; null on the first poll. */
  cursor: unknown
  /** How far the first poll reaches back; later ones do not ask. 90 days when absent. */
  backTo?: string
  /** Our posts, those most worth reading first: their threads are read too. `whole`: to the end, this time; something is missing there. */
  posts: { externalId: string; ref: Record<string, string>; whole?: true }[]
  /** Open inbound messages to re-read for edits and deletes; the server keeps this within a budget. */
  open: { externalId: string; ref?: Record<string, string> }[]
  /** What `normalize` found named and not told: to be read by id, first of all. */
  wanted?: Wanted[]
  /** The round may cost so much; it stops before, and goes on next time. */
  maxUsd?: number
}

/** Something that a delivery only names. `kind` is the adapter's own word. */
export type Wanted = { kind: string; id: string }

export type PollResult = {
  pages: PolledPage[]
  cursor: unknown
  /** When to come again, at the earliest. */
  waitMs: number
  /** There is more at once, to be asked for only when this is kept: asking makes the platform forget it. */
  more?: true
  /** What could not be read this time although the rest was (a thread, a re-read): worth showing, nothing to retry by hand. */
  trouble?: PlatformError
  /** Of `input.posts` those whose thread was read to its end; what is still to be read later is not. Absent: none. */
  read?: string[]
  /** Of `input.wanted` what is still to be read; the rest is done with. */
  wanted?: Wanted[]
  /** The tightest allowance as the platform last told it. */
  quota?: Quota
  /** What the round cost, by `costs`. */
  spentUsd?: number
}

/** Calls (or units) left until `resetAt`, of how many. Null where the platform does not say. */
export type Quota = { left: number; of: number | null; resetAt: string | null }

/** One answer of the platform, raw. A page whose `body` equals the last one stored for the same `resource` is not stored again. */
export type PolledPage = { resource: string; kind: string; request: Record<string, string>; body: string }

/** What `normalize` reads. `kind` is `webhook` or the page's own kind. */
export type RawDelivery = { kind: string; request: Record<string, string>; body: string; receivedAt: string }

/** `unknown` names, by index in the body (or -1 for all of it), what could not be read and why: it is quarantined, the rest goes on. `ignored` counts what is known and of no use (a follow, a reaction of a stranger). `wanted`: what it names without telling (a webhook of ids only); the channel is polled at once for it. */
export type Normalized = { facts: Fact[]; unknown: { index: number; reason: string }[]; ignored: number; wanted?: Wanted[] }

export type ReplyTarget = {
  externalId: string
  /** What stands directly above the target: our post, another message, or null. */
  parentExternalId: string | null
  postExternalId: string | null
  ref: Record<string, string>
  authorExternalId: string | null
  authorHandle: string | null
  private: boolean
}

/**
 * `key` is ours, made once per reply and the same on every try. `privately`: to the writer of a public message alone; only where `can.privateReply`. `media`: only
 * within `replyLimit.media`, never privately; `text` may be '' only then. What goes wrong before the reply itself is asked for (an upload) is `notSent`.
 */
export type ReplyInput = { target: ReplyTarget; text: string; key: string; createdAt: string; privately?: true; media?: ReplyMedia[] }

/** One file of a reply. `id` is ours and stays the same on every try. `url`: where the platform can fetch it for a day, only where `byAddress`. */
export type ReplyMedia = {
  id: string
  type: string
  name: string
  alt: string
  width: number | null
  height: number | null
  url: string | null
  bytes(): Promise<Uint8Array<ArrayBuffer>>
}

export type ReplySent = {
  /** '' only with `pending`, where the platform does not name what it has not published. */
  externalId: string
  url: string | null
  /** Taken, and not shown yet: in the platform's words what it waits for (an approval). */
  pending?: string
  /** What it cost, by `costs`. */
  spentUsd?: number
  /** The same reply as a fact, so that it is in the thread before its echo comes. */
  facts: Fact[]
}

/**
 * What a platform says it holds below a post: all of it, or only what stands directly below (`top`). `withheld`: how many of them it says that it does not show
 * us (blocked, filtered).
 */
export type PostStats = { externalId: string; replies: number; counts: 'all' | 'top'; withheld?: number }

export type FindInput = ReplyInput & { since: string }

/** `absent` only when the platform is authoritative for our key: sending again with the same key is then safe. `unsure` means not seen (yet). */
export type FindResult = { found: 'landed'; sent: ReplySent } | { found: 'absent' } | { found: 'unsure' }
