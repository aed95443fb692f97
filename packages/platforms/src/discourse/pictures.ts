import { Parser } from 'htmlparser2'
import type { Media } from '@answerback/core/facts'
import { beforeReply } from '../before-reply.ts'
import { PlatformError } from '../error.ts'
import { linkOf, nameOf, textOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import { asLabel } from '../markdown-image.ts'
import type { Embedded } from '../markdown-image.ts'
import type { Io, ReplyMedia } from '../platform.ts'
import { callApi } from './api.ts'

/** Brings the pictures to the forum, in order, and says how the words embed them. One that no post embeds goes again by itself. */
export async function uploadPictures(io: Io, media: readonly ReplyMedia[] = []): Promise<Pick<Embedded, 'label' | 'url'>[]> {
  const pictures: Pick<Embedded, 'label' | 'url'>[] = []
  for (const file of media) pictures.push(await beforeReply(() => upload(io, file)))
  return pictures
}

async function upload(io: Io, { name, type, alt, bytes }: ReplyMedia): Promise<Pick<Embedded, 'label' | 'url'>> {
  const form = [
    { name: 'type', value: 'composer' },
    { name: 'synchronous', value: 'true' },
    { name: 'file', filename: name, type, bytes: await bytes() },
  ]
  const { json } = await callApi(io, { method: 'POST', path: '/uploads.json', form }).catch(explain)
  const { width, height } = json
  const url = nameOf(json.short_url)
  if (url === null || !/^upload:\/\/[\w.-]+$/.test(url))
    throw new PlatformError('unavailable', 'The forum took the picture and did not name it')
  const size = typeof width === 'number' && typeof height === 'number' ? `|${width}x${height}` : ''
  return { label: `${asLabel(alt)}${size}`, url }
}

/** A key with narrow scopes is good for all the rest, so the channel is not called broken. */
function explain(error: unknown): never {
  if (error instanceof PlatformError && error.kind === 'reauthorize')
    throw new PlatformError('rejected', `${error.message} (Uploads need the scope "uploads: create" of the API key.)`, {
      cause: error.cause,
    })
  throw error
}

/** The pictures that were uploaded into a post, as its HTML shows them; emoji, faces and previews of links are none. */
export function picturesIn(post: JsonRecord, base: string): Media[] {
  const media: Media[] = []
  const cooked = textOf(post.cooked)
  if (!cooked.includes('data-base62-sha1')) return media
  let whole: string | null = null
  const address = (value: string | undefined): string | null =>
    linkOf(value?.startsWith('//') ? `https:${value}` : value?.startsWith('/') ? `${base}${value}` : value)
  const parser = new Parser({
    onopentag(name, { class: classes = '', href, src, alt = '', 'data-base62-sha1': hash }) {
      if (name === 'a') whole = classes.split(/\s+/).includes('lightbox') ? address(href) : null
      if (name !== 'img' || hash === undefined) return
      const shown = address(src)
      const url = whole ?? shown
      if (url !== null) media.push({ kind: 'image', url, alt: nameOf(alt), previewUrl: shown })
    },
    onclosetag(name) {
      if (name === 'a') whole = null
    },
  })
  parser.end(cooked)
  return media
}
