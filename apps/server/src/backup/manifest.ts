import { z } from 'zod'

/** What stands first in a backup. `migrations`: those its rows were written under, oldest first. `keyIds`: which keys open its credentials; no secret. */
export const manifest = z.object({
  format: z.literal(1),
  madeAt: z.iso.datetime(),
  version: z.string(),
  migrations: z.array(z.string()).min(1),
  tables: z.array(z.object({ name: z.string().regex(/^[a-z_]+$/), columns: z.array(z.string().regex(/^[a-z_0-9]+$/)), rows: z.int() })),
  keyIds: z.array(z.string()),
  secrets: z.boolean(),
})
export type Manifest = z.infer<typeof manifest>

/** Sessions end with a move, links are for once, changes are what open browsers missed, counts are counted and words read again, and the key is the new place's own. */
export const leftOut: readonly string[] = [
  'session',
  'verification',
  'one_time_link',
  'oauth_state',
  'sign_in_attempt',
  'change',
  'conversation_count',
  'message_words',
  'installation',
]
