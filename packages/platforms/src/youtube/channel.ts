import type { JsonRecord } from '../json.ts'
import type { ConnectIo, Io } from '../platform.ts'
import { callApi, itemsOf } from './api.ts'

/** An io for calls before there is a channel; what is renewed meanwhile stays in its credentials. */
export function ioOf(io: ConnectIo, settings: Record<string, string>, credentials: Record<string, string>): Io {
  const api: Io = {
    ...io,
    settings,
    credentials,
    save: async (renewed) => void (api.credentials = renewed),
    self: { accountId: '', handle: '', ownedIds: [], host: '' },
  }
  return api
}

/** `GET /channels?mine=true`: one channel, or none (an empty record). */
export async function readOwnChannel(io: Io): Promise<JsonRecord> {
  const { json } = await callApi(io, { path: 'channels', params: { part: 'id,snippet,contentDetails', mine: 'true' } })
  // Google leaves `items` away when there are none.
  return json.kind !== undefined && json.items === undefined ? {} : (itemsOf(json)[0] ?? {})
}
