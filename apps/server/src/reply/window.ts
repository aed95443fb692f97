import { eq } from 'drizzle-orm'
import { Problem } from '@answerback/core/problem'
import { hasAbility } from '../access/abilities.ts'
import { platformOf, type Context } from '../context.ts'
import { schema as t } from '../db/schema.ts'
import type { Change } from '../live/change-log.ts'

const hourMs = 3_600_000

/**
 * Whether an answer to this message goes to its writer alone; one to a private message does anyway, and needs no saying. Throws `not_possible_there` where the platform
 * has no such way, `window_over` when the hours it leaves are over.
 */
export async function privatelyTo(ctx: Context, change: Change, inReplyToId: string, wanted: boolean): Promise<boolean> {
  const [row] = await change.tx
    .select({ private: t.message.private, at: t.message.platformAt, platform: t.channel.platform, settings: t.channel.settings })
    .from(t.message)
    .innerJoin(t.channel, eq(t.channel.id, t.message.channelId))
    .where(eq(t.message.id, inReplyToId))
  const platform = platformOf(ctx, row!.platform)
  const privately = wanted && !row!.private
  if (privately && !hasAbility(platform, row!.settings, 'privateReply'))
    throw new Problem('not_possible_there', `${platform.name} has no way to answer this in private.`, {
      invalidParams: [{ name: 'privately', reason: 'is not possible there' }],
    })
  const { direct, privately: inPrivate } = platform.can.windowHours ?? {}
  const hours = privately ? inPrivate : row!.private ? direct : undefined
  if (hours !== undefined && ctx.now().getTime() > row!.at.getTime() + hours * hourMs)
    throw new Problem(
      'window_over',
      `${platform.name} takes ${privately ? 'private answers' : 'answers'} only for ${hours} hours after a message, and they are over.`,
    )
  return privately
}
