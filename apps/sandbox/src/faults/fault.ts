import { z } from 'zod'
import { dialectOf, platformIds } from '../registry.ts'

const answers = z.object({
  /** A fixed answer in place of the real one; the write is not done. */
  kind: z.literal('answer'),
  status: z.number().int().min(100).max(599),
  headers: z.record(z.string(), z.string()).optional(),
  body: z.unknown().optional(),
})

const limited = z.object({
  /** 429, or what the platform says instead, with its rate headers. */
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
 * platform's prefix, query included; `body` is one on the body, for APIs that have one path for everything.
 */
export const ruleSchema = z.object({
  platform: z.enum(platformIds),
  match: z
    .object({
      method: z.string().optional(),
      path: z.string().optional(),
      body: z.string().optional(),
      times: z.number().int().positive().optional(),
      after: z.number().int().nonnegative().optional(),
    })
    .default({}),
  fault: faultSchema,
})

/** A scripted fault as it is given. */
export type RuleInput = z.input<typeof ruleSchema>

const share = z.number().min(0).max(1)

const commonQuirks = {
  /** Share of notifications that are never made, where a platform has them. */
  lostNotifications: share,
  /** Pages come shorter than asked for, with a cursor. */
  shortPages: z.boolean(),
  /** No `Retry-After` on a 429. */
  noRetryAfter: z.boolean(),
  /** Share of people whose words come without an author, where a platform does that. */
  anonymousAuthors: share,
}

/** Whose quirk of their own is which: the dialects name them. */
const ownQuirks: Record<string, z.ZodType<boolean | number>> = Object.fromEntries(
  platformIds.flatMap((id) =>
    Object.entries(dialectOf(id).quirks ?? {}).map(([name, kind]) => [name, kind === 'share' ? share : z.boolean()] as const),
  ),
)

const quirksShape = z.strictObject({ ...commonQuirks, ...ownQuirks })

/** The odd habits that are on: those common to all, and each platform's own. */
export type Quirks = { lostNotifications: number; shortPages: boolean; noRetryAfter: boolean; anonymousAuthors: number } & {
  [own: string]: boolean | number
}

/** The odd habits of real servers that can be switched on. Shares go from 0 (never) to 1 (always). Throws a ZodError on an unknown one. */
export function readQuirks(given: object): Quirks {
  return quirksShape.parse(given) as Quirks
}

/** Nothing odd. */
export function calmQuirks(): Quirks {
  const calm = Object.entries(quirksShape.shape).map(([name, shape]) => [name, shape === share ? 0 : false])
  return readQuirks(Object.fromEntries(calm))
}

/** What goes wrong with webhooks, on every platform that has them. Shares go from 0 to 1. */
export const webhookFaultsSchema = z.object({
  /** Share of events sent twice. */
  duplicate: z.number().min(0).max(1),
  /** Share of events never sent. */
  missing: z.number().min(0).max(1),
  /** Every event waits this many milliseconds before it is sent. */
  lateMs: z.number().nonnegative(),
  /** Gathers this many events and sends them in shuffled order; 1 is off. */
  reorder: z.number().int().min(1),
  /** Gathers this many events into one request, where the platform does that at all; 1 is off. */
  batch: z.number().int().min(1),
  /** Sign with a wrong secret. */
  wrongSignature: z.boolean(),
})

/** What goes wrong with webhooks. */
export type WebhookFaults = z.infer<typeof webhookFaultsSchema>

/** Whether a platform still honours the brand's token. */
export type TokenState = 'valid' | 'expired' | 'revoked'
