import type { MediaLimit } from '@answerback/core/reply-limit'
import { standIn } from '../base-url.ts'
import { beforeReply } from '../before-reply.ts'
import { PlatformError } from '../error.ts'
import { bearer, failureOf, send } from '../http.ts'
import { linkOf, nameOf, recordOf, textOf } from '../json.ts'
import type { Io, ReplyMedia } from '../platform.ts'
import { untilReady } from '../until-ready.ts'
import { callApi } from './api.ts'
import { defaultApiUrl } from './token.ts'
import { escapeUrn } from './urn.ts'

/** One picture a comment (Microsoft Learn, "Images API": JPG, PNG and GIF; it tells no bytes). No description goes with it. */
export const mediaLimit: MediaLimit = { max: 1, types: { 'image/jpeg': 10_000_000, 'image/png': 10_000_000, 'image/gif': 10_000_000 } }

/** Brings a picture to LinkedIn as the page's own, waits until it can be used, and gives its URN. Null when there is none. */
export async function uploadImage(io: Io, media: ReplyMedia[]): Promise<string | null> {
  const [image] = media
  if (!image) return null
  return beforeReply(async () => {
    if (media.length > 1) throw new PlatformError('rejected', 'LinkedIn takes one picture with a comment')
    const body = { initializeUploadRequest: { owner: io.self.accountId } }
    const { json } = await callApi(io, { method: 'POST', path: 'images', query: ['action=initializeUpload'], body, upload: true })
    const begun = recordOf(json.value)
    const [urn, address] = [nameOf(begun.image), linkOf(begun.uploadUrl)]
    if (urn === null || address === null) throw new PlatformError('unavailable', 'LinkedIn did not say where the picture goes')
    await put(io, address, image)
    return untilReady('LinkedIn and the picture', async () => ((await isReady(io, urn)) ? urn : null))
  })
}

/** The token goes along, so only to LinkedIn itself, or to what stands in for it. */
async function put(io: Io, address: string, { type, bytes }: ReplyMedia): Promise<void> {
  const { apiUrl = defaultApiUrl } = io.settings
  const ours = new URL(address).origin === new URL(apiUrl).origin
  if (!ours && !/^https:\/\/([\w-]+\.)*linkedin\.com\//.test(address))
    throw new PlatformError('unavailable', 'LinkedIn named a strange place for the picture')
  const answer = await send(io, {
    method: 'PUT',
    url: ours ? address : standIn(address, defaultApiUrl, apiUrl),
    headers: { authorization: bearer(io.credentials.accessToken), 'content-type': type },
    body: await bytes(),
  })
  if (answer.status < 200 || answer.status > 299) throw failureOf(answer, io.now())
}

async function isReady(io: Io, urn: string): Promise<boolean> {
  const { json } = await callApi(io, { path: `images/${escapeUrn(urn)}` })
  const status = textOf(json.status)
  if (status === 'PROCESSING_FAILED') throw new PlatformError('rejected', 'LinkedIn could not read the picture')
  return status === 'AVAILABLE'
}
