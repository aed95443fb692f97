import { z } from 'zod'

const instant = z.iso.datetime()

/** How a channel does, beyond its state. */
export const channelHealth = z.object({
  /** When a webhook last brought something; null where the platform sends none, or none has come. */
  lastWebhookAt: instant.nullable(),
  /** The connection over which the platform says at once that there is news; `lost`: it broke, and reading at intervals goes on without it. Null: none was there yet, or there is none. */
  live: z.enum(['connected', 'lost']).nullable(),
  /** The newest thing somebody wrote there, by the platform's clock, and how long it took to get here. */
  lastItemAt: instant.nullable(),
  lagMs: z.number().int().nullable(),
  /** What the last round of reading that found something found that no webhook had brought; null within a day without. */
  foundByReading: z.object({ count: z.number().int(), at: instant }).nullable(),
  /** What was said before the connection is still being read, newest first: back to when, and how far it has come. Null once it is done. */
  past: z.object({ backTo: instant, reachedAt: instant.nullable() }).nullable(),
  /** Calls that the platform says are left. */
  quota: z.object({ left: z.number().int(), of: z.number().int().nullable(), resetsAt: instant.nullable() }).nullable(),
  /** What reading and answering cost this month, and may cost. `capsReplies`: once the limit is reached nothing is sent either. */
  spent: z.object({ usd: z.number(), capUsd: z.number().nullable(), capsReplies: z.boolean() }).nullable(),
})

/** What this account may do there: its platform can, and connecting did not find that it lacks it. */
export const channelAbilities = z.object({
  webhook: z.boolean(),
  /** Each channel has a webhook address and a secret of its own. */
  ownWebhook: z.boolean(),
  /** False: it can only be read here. */
  reply: z.boolean(),
  /** At most one answer to a message; another takes its place. */
  oneReply: z.boolean(),
  editReply: z.boolean(),
  privateReply: z.boolean(),
  like: z.boolean(),
  hide: z.boolean(),
  remove: z.enum(['none', 'own', 'any']),
  /** For so many hours after it a message can be answered: a private one, or a public one in private. Null: always. */
  windowHours: z.object({ direct: z.number().nullable(), privately: z.number().nullable() }),
  /** Reading costs money. */
  costs: z.boolean(),
})

/** What a reply may have there, in the platform's own counting: see core/reply-limit. */
export const replyLimit = z.object({
  max: z.number(),
  min: z.number().optional(),
  unit: z.enum(['graphemes', 'codepoints', 'utf16', 'weighted']),
  maxBytes: z.number().optional(),
  urlLength: z.number().optional(),
  mentionsWithoutDomain: z.boolean().optional(),
  namesPerson: z.boolean().optional(),
  media: z
    .object({
      max: z.number().int(),
      types: z.record(z.string(), z.number()),
      totalBytes: z.number().optional(),
      pixels: z.object({ least: z.number(), mostShort: z.number(), mostLong: z.number() }).optional(),
      alone: z.array(z.string()).optional(),
      altMax: z.number().optional(),
      wordless: z.boolean().optional(),
      textMax: z.number().optional(),
      byAddress: z.boolean().optional(),
    })
    .optional(),
})
