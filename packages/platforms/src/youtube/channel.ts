import type { JsonRecord } from '../json.ts'
import type { Io } from '../platform.ts'
import { callApi, itemsOf } from './api.ts'

/** `GET /channels?mine=true`: one channel, or none (an empty record). */
export async function readOwnChannel(io: Io): Promise<JsonRecord> {
  const { json } = await callApi(io, { path: 'channels', params: { part: 'id,snippet,contentDetails', mine: 'true' } })
  // Google leaves `items` away when there are none.
  return json.kind !== undefined && json.items === undefined ? {} : (itemsOf(json)[0] ?? {})
}
