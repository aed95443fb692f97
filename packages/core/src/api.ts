import { z } from 'zod'
import { channelAbilities, channelHealth, replyLimit } from './channel-api.ts'
import { roles } from './permissions.ts'
import { replyMedia } from './reply-api.ts'
import { reason, target, targetClock } from './settings-api.ts'

/** The shapes of `/api/v1` and of the socket. Instants are ISO 8601 UTC; ids are UUIDs; the server validates with these, the web takes the types. */
const instant = z.iso.datetime()
const id = z.uuid()

export const turnState = z.enum(['open', 'answered', 'closed', 'moderated', 'withdrawn'])
export const conversationState = z.enum(['waiting', 'snoozed', 'answered', 'closed', 'moderated', 'withdrawn'])
export const replyState = z.enum(['held', 'queued', 'sending', 'sent', 'rejected', 'cancelled', 'needs_check'])
export type ConversationState = z.infer<typeof conversationState>
export type ReplyState = z.infer<typeof replyState>

export const contact = z.object({
  id,
  name: z.string().nullable(),
  handle: z.string().nullable(),
  avatarUrl: z.string().nullable(),
  url: z.string().nullable(),
})
export const post = z.object({ id, text: z.string(), url: z.string().nullable(), platformAt: instant, ours: z.boolean() })

/** A reply that has not (yet) become a message: on its way, or in need of a person. */
export const reply = z.object({
  id,
  conversationId: id,
  inReplyTo: id,
  /** '' where files go without words. */
  text: z.string(),
  /** What goes with the words, in its order. The bytes of what was sent, or is of no use any more, are not kept for ever: see `GET /uploads/:id`. */
  media: z.array(replyMedia),
  /** To the writer of a public message alone. */
  privately: z.boolean(),
  state: replyState,
  /** Until when it can be undone (`held`), or when it is tried again (`queued`). */
  dueAt: instant.nullable(),
  byId: id.nullable(),
  externalId: z.string().nullable(),
  url: z.string().nullable(),
  /** In the platform's words, for `rejected` and `needs_check`, or why it still waits. */
  reason: z.string().nullable(),
  createdAt: instant,
})
export type Reply = z.infer<typeof reply>

/** One row of every list. Two rows of one id: the one with the higher `seq` is newer. */
export const conversationRow = z.object({
  id,
  seq: z.number().int(),
  platform: z.string(),
  channelId: id,
  state: conversationState,
  kind: z.enum(['comment', 'reply', 'mention', 'quote', 'review', 'direct']),
  private: z.boolean(),
  /** Stars of the review that the row quotes, 1 to 5; null where there are none. */
  rating: z.number().int().nullable(),
  /** Start of the oldest open turn; null when nobody waits. */
  waitingSince: instant.nullable(),
  /** When that wait has come to its target, by the target's own clock; `dueSoonAt`: when the last quarter begins. Null when nobody waits. */
  dueAt: instant.nullable(),
  dueSoonAt: instant.nullable(),
  acknowledged: z.boolean(),
  foundLate: z.boolean(),
  changedSinceAnswered: z.boolean(),
  openTurns: z.number().int(),
  assigneeId: id.nullable(),
  snoozedUntil: instant.nullable(),
  lastActivityAt: instant,
  /** Who waits longest, else whose turn came last. */
  contact,
  post: post.nullable(),
  /** The first message of the oldest open turn, else the newest inbound one: what the row quotes. `lateMs`: it was found late, so long after it was written. */
  waitingMessage: z.object({ id, text: z.string(), platformAt: instant, lateMs: z.number().nullable().optional() }).nullable(),
  lastMessage: z.object({ id, externalId: z.string(), text: z.string(), platformAt: instant }),
  /** Of the latest turn, once it ended. `seconds`: answer minus start. */
  ended: z
    .object({
      at: instant,
      seconds: z.number(),
      byId: id.nullable(),
      source: z.enum(['here', 'native']).nullable(),
      /** The id of the closing's reason, and what it was called then; null for a built-in one by its usual words. */
      reason: z.string().nullable(),
      reasonName: z.string().nullable(),
    })
    .nullable(),
  /** The newest reply that is not yet a message: held, queued, sending, rejected or needs_check. */
  reply: reply.nullable(),
})
export type ConversationRow = z.infer<typeof conversationRow>

