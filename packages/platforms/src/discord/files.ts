import type { MediaLimit } from '@answerback/core/reply-limit'
import { beforeReply } from '../before-reply.ts'
import { PlatformError } from '../error.ts'
import { listOf, nameOf, recordOf, textOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { ReplyInput, ReplyMedia } from '../platform.ts'
import { kindOfMedia, sameMedia } from '../same-media.ts'
import type { SeenMedia } from '../same-media.ts'
import type { Call } from './api.ts'

const megabytes = 1024 * 1024

/** A request may have 25 MiB ("Create Message"), in which words and descriptions stand too. */
const totalBytes = 25 * megabytes - 128 * 1024

/** Ten files of any type, 10 MiB each where the server was not boosted ("Uploading Files"), with 1,024 characters of description. Those that people send most. */
export const mediaLimit: MediaLimit = {
  max: 10,
  types: {
    'image/jpeg': 10 * megabytes,
    'image/png': 10 * megabytes,
    'image/gif': 10 * megabytes,
    'image/webp': 10 * megabytes,
    'video/mp4': 10 * megabytes,
    'video/webm': 10 * megabytes,
    'video/quicktime': 10 * megabytes,
    'application/pdf': 10 * megabytes,
  },
  totalBytes,
  altMax: 1_024,
  wordless: true,
}

/** What goes beside the words, in the same call: the files, and what is said of each under its number. */
export async function filesOf(
  media: readonly ReplyMedia[] = [],
): Promise<{ body: { attachments?: JsonRecord[] }; files: NonNullable<Call['files']> }> {
  if (media.length === 0) return { body: {}, files: [] }
  return beforeReply(async () => {
    const attachments = media.map((file, id) => ({ id, filename: filenameOf(file), ...(file.alt !== '' && { description: file.alt }) }))
    const files = await Promise.all(media.map(async (file) => ({ filename: filenameOf(file), type: file.type, bytes: await file.bytes() })))
    if (files.reduce((sum, { bytes }) => sum + bytes.length, 0) > totalBytes)
      throw new PlatformError('rejected', 'Discord takes 25 MiB with a message, and these files have more together')
    return { body: { attachments }, files }
  })
}

/** Does a message carry the files of a reply? Without words, a name or a description has to tell them from others. */
export function carries({ attachments }: JsonRecord, { text, media }: Pick<ReplyInput, 'text' | 'media'>): boolean {
  const named = (media ?? []).map((file) => ({ ...file, name: filenameOf(file) }))
  const { same, telling } = sameMedia(named, listOf(attachments).map(seenMedia))
  return same && (telling || text.trim() !== '')
}

/** Its own name in letters and digits, because Discord rewrites all else, and a piece of our id, so that a look later knows it. */
function filenameOf({ id, name, type }: ReplyMedia): string {
  const [, stem = '', ending = type.split('/')[1] ?? 'bin'] = /^(.*?)(?:\.([a-z0-9]{1,8}))?$/is.exec(name) ?? []
  const plain = stem
    .normalize('NFKD')
    .replace(/[^a-z0-9]+/gi, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60)
  return `${plain === '' ? 'file' : plain}-${id.replace(/[^a-z0-9]/gi, '').slice(-8)}.${ending.toLowerCase().replace(/[^a-z0-9]/g, '')}`
}

function seenMedia(value: unknown): SeenMedia {
  const { content_type: type, description, filename } = recordOf(value)
  return { kind: kindOfMedia(textOf(type)), alt: nameOf(description), ...(nameOf(filename) !== null && { name: textOf(filename) }) }
}
