import type { Fact } from '@answerback/core/facts'
import type { ReplyLimit } from '@answerback/core/reply-limit'
import type { PlatformError } from './error.ts'

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
    /** Undoes there what connecting did (a webhook subscription, a token that is ours). Called once, with the credentials that are erased next. */
    close?(io: Io): Promise<void>
  }
  webhook?: Webhook
  /** One round of reading. Called again after `waitMs`. May store nothing and still advance. */
  poll(io: Io, input: PollInput): Promise<PollResult>
  /** Pure and total: never throws, never drops silently; an unknown kind is named in `unknown`. */
  normalize(delivery: RawDelivery, self: Self): Normalized
  reply(io: Io, input: ReplyInput): Promise<ReplySent>
  /** Did a reply of ours land? See `FindResult`. */
  find(io: Io, input: FindInput): Promise<FindResult>
  /** Present when `can.like`. Repeating it is harmless. */
  like?(io: Io, input: { externalId: string; ref: Record<string, string>; liked: boolean }): Promise<void>
}

export type Capabilities = {
  webhook: boolean
  like: boolean
  privateReply: boolean
  /** Removing a comment there removes the replies below it. Where false they stay, and stay owed. */
  removalTakesReplies: boolean
  replyLimit: ReplyLimit
  /** `key`: the platform keeps our key, sending again with it is safe. `find`: only looking tells. */
  exactlyOnce: 'key' | 'find'
}

export type ConnectField = { name: string; label: string; secret: boolean; placeholder: string; help: string; optional?: boolean }

/** `timeoutMs` bounds one call to the platform; 20 s when absent. */
export type ConnectIo = { fetch: typeof fetch; now: () => Date; timeoutMs?: number }

/** What connecting found out. `credentials` are encrypted at rest and come back in `Io.credentials`; `settings` are readable. */
export type Connected = {
  account: { externalId: string; handle: string; name: string; avatarUrl: string | null; url: string | null }
  settings: Record<string, string>
  credentials: Record<string, string>
  /** Where this account's server differs from `can.replyLimit`. */
  replyLimit?: ReplyLimit
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

/** Who we are on this channel. `ownedIds`: external ids of every account of the workspace on this platform. */
export type Self = { accountId: string; handle: string; ownedIds: string[]; host: string }

export type Webhook = {
  /** Raw bytes against one app's secret. Header names are lower-case; a doubled header is joined by Node with ', '. Constant time, fails closed. */
  verify(secret: string, headers: Record<string, string | undefined>, body: Uint8Array): boolean
  /** Answers the subscription handshake: the text to send back, or null to refuse. */
  challenge(verifyToken: string, query: Record<string, string | undefined>): string | null
  /** Splits one body into entries, each bound to an account of ours by its external id. Order and index are those of the body. Throws on a body that is not the platform's. */
  entries(body: string): WebhookEntry[]
  /** A test event for one account, signed as the platform signs, of which `normalize` makes nothing. Each call gives other bytes. */
  sample(secret: string, accountExternalId: string, now: Date): { headers: Record<string, string>; body: string }
}

/** `body` is the entry alone, as JSON text, in the shape that `normalize` takes for kind `webhook`. */
export type WebhookEntry = { index: number; accountExternalId: string; body: string }

export type PollInput = {
  /** Opaque to the server; null on the first poll. */
  cursor: unknown
  /** Our recent posts, newest first: their threads are read too. */
  posts: { externalId: string; ref: Record<string, string> }[]
  /** Open inbound messages to re-read for edits and deletes; the server keeps this within a budget. */
  open: { externalId: string }[]
}

export type PollResult = {
  pages: PolledPage[]
  cursor: unknown
  /** When to come again, at the earliest. */
  waitMs: number
  /** What could not be read this time although the rest was (a thread, a re-read): worth showing, nothing to retry by hand. */
  trouble?: PlatformError
}

/** One answer of the platform, raw. A page whose `body` equals the last one stored for the same `resource` is not stored again. */
export type PolledPage = { resource: string; kind: string; request: Record<string, string>; body: string }

/** What `normalize` reads. `kind` is `webhook` or the page's own kind. */
export type RawDelivery = { kind: string; request: Record<string, string>; body: string; receivedAt: string }

/** `unknown` names, by index in the body (or -1 for all of it), what could not be read and why: it is quarantined, the rest goes on. `ignored` counts what is known and of no use (a follow, a reaction of a stranger). */
export type Normalized = { facts: Fact[]; unknown: { index: number; reason: string }[]; ignored: number }

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

/** `key` is ours, made once per reply and the same on every try. */
export type ReplyInput = { target: ReplyTarget; text: string; key: string; createdAt: string }

export type ReplySent = {
  externalId: string
  url: string | null
  /** The same reply as a fact, so that it is in the thread before its echo comes. */
  facts: Fact[]
}

export type FindInput = ReplyInput & { since: string }

/** `absent` only when the platform is authoritative for our key: sending again with the same key is then safe. `unsure` means not seen (yet). */
export type FindResult = { found: 'landed'; sent: ReplySent } | { found: 'absent' } | { found: 'unsure' }