export const message = z.object({
  id,
  externalId: z.string(),
  direction: z.enum(['in', 'out']),
  kind: z.enum(['comment', 'reply', 'mention', 'quote', 'review', 'direct']),
  contact: contact.nullable(),
  /** Ours: who sent it here; null for native. */
  byId: id.nullable(),
  /** Ours: the reply that it was sent as, by which its words can be changed; null for native. */
  replyId: id.nullable(),
  /** Ours: in the platform's words what it waits for before others see it; null when it is seen. */
  pending: z.string().nullable(),
  automated: z.boolean(),
  parentId: id.nullable(),
  text: z.string(),
  /** Stars of a review, 1 to 5. */
  rating: z.number().int().nullable(),
  /** Earlier texts, oldest first; empty when never edited. */
  earlier: z.array(z.object({ text: z.string(), at: instant })),
  media: z.array(z.object({ kind: z.string(), url: z.string(), alt: z.string().nullable(), previewUrl: z.string().nullable() })),
  url: z.string().nullable(),
  private: z.boolean(),
  platformAt: instant,
  receivedAt: instant,
  editedAt: instant.nullable(),
  state: z.enum(['visible', 'hidden', 'removed']),
  removedBy: z.enum(['author', 'us', 'parent', 'unknown']).nullable(),
  liked: z.boolean(),
  beforeConnection: z.boolean(),
})
export type Message = z.infer<typeof message>

export const turn = z.object({
  /** The id of its first message; of a turn opened by an edit, see core/history. */
  id: z.string(),
  contactId: id,
  messageIds: z.array(id),
  startAt: instant,
  state: turnState,
  endAt: instant.nullable(),
  seconds: z.number().nullable(),
  /** The message of ours that answered, when it did. */
  answerId: id.nullable(),
  byId: id.nullable(),
  source: z.enum(['here', 'native']).nullable(),
  assumed: z.boolean(),
  reason: z.string().nullable(),
  /** What the reason was called then; null for a built-in one by its usual words. */
  reasonName: z.string().nullable(),
  /** Of a closing or moderation, as it was stamped. */
  closedClass: z.enum(['not_owed', 'declined']).nullable(),
  /** What was promised: while open, today; once ended, then. */
  target,
  note: z.string().nullable(),
  acknowledged: z.boolean(),
  foundLate: z.boolean(),
  changedSinceAnswered: z.boolean(),
  clocksDisagree: z.boolean(),
})
export type TurnView = z.infer<typeof turn>

export const conversation = conversationRow.extend({
  messages: z.array(message),
  turns: z.array(turn),
  /** Every reply made here that is not a message yet, oldest first; with the cancelled and rejected of the last day. */
  replies: z.array(reply),
  /** What happened besides messages, oldest first. */
  events: z.array(
    z.object({
      at: instant,
      byId: id.nullable(),
      what: z.enum([
        'assigned',
        'unassigned',
        'snoozed',
        'unsnoozed',
        'closed',
        'reopened',
        'liked',
        'unliked',
        'hidden',
        'unhidden',
        'removed',
        'edited',
      ]),
      detail: z.string().nullable(),
    }),
  ),
})
export type Conversation = z.infer<typeof conversation>

export const listQuery = z.object({
  /** `unanswered`: everybody who waits, those snoozed too. */
  state: z.enum([...conversationState.options, 'unanswered', 'all']).default('waiting'),
  sort: z.enum(['waiting', 'newest']).optional(),
  platform: z.string().optional(),
  channelId: id.optional(),
  /** A staff id, `me` or `none`. */
  assignee: z.union([id, z.literal('me'), z.literal('none')]).optional(),
  /** Only those against their target: late now, or within its last quarter. */
  due: z.enum(['late', 'soon']).optional(),
  /** Only those with a reply that failed or whose outcome is unknown. */
  failed: z.stringbool().optional(),
  /** Only those that were liked and still wait. */
  liked: z.stringbool().optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
  cursor: z.string().optional(),
})
export type ListQuery = z.input<typeof listQuery>

/** Of conversations as in a list, and of their turns those that started from `from` on and before `to`. */
export const exportQuery = listQuery.omit({ sort: true, limit: true, cursor: true }).extend({
  state: listQuery.shape.state.unwrap().default('all'),
  from: instant.optional(),
  to: instant.optional(),
})
export type ExportQuery = z.input<typeof exportQuery>
export const list = z.object({ items: z.array(conversationRow), nextCursor: z.string().nullable() })

const tally = z.record(z.string(), z.number().int())

/**
 * Numbers beside the views. Who is snoozed still waits and is in every count of who waits; `snoozed` and `snoozedOf` say how many of those are.
 */
export const counts = z.object({
  waiting: z.number().int(),
  snoozed: z.number().int(),
  unassigned: z.number().int(),
  snoozedOf: z.object({ unassigned: z.number().int(), byChannel: tally, byAssignee: tally }),
  /** Conversations with a reply that failed or needs a check. */
  failed: z.number().int(),
  oldestWaitingSince: instant.nullable(),
  byChannel: tally,
  byAssignee: tally,
})
export type Counts = z.infer<typeof counts>

/** For the lead's queue; moves with the clock, so it is asked for. `closedToday` counts closings by reason since midnight in the workspace's zone. */
export const queueSummary = counts.extend({
  late: z.number().int(),
  dueSoon: z.number().int(),
  /** Of who waits longest. */
  oldestDueAt: instant.nullable(),
  oldestDueSoonAt: instant.nullable(),
  closedToday: tally,
  likedNotAnswered: z.number().int(),
})
export type QueueSummary = z.infer<typeof queueSummary>

