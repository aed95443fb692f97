import { uuidv7 } from 'uuidv7'
import { Problem } from '@answerback/core/problem'
import type { Context } from '../context.ts'
import * as t from '../db/schema.ts'
import { seal } from './secrets.ts'

/** Keeps a platform's app: what verifies its webhooks. Two may be active while a secret is rotated. Throws `bad_request` naming what is missing. */
export async function addPlatformApp(ctx: Context, platformId: string, settings: Record<string, string>): Promise<string> {
  if (!ctx.platforms.some((each) => each.id === platformId && each.webhook))
    throw new Problem('bad_request', 'platform: this platform sends no webhooks, it needs no app.', {
      invalidParams: [{ name: 'platform', reason: 'has no webhooks' }],
    })
  const missing = ['appId', 'appSecret', 'verifyToken'].filter((name) => !settings[name]?.trim())
  if (missing.length > 0)
    throw new Problem('bad_request', missing.map((name) => `settings.${name}: is needed.`).join(' '), {
      invalidParams: missing.map((name) => ({ name: `settings.${name}`, reason: 'missing' })),
    })
  const id = uuidv7()
  await ctx.db.system.insert(t.platformApp).values({
    id,
    platform: platformId,
    settings: { appId: settings.appId! },
    secrets: seal(ctx.secrets, `platform_app:${id}`, { secret: settings.appSecret, verifyToken: settings.verifyToken }),
    createdAt: ctx.now(),
  })
  return id
}
