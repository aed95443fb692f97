import { beforeReply } from '../before-reply.ts'
import { PlatformError } from '../error.ts'
import { idOf, recordOf } from '../json.ts'
import type { Io, ReplyMedia } from '../platform.ts'
import { untilReady } from '../until-ready.ts'
import { callApi } from './api.ts'

/** Brings every file there, in order, and gives their ids for `media_ids`. What no status takes the server forgets by itself after a day. */
export async function uploadMedia(io: Io, media: readonly ReplyMedia[] = []): Promise<string[]> {
  const ids: string[] = []
  for (const file of media) ids.push(await beforeReply(() => upload(io, file)))
  return ids
}

/** A film, or a picture on a busy server, is answered with 202 and worked on; a status that named it too early would be refused. */
async function upload(io: Io, { type, name, alt, bytes }: ReplyMedia): Promise<string> {
  const file = { name: 'file', filename: name, type, bytes: await bytes() }
  const form = [...(alt === '' ? [] : [{ name: 'description', value: alt }]), file]
  const { json, status } = await callApi(io, { method: 'POST', path: '/api/v2/media', form }).catch(explain)
  const id = idOf(recordOf(json).id)
  if (id === null) throw new PlatformError('unavailable', 'The server took the file and did not name it')
  if (status === 202) await untilReady(name, () => ask(io, id))
  return id
}

async function ask(io: Io, id: string): Promise<string | null> {
  const { status } = await callApi(io, { path: `/api/v1/media/${encodeURIComponent(id)}` })
  return status === 200 ? id : null
}

/** A token from before replies took files is good for all the rest, so the channel is not called broken. */
function explain(error: unknown): never {
  if (error instanceof PlatformError && error.kind === 'reauthorize' && /scope/i.test(error.message))
    throw new PlatformError('rejected', `${error.message}: connect the channel again with write:media`, { cause: error.cause })
  throw error
}