export const assignmentBody = z.object({ assigneeId: id.optional() })
export const snoozeBody = z.object({ until: instant })
export const closureBody = z.object({ reason: z.string().min(1).max(64), note: z.string().max(2_000).optional(), messageId: id.optional() })
export const likeBody = z.object({ messageId: id.optional() })
/** Why a message is hidden or removed there. `other` asks for a few words, and counts as declined; what is ours needs no reason. */
export const moderationBody = z.object({ reason: z.enum(['spam', 'other']), note: z.string().max(2_000).optional() })

export const channel = z.object({
  id,
  platform: z.string(),
  handle: z.string(),
  name: z.string(),
  url: z.string().nullable(),
  /** `no_delivery_yet`: nothing real has arrived so far, polling covers it. `failing`: the last rounds failed. `disconnected`: only its history is here. */
  state: z.enum(['healthy', 'no_delivery_yet', 'failing', 'needs_reauthorization', 'paused', 'disconnected']),
  connectedAt: instant,
  lastDeliveryAt: instant.nullable(),
  lastPollAt: instant.nullable(),
  nextPollAt: instant.nullable(),
  error: z.string().nullable(),
  /** When the platform stops taking its credentials unless somebody connects it again; null where they do not end, or it does not say. */
  tokenExpiresAt: instant.nullable(),
  health: channelHealth,
  replyLimit,
  can: channelAbilities,
  /** What is promised here: its own target, else the workspace's. */
  target,
})
export type Channel = z.infer<typeof channel>

export const platform = z.object({
  id: z.string(),
  name: z.string(),
  docs: z.string(),
  icon: z.string(),
  /** What connecting asks for before all: an access token, an app password. Null where nothing secret is asked. */
  asksFor: z.string().nullable(),
  /** It wants an app of one's own, registered there first. */
  wantsApp: z.boolean(),
  /** Connecting is agreeing there, with an app that is registered by hand or makes itself; null where a token is pasted. */
  oauthApp: z.enum(['by_hand', 'by_itself']).nullable(),
})
export type PlatformView = z.infer<typeof platform>

export const staff = z.object({ id, name: z.string(), role: z.enum(roles) })
export const me = z.object({
  user: z.object({ id, name: z.string(), email: z.string() }),
  role: z.enum(roles),
  /** Came in by a link and has no password yet to come back with. */
  choosePassword: z.boolean(),
  permissions: z.array(z.string()),
  workspace: z.object({ id, name: z.string(), timeZone: z.string(), targetSeconds: z.number(), targetClock: targetClock }),
  /** Every reason for closing, also those that are offered no more, in the order of their keys. */
  reasons: z.array(reason),
  staff: z.array(staff),
  platforms: z.array(platform),
  channels: z.array(channel),
  counts,
  seq: z.number().int(),
  /** Set in the demo: the sandbox's public page. */
  demo: z.object({ sandboxUrl: z.string() }).nullable(),
  /** Platforms have an address here from which they could fetch a file: see `byAddress` in core/reply-limit. */
  reachable: z.boolean(),
  now: instant,
})
export type Me = z.infer<typeof me>

/** One entry of a delivery as its workspace sees it. */
export const delivery = z.object({
  id,
  deliveryId: id,
  channelId: id.nullable(),
  platform: z.string(),
  kind: z.string(),
  state: z.enum(['done', 'quarantined']),
  reason: z.string().nullable(),
  receivedAt: instant,
  facts: z.number().int(),
  /** The raw body, only in `GET /deliveries/:id`. */
  body: z.string().optional(),
})
export type Delivery = z.infer<typeof delivery>

/** Socket event `change`: one committed transaction. A browser that holds `seq - 1` applies it; any other asks `GET /changes?since=`. */
export const changeFrame = z.object({
  seq: z.number().int(),
  rows: z.array(conversationRow),
  /** Conversations that no longer exist; `into` is the survivor of a merge. */
  gone: z.array(z.object({ id, into: id.nullable() })),
  counts,
  /** True when a channel's health changed: ask `GET /channels`. */
  channels: z.boolean(),
  /** True when reasons, targets or hours changed: ask `GET /me`. */
  settings: z.boolean(),
  /** True when somebody joined or left, or has another role or name: ask `GET /me`. */
  staff: z.boolean(),
})
export type ChangeFrame = z.infer<typeof changeFrame>
export const changes = changeFrame.extend({ more: z.boolean() })

/** Socket event `presence`, both ways: who looks at or writes in a conversation. Gone after 40 s without a sign. */
export const presenceSent = z.object({ conversationId: id.nullable(), typing: z.boolean() })
export type PresenceFrame = { conversationId: string; people: { id: string; name: string; typing: boolean }[] }
