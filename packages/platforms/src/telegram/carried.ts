import type { MediaLimit } from '@answerback/core/reply-limit'
import { beforeReply } from '../before-reply.ts'
import { PlatformError } from '../error.ts'
import type { JsonRecord } from '../json.ts'
import type { ReplyMedia } from '../platform.ts'
import type { ApiCall } from './api.ts'

const megabytes = 1_000_000

/**
 * One file with a caption (Bot API, "Sending files"): pictures of 10 MB, all else 50. An album would be several messages, each with a number of its own. Descriptions
 * are not kept.
 */
export const mediaLimit: MediaLimit = {
  max: 1,
  types: {
    'image/jpeg': 10 * megabytes,
    'image/png': 10 * megabytes,
    'image/webp': 10 * megabytes,
    'image/gif': 50 * megabytes,
    'video/mp4': 50 * megabytes,
    'application/pdf': 50 * megabytes,
  },
  wordless: true,
  textMax: 1_024,
}

/** How words go out alone, or below a file. */
export async function messageCall(text: string, media: readonly ReplyMedia[] = []): Promise<Pick<ApiCall, 'method' | 'params' | 'file'>> {
  const [file] = media
  if (!file) return { method: 'sendMessage', params: { text, link_preview_options: { is_disabled: true } } }
  return beforeReply(async () => {
    if (media.length > 1) throw new PlatformError('rejected', 'Telegram takes one file with an answer')
    const { method, name } = wayOf(file.type)
    const params: JsonRecord = text === '' ? {} : { caption: text }
    return { method, params, file: { name, filename: file.name, type: file.type, bytes: await file.bytes() } }
  })
}

function wayOf(type: string): { method: string; name: string } {
  if (type === 'image/gif') return { method: 'sendAnimation', name: 'animation' }
  if (type.startsWith('image/')) return { method: 'sendPhoto', name: 'photo' }
  return type === 'video/mp4' ? { method: 'sendVideo', name: 'video' } : { method: 'sendDocument', name: 'document' }
}
