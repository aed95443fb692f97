import { PlatformError } from '../error.ts'
import { idOf, nameOf, parseJson, recordOf } from '../json.ts'
import type { ListenIo, Platform } from '../platform.ts'
import { bearer } from '../http.ts'
import { callApi, serverUrl } from './api.ts'
import { ownIdOf } from './own-id.ts'

/**
 * The `user` stream (Mastodon, "Streaming timelines"): notifications, and among the statuses of the home timeline our own, by which answers given there are known. Nothing
 * that happened before is told, and edits and removals by others seldom: reading finds them.
 */
export const listen: NonNullable<Platform['listen']> = async (io, { ready, hint, signal }) => {
  const ownId = await ownIdOf(io)
  const url = `${await streamingUrl(io)}/api/v1/streaming?stream=user`
  const socket = await io.openSocket(url, { signal, headers: { authorization: bearer(io.credentials.accessToken) } })
  ready()
  for await (const text of socket.texts) {
    const news = newsIn(text, ownId)
    if (news === 'refused') {
      socket.close()
      throw new PlatformError('rejected', 'The server has no stream of notifications')
    }
    if (news === 'news') hint()
  }
  if (!signal.aborted) throw new PlatformError('unavailable', 'The live connection broke')
}

/** Where it is, as the server says; a server that does not say has it at its own address. */
async function streamingUrl(io: ListenIo): Promise<string> {
  const { json } = await callApi(io, { path: '/api/v2/instance' })
  const { urls } = recordOf(recordOf(json).configuration)
  const given = nameOf(recordOf(urls).streaming)
  const url = given !== null && URL.canParse(given) && /^(wss?|https?):/.test(given) ? given : serverUrl(io)
  // Whoever is called without encryption gets no token over an unencrypted stream elsewhere.
  const secure = serverUrl(io).startsWith('https:')
  return url.replace(/^(http|ws)s?:/, secure ? 'wss:' : 'ws:').replace(/\/+$/, '')
}

/** Whether a frame tells of something to read. Its payload is JSON in a text. */
export function newsIn(frame: string, ownId: string): 'news' | 'nothing' | 'refused' {
  const { event, payload, error } = recordOf(parsed(frame))
  if (error !== undefined && event === undefined) return 'refused'
  if (event === 'notification') return recordOf(parsed(payload)).type === 'favourite' ? 'nothing' : 'news'
  if (event === 'notifications_merged' || event === 'conversation') return 'news'
  if (event !== 'update' && event !== 'status.update') return 'nothing'
  const status = recordOf(parsed(payload))
  const isOurs = idOf(recordOf(status.account).id) === ownId
  return isOurs || idOf(status.in_reply_to_account_id) === ownId ? 'news' : 'nothing'
}

function parsed(text: unknown): unknown {
  try {
    return typeof text === 'string' ? parseJson(text) : null
  } catch {
    return null
  }
}
