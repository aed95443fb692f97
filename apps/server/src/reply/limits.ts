import { eq } from 'drizzle-orm'
import { Problem } from '@answerback/core/problem'
import type { ReplyMedia } from '@answerback/core/reply-api'
import { countMissing, countReply, type MediaLimit } from '@answerback/core/reply-limit'
import type { Platform } from '@answerback/platforms/platform'
import { hasAbility } from '../access/abilities.ts'
import { platformOf, reachableUrl, type Context } from '../context.ts'
import { schema as t } from '../db/schema.ts'
import type { Change } from '../live/change-log.ts'

type Given = { text: string; media: ReplyMedia[]; privately: boolean }

/**
 * Throws when words and files, as an answer to this message, are more or less than its platform takes (`reply_too_long`, `reply_too_short`, `reply_empty`, `media_not_taken`), or when nothing can be
 * answered there.
 */
export async function checkReply(ctx: Context, change: Change, inReplyToId: string, { text, media, privately }: Given): Promise<void> {
  const rows = await change.tx
    .select({ platform: t.channel.platform, replyLimit: t.channel.replyLimit, settings: t.channel.settings, handle: t.contact.handle })
    .from(t.message)
    .innerJoin(t.channel, eq(t.channel.id, t.message.channelId))
    .innerJoin(t.contact, eq(t.contact.id, t.message.contactId))
    .where(eq(t.message.id, inReplyToId))
  const { replyLimit, handle, settings } = rows[0]!
  const platform = platformOf(ctx, rows[0]!.platform)
  if (!hasAbility(platform, settings, 'reply'))
    throw new Problem('not_possible_there', `${platform.name} can only be read here. Answer where it was written.`)
  const limit = replyLimit ?? platform.can.replyLimit
  if (media.length > 0) checkMedia(ctx, { platform, limit: limit.media, media, privately })
  if (text === '') {
    if (media.length === 0) throw empty('write something to send.')
    if (!limit.media?.wordless) throw empty(`${platform.name} wants words with a file. Write something to send.`)
    return
  }
  const textMax = media.length > 0 ? limit.media?.textMax : undefined
  const max = Math.min(limit.max, textMax ?? limit.max)
  const { length, left } = countReply(text, { ...limit, max }, handle)
  const missing = countMissing(text, limit)
  if (missing > 0)
    throw new Problem('reply_too_short', `text: ${platform.name} takes no answer shorter than ${limit.min}, write ${missing} more.`, {
      invalidParams: [{ name: 'text', reason: `too short by ${missing}` }],
    })
  if (left < 0)
    throw new Problem(
      'reply_too_long',
      `text: ${length} of at most ${max}${max < limit.max ? ' with a file' : ''}, shorten it by ${-left}.`,
      { length, max, invalidParams: [{ name: 'text', reason: `over the limit by ${-left}` }] },
    )
}

type Files = { platform: Platform; limit: MediaLimit | undefined; media: ReplyMedia[]; privately: boolean }

function checkMedia(ctx: Context, { platform: { name, can }, limit, media, privately }: Files): void {
  // NOTE: A channel keeps the limit, and a token the permissions, of the day it was connected.
  const remedy = can.replyLimit.media ? 'Connect it again in the settings to attach files.' : 'Send the words alone.'
  if (!limit) throw notTaken('media', `This ${name} channel takes no files with a reply. ${remedy}`, 'is not taken there')
  if (privately) throw notTaken('media', 'A private answer takes words alone. Send it without files.', 'is not taken in private')
  if (media.length > limit.max)
    throw notTaken('media', `${name} takes ${limit.max} with a reply at most. Leave ${media.length - limit.max} out.`, 'too many')
  media.forEach(({ type, bytes, width, height, alt }, index) => {
    const one = (words: string, reason: string, field = 'uploadId') => notTaken(`media.${index}.${field}`, words, reason)
    const most = limit.types[type]
    if (most === undefined)
      throw one(`${name} does not take ${type} with a reply. It takes ${Object.keys(limit.types).join(', ')}.`, `is ${type}`)
    if (bytes > most) throw one(`${name} takes ${most} bytes of ${type} at most, and this has ${bytes}. Make it smaller.`, 'too large')
    if (limit.pixels && !hasPixels({ width, height }, limit.pixels)) {
      const { least, mostShort, mostLong } = limit.pixels
      const taken = `${least} x ${least} to ${mostShort} x ${mostLong} pixels, upright or lying`
      throw one(
        `${name} takes pictures of ${taken}, and this has ${width} x ${height}. Send it in another size.`,
        `is ${width} x ${height}`,
      )
    }
    if (limit.alone?.includes(type) && media.length > 1)
      throw one(`${name} takes ${type} only without any other file. Send it alone.`, 'goes alone')
    const over = limit.altMax === undefined ? 0 : alt.length - limit.altMax
    if (over > 0)
      throw one(`${name} takes a description of ${limit.altMax} at most, shorten it by ${over}.`, `over the limit by ${over}`, 'alt')
  })
  const { totalBytes = Infinity } = limit
  const together = media.reduce((sum, { bytes }) => sum + bytes, 0)
  if (together > totalBytes)
    throw notTaken(
      'media',
      `${name} takes ${totalBytes} bytes of files together at most, and these have ${together}. Leave some out, or make them smaller.`,
      'too large together',
    )
  if (limit.byAddress && reachableUrl(ctx) === null)
    throw notTaken(
      'media',
      `${name} fetches files from here, and this server has no address that it could reach. Whoever runs it sets PUBLIC_URL; until then send the words alone.`,
      'cannot be fetched',
    )
}

/** True also of what is no picture, or does not say how large it is: the platform knows. */
function hasPixels(
  { width, height }: Pick<ReplyMedia, 'width' | 'height'>,
  { least, mostShort, mostLong }: NonNullable<MediaLimit['pixels']>,
): boolean {
  if (width === null || height === null) return true
  const [short, long] = [Math.min(width, height), Math.max(width, height)]
  return short >= least && short <= mostShort && long <= mostLong
}

function notTaken(name: string, words: string, reason: string): Problem {
  return new Problem('media_not_taken', `${name}: ${words}`, { invalidParams: [{ name, reason }] })
}

function empty(words: string): Problem {
  return new Problem('reply_empty', `text: ${words}`, { invalidParams: [{ name: 'text', reason: 'is empty' }] })
}
