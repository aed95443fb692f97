import { createHmac, timingSafeEqual } from 'node:crypto'
import { eq } from 'drizzle-orm'
import type { FastifyInstance } from 'fastify'
import { Problem } from '@answerback/core/problem'
import { sessionsOf } from '../access/secrets.ts'
import { reachableUrl, type Context } from '../context.ts'
import { schema as t } from '../db/schema.ts'
import { sendFile } from '../http/send-file.ts'
import { readUpload } from './uploads.ts'

/** A platform fetches a file soon after it was told of it, and some again a little later. */
const goodForMs = 86_400_000

/** Where a platform can fetch this file for a day, without signing in; null where nobody outside reaches us. Whoever has the address has the file. */
export function publicAddressOf(ctx: Context, uploadId: string): string | null {
  const own = reachableUrl(ctx)
  if (own === null) return null
  const about = `${uploadId}.${Math.ceil((ctx.now().getTime() + goodForMs) / 1000).toString(36)}`
  return `${own}/media/${about}.${macOf(ctx.secrets.session, about)}`
}

/** `GET /media/<file>.<until>.<mac>`, for platforms alone: it lists nothing and knows nobody. A wrong or old address is as if there were none. */
export function publicMediaRoute(app: FastifyInstance, ctx: Context): void {
  app.get<{ Params: { address: string } }>('/media/:address', { schema: { hide: true } }, async (request, reply) => {
    const [, about, uploadId, until, mac] = /^(([0-9a-f-]{36})\.([0-9a-z]{1,10}))\.([\w-]{43})$/.exec(request.params.address) ?? []
    const good =
      about !== undefined &&
      // An address given out under an older key of the installation stays good for its day.
      sessionsOf(ctx.secrets).some((key) => timingSafeEqual(Buffer.from(macOf(key, about)), Buffer.from(mac!))) &&
      Number.parseInt(until!, 36) * 1000 > ctx.now().getTime()
    const [row] = good ? await ctx.db.system.select({ of: t.upload.workspaceId }).from(t.upload).where(eq(t.upload.id, uploadId!)) : []
    const file = row && (await readUpload(ctx, row.of, uploadId!))
    if (!file) throw new Problem('not_found', 'There is nothing at this address (any more).')
    return sendFile(reply, file, 'no-store')
  })
}

function macOf(key: string, about: string): string {
  return createHmac('sha256', key).update(`answerback media ${about}`).digest('base64url')
}
