import type { MediaLimit } from '@answerback/core/reply-limit'
import { beforeReply } from '../before-reply.ts'
import { PlatformError } from '../error.ts'
import { idOf, nameOf, recordOf, textOf } from '../json.ts'
import type { JsonRecord } from '../json.ts'
import type { Io, ReplyMedia } from '../platform.ts'
import { untilReady } from '../until-ready.ts'
import { callApi } from './api.ts'
import type { ApiCall } from './api.ts'

/** Four pictures, or one film or moving picture (docs.x.com, "Media best practices", and the metadata of media). */
export const mediaLimit: MediaLimit = {
  max: 4,
  types: { 'image/jpeg': 5_242_880, 'image/png': 5_242_880, 'image/webp': 5_242_880, 'image/gif': 15_728_640, 'video/mp4': 536_870_912 },
  alone: ['image/gif', 'video/mp4'],
  altMax: 1_000,
  wordless: true,
}

const pieceBytes = 4 * 1024 * 1024
const uploads = '/2/media/upload'

/** Brings the files to X, one after the other, each with its description, and gives their ids in the same order. */
export async function uploadMedia(io: Io, media: ReplyMedia[]): Promise<string[]> {
  return beforeReply(async () => {
    if (media.length > mediaLimit.max) throw new PlatformError('rejected', `X takes ${mediaLimit.max} pictures with a post`)
    const ids: string[] = []
    for (const each of media) {
      const id = mediaLimit.alone?.includes(each.type) ? await uploadInPieces(io, each) : await uploadWhole(io, each)
      if (each.alt !== '') await bring(io, { path: '/2/media/metadata', body: { id, metadata: { alt_text: { text: each.alt } } } })
      ids.push(id)
    }
    return ids
  })
}

async function uploadWhole(io: Io, { name, type, bytes }: ReplyMedia): Promise<string> {
  const form = [
    { name: 'media_category', value: 'tweet_image' },
    { name: 'media_type', value: type },
    { name: 'media', filename: name, type, bytes: await bytes() },
  ]
  return idIn((await bring(io, { path: uploads, form })).json)
}

/** Films and moving pictures come in pieces, and X takes its time with them. */
async function uploadInPieces(io: Io, media: ReplyMedia): Promise<string> {
  const { name, type } = media
  const bytes = await media.bytes()
  const body = { media_type: type, total_bytes: bytes.length, media_category: type === 'image/gif' ? 'tweet_gif' : 'tweet_video' }
  const id = idIn((await bring(io, { path: `${uploads}/initialize`, body })).json)
  for (let at = 0, index = 0; at < bytes.length; at += pieceBytes, index += 1) {
    const piece = bytes.subarray(at, at + pieceBytes)
    const form = [
      { name: 'segment_index', value: String(index) },
      { name: 'media', filename: name, type: 'application/octet-stream', bytes: piece },
    ]
    await bring(io, { path: `${uploads}/${id}/append`, form })
  }
  let { json } = await bring(io, { path: `${uploads}/${id}/finalize`, body: {} })
  return untilReady('X and the film', async () => {
    const info = recordOf(recordOf(json.data).processing_info)
    const state = nameOf(info.state) ?? 'succeeded'
    if (state === 'succeeded') return id
    if (state === 'failed') throw new PlatformError('rejected', textOf(recordOf(info.error).message) || 'X could not read the file')
    json = (await callApi(io, { path: uploads, params: { command: 'STATUS', media_id: id } })).json
    return null
  })
}

function bring(io: Io, call: ApiCall): ReturnType<typeof callApi> {
  return callApi(io, { method: 'POST', purpose: 'upload', ...call })
}

function idIn(json: JsonRecord): string {
  const id = idOf(recordOf(json.data).id)
  if (id === null) throw new PlatformError('unavailable', 'X took the file and did not name it')
  return id
}
