import { beforeReply } from '../before-reply.ts'
import { PlatformError } from '../error.ts'
import { linkOf, listOf, nameOf, recordOf } from '../json.ts'
import { asLabel } from '../markdown-image.ts'
import type { Embedded } from '../markdown-image.ts'
import type { Io, ReplyMedia } from '../platform.ts'
import { callApi, serverUrl, versionOf } from './api.ts'

/** Brings the pictures to the server, in order, and says how the words embed them. */
export async function uploadPictures(io: Io, media: readonly ReplyMedia[] = []): Promise<Pick<Embedded, 'label' | 'url'>[]> {
  const pictures: Pick<Embedded, 'label' | 'url'>[] = []
  for (const file of media) pictures.push({ label: asLabel(file.alt), url: await beforeReply(() => upload(io, file)) })
  return pictures
}

/** Of version 3 at the picture service itself (pict-rs), of version 4 by the API. A server without one knows no such call. */
async function upload(io: Io, { name, type, bytes }: ReplyMedia): Promise<string> {
  const form = [{ name: 'images[]', filename: name, type, bytes: await bytes() }]
  const call = versionOf(io) === 'v4' ? ({ path: '/image' } as const) : ({ path: '/pictrs/image', root: true } as const)
  const { json } = await callApi(io, { method: 'POST', form, ...call }).catch((error: unknown) => {
    if (error instanceof PlatformError && recordOf(error.cause).status === 404)
      throw new PlatformError('rejected', 'This server takes no pictures', { cause: error.cause })
    throw error
  })
  const { files, image_url: url } = recordOf(json)
  const file = nameOf(recordOf(listOf(files)[0]).file)
  const address = linkOf(url) ?? (file === null ? null : `${serverUrl(io)}/pictrs/image/${encodeURIComponent(file)}`)
  if (address === null) throw new PlatformError('unavailable', 'The server took the picture and did not name it')
  return address
}
