import { z } from 'zod'
import { platformIds } from '../world/item.ts'

const answers = z.object({
  /** A fixed answer in place of the real one; the write is not done. */
  kind: z.literal('answer'),
  status: z.number().int().min(100).max(599),
  headers: z.record(z.string(), z.string()).optional(),
  body: z.unknown().optional(),
})

const limited = z.object({
  /** 429 (Facebook: 400 with its own code) with the platform's rate headers. */
  kind: z.literal('rate_limited'),
  retryAfterSeconds: z.number().nonnegative().optional(),
  withoutRetryAfter: z.boolean().optional(),
})

const delayed = z.object({
  /** The real answer, but only after this many real milliseconds. */
  kind: z.literal('delay'),
  delayMs: z.number().nonnegative(),
})

const plain = z.object({
  kind: z.enum([
    'server_error',
    'unavailable',
    'hang',
    'reset',
    'accept_then_hang',
    'accept_then_reset',
    'accept_then_500',
    'accept_then_400',
    'bad_json',
    'html',
    'expired_token',
    'revoked_token',
  ]),
})

/** What goes wrong with one call. The `accept_then_*` kinds do the write first. */
export const faultSchema = z.discriminatedUnion('kind', [answers, limited, delayed, plain])

/** What goes wrong with one call. */
export type Fault = z.infer<typeof faultSchema>

/**
 * Which calls of a platform a fault meets: the first `after` matching calls pass, then `times`
 * calls (all, if left out) get the fault. `path` is a regular expression on the path below the
 * platform's prefix, query included.
 */
export const ruleSchema = z.object({
  platform: z.enum(platformIds),
  match: z
    .object({
      method: z.string().optional(),
      path: z.string().optional(),
      times: z.number().int().positive().optional(),
      after: z.number().int().nonnegative().optional(),
    })
    .default({}),
  fault: faultSchema,
})

/** A scripted fault as it is given. */
export type RuleInput = z.input<typeof ruleSchema>

/** The odd habits of real servers that can be switched on. Shares go from 0 (never) to 1 (always). */
export const quirksSchema = z.object({
  /** Bluesky and Mastodon: share of notifications that are never made. */
  lostNotifications: z.number().min(0).max(1),
  /** Bluesky: the account's stuck preference hides strangers unless `priority=false` is sent. */
  priorityPreference: z.boolean(),
  /** Pages come shorter than asked for, with a cursor. */
  shortPages: z.boolean(),
  /** Mastodon: `Idempotency-Key` is ignored. */
  ignoreIdempotencyKeys: z.boolean(),
  /** Mastodon: no `Link` header. */
  noLinkHeader: z.boolean(),
  /** No `Retry-After` on a 429. */
  noRetryAfter: z.boolean(),
  /** Facebook: share of people whose comments come without `from`. */
  anonymousAuthors: z.number().min(0).max(1),
})

/** The odd habits that are on. */
export type Quirks = z.infer<typeof quirksSchema>

/** What goes wrong with Facebook's webhooks. Shares go from 0 to 1. */
export const webhookFaultsSchema = z.object({
  /** Share of events sent twice. */
  duplicate: z.number().min(0).max(1),
  /** Share of events never sent. */
  missing: z.number().min(0).max(1),
  /** Every event waits this many milliseconds before it is sent. */
  lateMs: z.number().nonnegative(),
  /** Gathers this many events and sends them in shuffled order; 1 is off. */
  reorder: z.number().int().min(1),
  /** Gathers this many events into one request with an entry each; 1 is off. */
  batch: z.number().int().min(1),
  /** Sign with a wrong secret. */
  wrongSignature: z.boolean(),
})

/** What goes wrong with Facebook's webhooks. */
export type WebhookFaults = z.infer<typeof webhookFaultsSchema>

/** Whether a platform still honours the brand's token. */
export type TokenState = 'valid' | 'expired' | 'revoked'
